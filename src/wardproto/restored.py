"""Restore notices (復旧通知): what the service signs when a ward's log was put back from copies."""

from wardproto.records import Record
from wardproto.signing import Signing, check_envelope
from wardproto.wire import MalformedError, decode, digest, open_envelope

CONTEXT = "restored"


class RestoredLog(Record, frozen=True):
    """Signed by the service: at ``restored_ms`` this ward's log was put back to ``size`` entries.

    ``root`` is the root of its tree there, as a checkpoint of that size says it; ``recv_ms`` the time of the last
    entry that was kept. ``known`` is how many the
    copies held, as of ``copied_ms``: where it is greater than ``size`` the operator chose an earlier moment.
    What came after ``copied_ms`` the service does not know; receipts that clients hold say it.
    """

    ward: bytes
    size: int
    root: bytes
    recv_ms: int
    known: int
    copied_ms: int
    restored_ms: int


def read_notice(signed: bytes, signing: Signing, public: bytes) -> RestoredLog | None:
    """Return what a notice says; None where it is not one of the service with this key."""
    try:
        envelope = open_envelope(signed, CONTEXT)
        if not check_envelope(signing, public, envelope):
            return None
        return decode(envelope.payload, RestoredLog)
    except MalformedError:
        return None


def notice_hash(signed: bytes) -> bytes:
    """Return the name of a notice: the hash of what it says, whichever signature it carries; MalformedError."""
    return digest("restore-notice", open_envelope(signed, CONTEXT).payload)
