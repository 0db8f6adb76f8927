"""One-use invites: a text that a new PC is given, on paper or by voice.

The text holds the server's address, the ward id and a secret of 160 random bits; keys are
derived from the secret and the log holds only a public key. So the server can neither
take part in a join nor send a PC to another ward.

It is written in groups of six: five letters or digits of Crockford's alphabet, which has no I, L,
O and U, and one that checks the group and its place, so that a slip is found where it was made.
"""

import unicodedata
from dataclasses import dataclass
from urllib.parse import urlsplit

from wardclient.vault.sealing import CannotOpenError, derive, open_small, seal_small
from wardproto.messages import JoinBody, JoinRequest
from wardproto.signing import Signing
from wardproto.wire import HASH_BYTES, ID_BYTES, MalformedError, decode, digest, encode, signed_bytes

SECRET_BYTES = 20
CHECK_BYTES = 4
MAX_SERVER = 180
MAX_LABEL = 1024
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LOOKALIKES = str.maketrans("ILO", "110")
DATA_LETTERS = 5
GROUP = DATA_LETTERS + 1
_BITS = 5
_GROUP_BITS = DATA_LETTERS * _BITS


class InviteError(Exception):
    """Not an invite, or mistyped. ``group`` is the first wrong group, from 1; 0 where none is known."""

    def __init__(self, group: int = 0) -> None:
        """Keep the place; never what was typed."""
        super().__init__("invite")
        self.group = group


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
        """Return the text to hand over."""
        body = encode((self.server, self.ward, self.ward_code, self.team, self.secret))
        return _groups(bytes([len(body)]) + body + digest("invite-text", body)[:CHECK_BYTES])


def new_invite(server: str, ward: bytes, ward_code: str, team: str, secret: bytes) -> InviteCode:
    """Return an invite around 20 random bytes; InviteError for what no PC could use."""
    code = InviteCode(server, ward, ward_code, team, secret)
    if not _usable(code):
        raise InviteError
    return code


def read_invite(text: str) -> InviteCode:
    """Return the invite in ``text``; InviteError.

    Spaces, hyphens and dashes, case, full-width forms and look-alike letters do not matter.
    """
    raw = _bytes(_letters(text))
    end = 1 + raw[0]
    body, check = raw[1:end], raw[end : end + CHECK_BYTES]
    if digest("invite-text", body)[:CHECK_BYTES] != check:
        raise InviteError
    try:
        code = InviteCode(*decode(body, tuple[str, bytes, str, str, bytes]))
    except MalformedError as error:
        raise InviteError from error
    # An invite has one text: nothing may stand behind it or be written another way.
    if not _usable(code) or code.text() != _groups(raw):
        raise InviteError
    return code


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
        len(body.device) == ID_BYTES
        and len(body.staff) == ID_BYTES
        and len(body.label) <= MAX_LABEL
        and body.ward == code.ward
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


def _usable(code: InviteCode) -> bool:
    """Whether a PC can do something with this: an address, a ward id, a whole secret."""
    try:
        server = urlsplit(code.server)
        named = bool(server.hostname) and server.username is None
    except ValueError:
        return False
    plain = code.server.isascii() and code.server.isprintable() and " " not in code.server
    return (
        named
        and plain
        and server.scheme in ("http", "https")
        and len(code.server) <= MAX_SERVER
        and len(code.ward) == HASH_BYTES
        and len(code.secret) == SECRET_BYTES
    )


def _groups(raw: bytes) -> str:
    """Return bytes as checked groups, the last filled up with zeros."""
    count = -(-len(raw) * 8 // _GROUP_BITS)
    number = int.from_bytes(raw, "big") << (count * _GROUP_BITS - len(raw) * 8)
    letters = "".join(LETTERS[number >> _BITS * i & 31] for i in reversed(range(count * DATA_LETTERS)))
    groups = [letters[i : i + DATA_LETTERS] for i in range(0, len(letters), DATA_LETTERS)]
    return "-".join(group + _check_letter(at, group) for at, group in enumerate(groups, 1))


def _check_letter(at: int, group: str) -> str:
    return LETTERS[digest("invite-group", at.to_bytes(2, "big"), group.encode())[0] & 31]


def _letters(text: str) -> str:
    """Return the letters of an invite as it was typed or pasted, in our alphabet."""
    folded = unicodedata.normalize("NFKC", text).upper().translate(LOOKALIKES)
    # The mark of a long vowel and the minus sign are what a Japanese keyboard gives for a hyphen.
    return "".join(c for c in folded if unicodedata.category(c)[0] not in "ZCP" and c not in "\u30fc\u2212")


def _bytes(letters: str) -> bytes:
    """Return the bytes of checked groups; InviteError with the first wrong group."""
    number = 0
    for at, start in enumerate(range(0, len(letters), GROUP), 1):
        group = letters[start : start + GROUP]
        if len(group) != GROUP or any(c not in LETTERS for c in group):
            raise InviteError(at)
        if _check_letter(at, group[:DATA_LETTERS]) != group[-1]:
            raise InviteError(at)
        for letter in group[:DATA_LETTERS]:
            number = number << _BITS | LETTERS.index(letter)
    bits = len(letters) // GROUP * _GROUP_BITS
    raw = (number >> bits % 8).to_bytes(bits // 8, "big")
    if len(raw) < 2 + CHECK_BYTES or len(raw) < 1 + raw[0] + CHECK_BYTES or number & ((1 << bits % 8) - 1):
        raise InviteError
    return raw
