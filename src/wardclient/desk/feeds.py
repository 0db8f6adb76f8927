"""Acts on the openings feed (求人の配信): what one PC read in, every PC of the ward has (domain.md 7.6)."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from wardclient.desk.api import Cancelled, OnProgress, RefusedError
from wardclient.desk.faults import away, told
from wardclient.desk.feed_rows import (
    BUSY,
    CONFLICT,
    MAY_NOT,
    MAY_NOT_SET,
    FeedOutcome,
    FeedStatus,
    wrong,
)
from wardclient.desk.openings_acts import OpeningsActs, telling_refusals
from wardclient.desk.rows import Progress
from wardclient.desk.turns import GaveUpError
from wardclient.openings import feed_state
from wardclient.openings.age_rule import age_rule, set_rule, take_rule
from wardclient.openings.feed_apply import NeedsBaseError, apply_feed, wanted_steps
from wardclient.openings.problems import FileRefusedError
from wardclient.openings.report import ImportReport
from wardclient.openings.rules import SOURCE_JA, AgeRule, file_age
from wardclient.sync.feed import FeedExchange
from wardclient.sync.transport import Transport, TransportError
from wardproto.control import ADMIN_ROLE
from wardproto.feed import (
    FeedManifest,
    FeedWrongError,
    Signed,
    follows,
)
from wardproto.wire import digest

if TYPE_CHECKING:
    from wardproto.control import ControlState

ASKED_AGAIN = frozenset({"signer", "chunk", "rolled_back"})
"""What may come right without a new publication: a member not heard of yet, a damaged copy."""


def silent(_: Progress) -> None:
    """Nobody watches."""


class FeedActs(OpeningsActs):
    """Fetch, look."""

    transport: Transport

    def fetch_openings(
        self, *, progress: OnProgress = silent, cancelled: Cancelled, person: bool = True
    ) -> FeedOutcome:
        """Take the newest feed over: all of it or nothing.

        A feed that is wrong is set aside and told (RefusedError); what was here stays. A connection that
        broke (AwayError) costs nothing: the next fetch goes on with what has not arrived.
        """
        exchange = self.feed_exchange()

        def work(connection: Any, cancelled: Cancelled) -> FeedOutcome:
            offered = exchange.offered()
            mark = feed_state.mark(connection)
            if offered is None:
                if mark.number:
                    raise FeedWrongError("lost")
                return FeedOutcome("none")
            name = digest("feed-offered", offered)
            known = feed_state.refused(connection, name)
            if known is not None and known.code not in ASKED_AGAIN:
                raise RefusedError((wrong(known.code),))
            try:
                return self.take_feed(connection, exchange, exchange.believed(offered), progress, cancelled)
            except FeedWrongError as error:
                feed_state.set_aside(connection, name, error.code, self.place.moment(), offered)
                if error.code not in ASKED_AGAIN:
                    feed_state.drop_chunks(connection)
                raise

        outcome = self.in_turn(work, cancelled, person=person)
        if outcome.what == "taken":
            (self.room.index_in_background if self.background else self.room.finish_index)()
            self.place.changed({"openings", "inbox"})
        return outcome

    def feed_status(self) -> FeedStatus:
        """Return what this PC knows of the feed."""
        lock, connection = self.room.read()
        with lock:
            mark, refused = feed_state.mark(connection), feed_state.refused(connection)
            newest, limits = feed_state.newest_file(connection), age_rule(connection)
        age = file_age(newest[1] if newest else "", self.place.today(), limits)
        manifest = mark.manifest
        told_of = wrong(refused.code) if refused is not None else None
        return FeedStatus(
            mark.number,
            age.file_date,
            age.days,
            age.level,
            age.ja,
            age.en,
            self.place.labels(manifest.device) if manifest is not None else "",
            mark.taken_at,
            manifest.openings if manifest is not None else 0,
            manifest.source if manifest is not None else SOURCE_JA,
            refused.code if refused is not None else "",
            told_of.ja if told_of is not None else "",
            told_of.en if told_of is not None else "",
            limits.warn_after,
            limits.block_after,
        )

    def set_age_rule(self, warn_after: int, block_after: int) -> FeedStatus:
        """Set after how many days the ward warns of an old file, and refers no more from it.

        An administrator's act, and only towards stricter than the standard (RefusedError). It counts here
        at once, and for the other PCs with the next publication from this one.
        """
        if ADMIN_ROLE not in self.place.me.roles:
            raise RefusedError((MAY_NOT_SET,))

        def work(connection: Any, _: Cancelled) -> FeedOutcome:
            with telling_refusals():
                set_rule(connection, AgeRule(warn_after, block_after))
            return FeedOutcome("same")

        self.in_turn(work, lambda: False)
        self.place.changed({"openings"})
        return self.feed_status()

    # --- parts

    def take_feed(
        self,
        connection: Any,
        exchange: FeedExchange,
        offered: Signed,
        progress: OnProgress,
        cancelled: Cancelled,
    ) -> FeedOutcome:
        """Take a believed feed over: nothing where it is here already or our file is newer."""
        mark = feed_state.mark(connection)
        manifest = offered.manifest
        if not follows(mark.number, mark.hash, offered):
            self._take_rule(connection, exchange, manifest)
            return FeedOutcome("same", mark.number, manifest.file_date)
        newest = feed_state.newest_file(connection)
        if newest is not None and newest[1] > manifest.file_date:
            return FeedOutcome("older", mark.number, newest[1])
        try:
            return self._take(connection, exchange, offered, progress, cancelled, base=False)
        except NeedsBaseError:
            return self._take(connection, exchange, offered, progress, cancelled, base=True)

    def _take(
        self,
        connection: Any,
        exchange: FeedExchange,
        offered: Signed,
        progress: OnProgress,
        cancelled: Cancelled,
        *,
        base: bool,
    ) -> FeedOutcome:
        manifest = offered.manifest
        steps, whole = wanted_steps(feed_state.mark(connection), offered, base=base)
        names = [name for step in steps for name in step.chunks]
        wanted = [name for name in dict.fromkeys(names) if feed_state.kept_chunk(connection, name) is None]
        records = sum(step.records for step in steps)

        def arrived(count: int) -> None:
            progress(Progress(len(names) - len(wanted) + count, 2 * len(names), 0))

        def keep(name: bytes, packed: bytes) -> None:
            feed_state.keep_chunk(connection, name, packed)

        if not exchange.fetch(wanted, keep, arrived, cancelled):
            return FeedOutcome("cancelled")
        report: ImportReport = apply_feed(
            connection,
            offered,
            lambda name: feed_state.kept_chunk(connection, name) or b"",
            self.place.moment(),
            base=base,
            on_progress=lambda done, total, rows: progress(Progress(total + done, 2 * total, rows)),
            cancelled=cancelled,
        )
        if report.outcome == "cancelled":
            return FeedOutcome("cancelled")
        self._take_rule(connection, exchange, manifest)
        size = sum(step.size for step in steps)
        return FeedOutcome(
            "taken", manifest.number, manifest.file_date, records, report.vanished, size, whole=whole
        )

    def _take_rule(self, connection: Any, exchange: FeedExchange, manifest: FeedManifest) -> None:
        offered = AgeRule(manifest.warn_after, manifest.block_after)
        take_rule(connection, offered, may_loosen=exchange.is_admin(manifest.device))

    def in_turn(
        self,
        work: Callable[[Any, Cancelled], FeedOutcome],
        cancelled: Cancelled,
        *,
        person: bool = True,
    ) -> FeedOutcome:
        """Run ``work`` over a connection of its own, alone with the openings; failures told in words.

        Work in the background leaves off when a person waits for the turn, all work when the desk is locked.
        """

        def leave_off() -> bool:
            return cancelled() or self.room.closing or (not person and self.room.turns.wanted)

        try:
            with self.room.turns.mine(leave_off, person=person), told(), self.room.own() as connection:
                return work(connection, leave_off)
        except GaveUpError as error:
            raise RefusedError((BUSY,)) from error
        except TransportError as error:
            if error.code == "feed_conflict":
                raise RefusedError((CONFLICT,)) from error
            if error.code in {"forbidden", "not_member"}:
                raise RefusedError((MAY_NOT,)) from error
            raise away() from error
        except FeedWrongError as error:
            raise RefusedError((wrong(error.code),)) from error
        except FileRefusedError as error:
            raise RefusedError(error.problems) from error

    def feed_exchange(self) -> FeedExchange:
        """Return the calls of the feed, with the members as they are known now."""
        core = self.place.client.core

        def state() -> "ControlState":
            return self._do(lambda: self.place.client.state)

        return FeedExchange(self.transport, core.signing, state, core.me.sign_secret)
