"""Bodies of the HTTP calls and the signature of a request (protocol 4.10).

    POST /w/{ward}/control   ControlPush  -> PushReply
    POST /w/{ward}/blocks    PushRequest  -> PushReply
    GET  /w/{ward}/log?after=N&limit=N&sizes=N,N&last=N -> LogPage
    GET  /w/{ward}/wake?after=N           -> Wake       (long poll, 50 s at most)
    PUT  /w/{ward}/join/{invite}          JoinRequest   (signed by the invite key; no device yet)
    GET  /w/{ward}/join/{invite}          -> JoinRequest (an admin's device), or 404
    POST /w/{ward}/live      LivePost     -> LiveReply  (hints in memory for a minute, never stored)
    GET  /server                          -> ServerHello (no signature: key and time)
    GET  /health/live, /health/ready (and /health, the former name of the first)

A ward is founded by POST /w/{ward}/control with its genesis record. Every other request
carries the device's signature in the headers below, over REQUEST bytes. In paths and
headers ids, nonces and signatures are lower-case hexadecimal; times are decimal.
"""

from wardproto.records import Entry, Record
from wardproto.signing import Signing
from wardproto.wire import digest, encode, signed_bytes

DEVICE_HEADER = "wc-device"
TIME_HEADER = "wc-time"
"""Milliseconds; the server answers every request with its own time in the same header."""
NONCE_HEADER = "wc-nonce"
SIGNATURE_HEADER = "wc-signature"
FOUNDING_HEADER = "wc-founding"
"""With a genesis record, where the operator lets only the holder of a token found wards."""
NONCE_BYTES = 16
CONTENT_TYPE = "application/vnd.wardclient.wc1"
PROBLEM_TYPE = "application/problem+json"

REQUEST_WINDOW_MS = 300_000
"""A signed request is good for five minutes of server time, once. A client whose clock is
further off is told the server's time (code ``clock``) and signs again: never locked out."""
MAX_PUSH = 64
"""Blocks in one push."""
MAX_PAGE = 1000
"""Entries in one page of the log."""
MAX_SIZES = 16
"""Checkpoint sizes that one page proves."""
MAX_PAGE_BYTES = 8 * 1024 * 1024
LIVE_PLAIN = 508
"""Bytes of a presence hint before sealing, all hints alike: with its length it fills 512."""
LIVE_BYTES = 4 + 16 + 512 + 16
"""Bytes of a sealed hint: epoch, salt, ciphertext, tag."""
LIVE_MS = 60_000
"""How long a hint says anything."""


def request_bytes(method: str, target: str, body: bytes, time_ms: int, nonce: bytes, device: bytes) -> bytes:
    """Return what a device signs (context ``request``) of a request; ``target`` is path and query."""
    return encode((method, target, digest("body", body), time_ms, nonce, device))


def signed_headers(
    signing: Signing,
    secret: bytes,
    device: bytes,
    method: str,
    target: str,
    body: bytes,
    time_ms: int,
    nonce: bytes,
) -> dict[str, str]:
    """Return the headers of a request of ``device``; the server reads exactly these."""
    message = request_bytes(method, target, body, time_ms, nonce, device)
    return {
        DEVICE_HEADER: device.hex(),
        TIME_HEADER: str(time_ms),
        NONCE_HEADER: nonce.hex(),
        SIGNATURE_HEADER: signing.sign(secret, signed_bytes("request", message)).hex(),
    }


class PushItem(Record, frozen=True):
    """One sealed block: signed header, ciphertext, and the wraps of a new epoch."""

    envelope: bytes
    body: bytes
    wraps: tuple[bytes, ...] = ()


class PushRequest(Record, frozen=True):
    """Up to MAX_PUSH blocks, admitted in order, each on its own."""

    items: tuple[PushItem, ...]


class ControlPush(Record, frozen=True):
    """One control record and the wraps it brings."""

    wire: bytes
    wraps: tuple[bytes, ...] = ()


