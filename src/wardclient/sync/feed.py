"""The openings feed on its way: what the service offers, believed only after its checks, and what we publish.

Apart from the log: a feed that is wrong, withheld or late never holds up the exchange of cases.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

from wardclient.sync.transport import Transport
from wardproto.control import ADMIN_ROLE, ControlState
from wardproto.feed import (
    FEED_ROLES,
    FeedManifest,
    FeedNames,
    FeedWrongError,
    Signed,
    chunk_name,
    claimed_number,
    open_manifest,
    seal_manifest,
)
from wardproto.signing import Signing

GROUP = 8
"""Chunks asked about and sent together: what memory holds of an upload."""
MOST_AHEAD = 10_000
"""How far a number that nobody vouches for may be ahead before it is taken for nonsense."""


class FeedExchange:
    """One PC's calls about its ward's feed."""

    def __init__(
        self, transport: Transport, signing: Signing, state: Callable[[], ControlState], secret: bytes
    ) -> None:
        """``state`` gives the ward's members as this PC knows them now."""
        self._transport = transport
        self._signing = signing
        self._state = state
        self._secret = secret

    def offered(self) -> bytes | None:
        """Return what the service offers, unread; None where there is nothing. Raises TransportError."""
        return self._transport.feed()

    def believed(self, envelope: bytes) -> Signed:
        """Return an offered manifest after its checks; FeedWrongError."""
        return open_manifest(self._signing, self._state(), envelope)

    def is_admin(self, device: bytes) -> bool:
        """Return whether a PC is an administrator's: only such a one may loosen the limits of age."""
        member = self._state().member(device)
        return member is not None and ADMIN_ROLE in member.roles

    def may_publish(self, device: bytes) -> bool:
        """Whether the ward lets this device publish."""
        member = self._state().member(device)
        return member is not None and bool(FEED_ROLES & set(member.roles))

    def next_number(self, known: int, known_hash: bytes, offered: bytes | None, before: Signed | None) -> int:
        """Return the number of the next publication: beyond all that was seen.

        Where the service offers another feed under the number that was taken here, one number is left
        out, so that the new base contradicts neither.
        """
        if before is None:
            claimed = 0 if offered is None else claimed_number(offered)
            return max(known, claimed if claimed <= known + MOST_AHEAD else 0) + 1
        forked = before.manifest.number == known and before.hash != known_hash
        return max(known, before.manifest.number) + (2 if forked else 1)

    def send(
        self,
        packed: Iterable[bytes],
        cancelled: Callable[[], bool],
    ) -> tuple[tuple[bytes, ...], int] | None:
        """Send the chunks that the service does not have yet; return all names and the bytes they have.

        None when it was cancelled. Raises TransportError.
        """
        names: list[bytes] = []
        size = 0
        for group in _groups(packed):
            if cancelled():
                return None
            named = {chunk_name(each): each for each in group}
            for name in self._transport.feed_missing(FeedNames(tuple(named))).chunks:
                if name not in named:
                    raise FeedWrongError("chunk")
                self._transport.put_feed_chunk(name, named[name])
            names += [chunk_name(each) for each in group]
            size += sum(map(len, group))
        return tuple(names), size

    def publish(self, manifest: FeedManifest) -> Signed:
        """Sign a manifest and make it the newest one. Raises TransportError (``feed_conflict``: be quicker)."""
        signed = seal_manifest(self._signing, self._secret, manifest)
        self._transport.put_feed(signed.envelope)
        return signed

    def fetch(
        self,
        names: Sequence[bytes],
        keep: Callable[[bytes, bytes], None],
        arrived: Callable[[int], None],
        cancelled: Callable[[], bool],
    ) -> bool:
        """Fetch the named chunks, each kept once it is what its name says; False when cancelled.

        Raises TransportError when the way breaks: what arrived is kept, the next call fetches the rest.
        """
        for position, name in enumerate(names):
            if cancelled():
                return False
            packed = self._transport.feed_chunk(name)
            if chunk_name(packed) != name:
                raise FeedWrongError("chunk")
            keep(name, packed)
            arrived(position + 1)
        return True


def _groups(packed: Iterable[bytes]) -> Iterator[list[bytes]]:
    each = iter(packed)
    while group := list(islice(each, GROUP)):
        yield group
