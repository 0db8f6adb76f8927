"""What is checked of a request to join before it is kept for an admin.

The server cannot read the name in it and admits nobody: the admin compares the code and signs.
"""

from wardcentral.problems import ProblemError
from wardproto.control import ControlState
from wardproto.messages import JoinBody, JoinRequest
from wardproto.signing import Signing
from wardproto.wire import HASH_BYTES, ID_BYTES, MalformedError, decode, signed_bytes

MAX_JOIN = 8 * 1024
"""Bytes of a request to join (a hybrid wrap key takes about 1,200)."""
MAX_WRAP_KEY = 4 * 1024
MAX_LABEL = 1024


def check_request(signing: Signing, state: ControlState, invite: bytes, request: bytes, now_ms: int) -> int:
    """Return when the invite ends (ms); ProblemError where the request must not be kept."""
    known = state.invites.get(invite)
    if known is None:
        raise ProblemError("not_found")
    if invite in state.spent or now_ms >= known.until_ms:
        raise ProblemError("invite_over")
    try:
        outer = decode(request, JoinRequest)
        body = decode(outer.body, JoinBody)
    except MalformedError:
        raise ProblemError("malformed") from None
    message = signed_bytes("join", outer.body)
    if not signing.verify(known.key, message, outer.by_invite):
        raise ProblemError("signature")
    if not signing.verify(body.sign_key, message, outer.by_device):
        raise ProblemError("signature")
    if not _fits(body) or (body.ward, body.invite) != (state.ward, invite):
        raise ProblemError("malformed")
    return known.until_ms


def _fits(body: JoinBody) -> bool:
    return (
        len(body.device) == len(body.staff) == ID_BYTES
        and len(body.sign_key) == HASH_BYTES
        and len(body.wrap_key) <= MAX_WRAP_KEY
        and len(body.label) <= MAX_LABEL
    )