class PushReply(Record, frozen=True):
    """For each item a signed envelope: context ``receipt`` or ``refusal``."""

    answers: tuple[bytes, ...]


class LogItem(Record, frozen=True):
    """One entry as one device may see it.

    ``record`` is a block envelope or a control wire. ``body`` is empty and ``has_body`` False
    where this device's team does not read the stream. ``wraps`` holds only the wraps for this
    reader, as (index, bytes); ``wrap_hashes`` all of them, so that they can be checked.
    """

    entry: Entry
    record: bytes
    body: bytes
    has_body: bool
    wrap_hashes: tuple[bytes, ...]
    wraps: tuple[tuple[int, bytes], ...]


class Asked(Record, frozen=True):
    """What a reader who is not given every entry wants proven of the checkpoint at a page's end.

    ``sizes`` of checkpoints that it holds or has heard of (MAX_SIZES at most); ``last`` the wseq of the newest
    entry that it has, 0 for none: a newer one in the page itself is taken instead.
    """

    sizes: tuple[int, ...] = ()
    last: int = 0


NOT_ASKED = Asked()


class LogProof(Record, frozen=True):
    """Proofs about a page's checkpoint, for a reader who is not given every entry.

    ``grown``: for each size asked, that the log began with that one (RFC 6962 2.1.2). ``last``: that the newest
    entry of this reader is in the log (2.1.1). ``heads``: (team, root of its streams' heads) of all teams.
    """

    grown: tuple[tuple[int, tuple[bytes, ...]], ...]
    last: tuple[bytes, ...]
    heads: tuple[tuple[str, bytes], ...]


class LogPage(Record, frozen=True):
    """Entries after the cursor in order of wseq.

    ``full`` readers are given every entry of the ward (wseq without gaps); others the control
    stream and their own streams (sseq without gaps). ``upto`` is the wseq that this page covers,
    so that a cursor moves past entries that are not for this reader. A page that reaches the end of the
    log ends with a checkpoint (checkpoint.py), and for readers who are not ``full`` with the proofs they need.
    """

    items: tuple[LogItem, ...]
    upto: int
    size: int
    full: bool
    more: bool
    server_ms: int
    checkpoint: bytes = b""
    proof: LogProof | None = None


class Wake(Record, frozen=True):
    """The size of the ward's log, for a client that waits."""

    size: int
    server_ms: int


MAX_NOTICES = 100
"""Restore notices in one answer."""


class RestoreNotices(Record, frozen=True):
    """The signed notices of restores of a ward, oldest first (restored.RestoredLog in context ``restored``)."""

    signed: tuple[bytes, ...]


class LivePost(Record, frozen=True):
    """A sealed presence hint for the other readers of a stream; an empty one takes the last one back."""

    stream: bytes
    hint: bytes = b""


class LiveReply(Record, frozen=True):
    """The hints of the other devices in that stream, the newest first."""

    hints: tuple[bytes, ...]
    server_ms: int


class ServerHello(Record, frozen=True):
    """Who the server is. The key is pinned by the ward's genesis record."""

    key: bytes
    server_ms: int
    proto: int


class JoinBody(Record, frozen=True):
    """What a new PC says of itself, signed by its own key inside and by the invite key outside."""

    ward: bytes
    invite: bytes
    device: bytes
    staff: bytes
    sign_key: bytes
    wrap_key: bytes
    label: bytes
    """The name to show, sealed under a key derived from the invite code: the server cannot read it."""


class JoinRequest(Record, frozen=True):
    """A join as it waits for an admin.

    ``body`` is an encoded JoinBody; ``by_invite`` signs it in context ``join`` with the invite key,
    ``by_device`` in the same context with the new device key.
    """

    body: bytes
    by_invite: bytes
    by_device: bytes


def comparison_code(join_body: bytes) -> str:
    """Return the 8 digits that both screens show: over (invite, device keys, ward id)."""
    return f"{int.from_bytes(digest('compare', join_body)[:8], 'big') % 100_000_000:08d}"
