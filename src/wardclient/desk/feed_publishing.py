"""Publishing the openings of this PC for the whole ward (求人の配信)."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from wardclient.desk.api import Cancelled, OnProgress, RefusedError
from wardclient.desk.feed_rows import MAY_NOT, NO_FILE, FeedOutcome
from wardclient.desk.feeds import FeedActs, silent
from wardclient.desk.rows import Progress
from wardclient.openings import feed_state
from wardclient.openings.age_rule import age_rule, note_sent
from wardclient.openings.feed_pack import Extent, Packed, extent, note_published, pack
from wardclient.openings.feed_state import Mark
from wardclient.openings.rules import SOURCE_JA, AgeRule
from wardclient.sync.feed import FeedExchange
from wardproto.feed import MAX_STEPS, FeedManifest, FeedStep, FeedWrongError, Signed

REBASE = 0.5
"""Steps that together are larger than this part of the base are put into a new base."""


class FeedPublishingActs(FeedActs):
    """Publish."""

    def publish_openings(self, *, progress: OnProgress = silent, cancelled: Cancelled) -> FeedOutcome:
        """Publish the difference between the openings here and the last feed; all of them where there is none.

        Raises RefusedError for a role that may not, no file, or a feed that another PC published meanwhile;
        AwayError without contact. A publication that was cut goes on where it was when it is tried again.
        """
        exchange = self.feed_exchange()
        if not exchange.may_publish(self.place.client.core.me.device):
            raise RefusedError((MAY_NOT,))

        def work(connection: Any, cancelled: Cancelled) -> FeedOutcome:
            offered = exchange.offered()
            before = _believed(exchange, offered)
            if before is not None and before.hash != feed_state.mark(connection).hash:
                # Another PC was here since: unless our file is newer, theirs comes first. What cannot be
                # taken (an older feed, another under the same number) a new base puts right.
                with suppress(FeedWrongError):
                    if self.take_feed(connection, exchange, before, progress, cancelled).what == "cancelled":
                        return FeedOutcome("cancelled")
            return self._publish(connection, exchange, offered, before, progress, cancelled)

        outcome = self.in_turn(work, cancelled)
        self.place.changed({"openings"})
        return outcome

    def _publish(
        self,
        connection: Any,
        exchange: FeedExchange,
        offered: bytes | None,
        before: Signed | None,
        progress: OnProgress,
        cancelled: Cancelled,
    ) -> FeedOutcome:
        mark, newest = feed_state.mark(connection), feed_state.newest_file(connection)
        if newest is None:
            raise RefusedError((NO_FILE,))
        set_code, file_date = newest
        steps = _kept_steps(mark, before, set_code)
        size = extent(connection, set_code, whole=not steps)
        limits = age_rule(connection)
        if (
            steps
            and size == Extent(0, 0)
            and steps[-1].file_date == file_date
            and not _new_rule(before, limits)
        ):
            return FeedOutcome("same", mark.number, file_date)
        packed = _told(pack(connection, set_code, whole=not steps), size, progress)
        sent = exchange.send(packed, cancelled)
        if sent is None:
            return FeedOutcome("cancelled")
        names, held = sent
        number = exchange.next_number(mark.number, mark.hash, offered, before)
        count, listing = feed_state.listing_here(connection, set_code)
        core = self.place.client.core
        own = FeedStep(number, b"", file_date, names, size.records, size.gone, held)
        manifest = FeedManifest(
            ward=core.ward,
            number=number,
            previous=_previous(mark, before),
            device=core.me.device,
            made_ms=self.place.now(),
            set_code=set_code,
            file_date=file_date,
            source=SOURCE_JA,
            openings=count,
            listing=listing,
            steps=(*steps, own),
            warn_after=limits.warn_after,
            block_after=limits.block_after,
        )
        signed = exchange.publish(manifest)
        with _atomic(connection):
            note_published(connection, set_code)
            note_sent(connection)
            feed_state.set_mark(connection, manifest, signed.hash, signed.envelope, self.place.moment())
        return FeedOutcome("published", number, file_date, size.records, size.gone, held, whole=not steps)


def _believed(exchange: FeedExchange, offered: bytes | None) -> Signed | None:
    """Return what is offered if it can be believed; what cannot is replaced by a new base."""
    try:
        return None if offered is None else exchange.believed(offered)
    except FeedWrongError:
        return None


def _previous(mark: Mark, before: Signed | None) -> bytes:
    """Return the hash that the readers took last: a service that went back to an older feed does not decide it."""
    if before is None or mark.number > before.manifest.number:
        return mark.hash
    return before.hash


def _new_rule(before: Signed | None, limits: AgeRule) -> bool:
    """Return whether the limits of age differ from those published last."""
    told = None if before is None else (before.manifest.warn_after, before.manifest.block_after)
    return told != (limits.warn_after, limits.block_after)


def _kept_steps(mark: Mark, before: Signed | None, set_code: str) -> tuple[FeedStep, ...]:
    """Return the steps that a new one can follow; none where a new base is due."""
    if before is None or before.hash != mark.hash or before.manifest.set_code != set_code:
        return ()
    base, *since = steps = before.manifest.steps
    if len(steps) >= MAX_STEPS - 1 or sum(step.size for step in since) > base.size * REBASE:
        return ()
    last = steps[-1]
    named = FeedStep(
        last.number, before.hash, last.file_date, last.chunks, last.records, last.gone, last.size
    )
    return (*steps[:-1], named)


def _told(packed: Iterable[Packed], size: Extent, progress: OnProgress) -> Iterator[bytes]:
    """Yield the packed bytes, telling how many openings they held."""
    done = 0
    for each in packed:
        done += each.records + each.gone
        yield each.packed
        progress(Progress(done, size.records + size.gone, done))


@contextmanager
def _atomic(connection: Any) -> Iterator[None]:
    """Do one transaction of the openings."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
