"""One-use invites: a text that a new PC is given, on paper or by voice.

The text holds the server's address, the ward id and a secret of 160 random bits; keys are
derived from the secret and the log holds only a public key. So the server can neither
take part in a join nor send a PC to another ward.
"""

import base64
import binascii
import unicodedata
from dataclasses import dataclass

from wardclient.vault.sealing import CannotOpenError, derive, open_small, seal_small
from wardproto.messages import JoinBody, JoinRequest
from wardproto.signing import Signing
from wardproto.wire import MalformedError, decode, digest, encode, signed_bytes

SECRET_BYTES = 20
CHECK_BYTES = 2
GROUP = 5


class InviteError(Exception):
    """Not an invite, or mistyped: its check does not hold."""


@dataclass(frozen=True, slots=True, repr=False)
class InviteCode:
    """What the text says. ``repr`` is off: the secret must not reach a log."""

    server: str
    ward: bytes
    ward_code: str
    team: str
    secret: bytes

    @property
    def invite(self) -> bytes:
        """The public id of the invite."""
        return digest("invite-id", self.secret)[:16]

    @property
    def sign_secret(self) -> bytes:
        """The secret of the invite key."""
        return derive(digest("invite", self.secret), self.ward, b"invite-sign")

    @property
    def label_key(self) -> bytes:
        """The key that the newcomer's label is sealed under, for the admin to read."""
        return derive(digest("invite", self.secret), self.ward, b"invite-label")

    def text(self) -> str:
        """Return the text to hand over: groups of letters and digits without I, O, 0 and 1 look-alikes."""
        body = encode((self.server, self.ward, self.ward_code, self.team, self.secret))
        check = digest("invite-text", body)[:CHECK_BYTES]
        letters = base64.b32encode(body + check).decode().rstrip("=").lower()
        return "-".join(letters[i : i + GROUP] for i in range(0, len(letters), GROUP))


def new_invite(server: str, ward: bytes, ward_code: str, team: str, secret: bytes) -> InviteCode:
    """Return an invite around 20 random bytes."""
    if len(secret) != SECRET_BYTES:
        raise InviteError
    return InviteCode(server, ward, ward_code, team, secret)


def read_invite(text: str) -> InviteCode:
    """Return the invite in ``text``: spaces, hyphens, case and full-width forms do not matter."""
    folded = unicodedata.normalize("NFKC", text).upper()
    letters = "".join(c for c in folded if c.isascii() and c.isalnum())
    try:
        raw = base64.b32decode(letters + "=" * (-len(letters) % 8))
        body, check = raw[:-CHECK_BYTES], raw[-CHECK_BYTES:]
        server, ward, ward_code, team, secret = decode(body, tuple[str, bytes, str, str, bytes])
    except (binascii.Error, ValueError, MalformedError) as error:
        raise InviteError from error
    if digest("invite-text", body)[:CHECK_BYTES] != check or len(secret) != SECRET_BYTES:
        raise InviteError
    return InviteCode(server, ward, ward_code, team, secret)


def make_join(signing: Signing, code: InviteCode, body: JoinBody, device_secret: bytes) -> JoinRequest:
    """Return the join request, signed by the invite key and by the new device."""
    data = encode(body)
    message = signed_bytes("join", data)
    return JoinRequest(data, signing.sign(code.sign_secret, message), signing.sign(device_secret, message))


def check_join(signing: Signing, code: InviteCode, request: JoinRequest) -> JoinBody:
    """Return the body of a join request that both keys signed for this invite and ward; InviteError."""
    try:
        body = decode(request.body, JoinBody)
    except MalformedError as error:
        raise InviteError from error
    message = signed_bytes("join", request.body)
    good = (
        body.ward == code.ward
        and body.invite == code.invite
        and signing.verify(signing.public(code.sign_secret), message, request.by_invite)
        and signing.verify(body.sign_key, message, request.by_device)
    )
    if not good:
        raise InviteError
    return body


def seal_label(code: InviteCode, label: str) -> bytes:
    """Return the newcomer's label, readable only by who has the invite."""
    return seal_small(code.label_key, b"label", label.encode())


def open_label(code: InviteCode, sealed: bytes) -> str:
    """Return the newcomer's label; InviteError."""
    try:
        return open_small(code.label_key, b"label", sealed).decode()
    except (CannotOpenError, UnicodeDecodeError) as error:
        raise InviteError from error
