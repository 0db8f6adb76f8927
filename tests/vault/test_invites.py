"""Invites: what was handed over on paper opens the door once, however it is typed."""

import os
import unicodedata

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardclient.vault.invites import (
    LETTERS,
    SECRET_BYTES,
    InviteCode,
    InviteError,
    check_join,
    make_join,
    new_invite,
    open_label,
    read_invite,
    seal_label,
)
from wardproto.messages import JoinBody, JoinRequest, comparison_code
from wardproto.signing import Ed25519Signing
from wardproto.wire import encode, signed_bytes

SIGNING = Ed25519Signing()
SERVER = "https://central.example.jp:8443"


def invite(server: str = SERVER) -> InviteCode:
    """Return a new invite."""
    return new_invite(server, os.urandom(32), "14101", "hellowork", os.urandom(SECRET_BYTES))


# --- the text ---------------------------------------------------------------------


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=20, max_size=20), st.integers(1, 65535))
def test_an_invite_comes_back_whole(ward: bytes, secret: bytes, port: int) -> None:
    """Server, ward, team and secret are read as they were written, in groups of six letters."""
    code = new_invite(f"http://127.0.0.1:{port}", ward, "14101", "city", secret)
    text = code.text()
    assert read_invite(text) == code
    assert {len(group) for group in text.split("-")} == {6}
    assert set(text) <= {*LETTERS, "-"}


def test_an_invite_has_more_than_100_bits_of_its_own() -> None:
    """The secret is 160 random bits, and letters that look like digits are not used."""
    assert SECRET_BYTES * 8 >= 100
    assert not set("ILOU") & set(LETTERS)
    assert len(set(LETTERS)) == 32


def full_width(text: str) -> str:
    """Return ASCII letters as a Japanese keyboard in full-width mode gives them."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


@pytest.mark.parametrize(
    "typed",
    [
        str.lower,
        lambda text: text.replace("-", " "),
        lambda text: text.replace("-", ""),
        lambda text: text.replace("-", "ー"),
        lambda text: text.replace("-", "\u2212"),
        lambda text: text.replace("-", " \u2010\n"),
        lambda text: text.replace("-", "　"),
        full_width,
        lambda text: text.replace("0", "O").replace("1", "l"),
        lambda text: text.replace("1", "I").replace("0", "o"),
        lambda text: f"  {text}\r\n",
    ],
)
def test_the_way_it_is_typed_does_not_matter(typed: object) -> None:
    """Case, spaces, dashes of all kinds, full width, and O for 0 or I and L for 1."""
    assert callable(typed)
    code = invite()
    assert read_invite(typed(code.text())) == code


@given(st.data())
def test_a_wrong_letter_is_found(data: st.DataObject) -> None:
    """One letter taken for another never gives an invite, and no group but its own is blamed."""
    code = invite()
    text = code.text()
    at = data.draw(st.integers(0, len(text) - 1).filter(lambda i: text[i] != "-"))
    other = data.draw(st.sampled_from(LETTERS).filter(lambda c: c != text[at]))
    with pytest.raises(InviteError) as caught:
        read_invite(text[:at] + other + text[at + 1 :])
    # One letter in 32 slips past its own group's check and is caught by that of the whole.
    assert caught.value.group in (0, at // 7 + 1)


def test_the_error_says_which_group_is_wrong() -> None:
    """Two groups exchanged, or a letter too few: the person is told where to look."""
    groups = invite().text().split("-")
    swapped = [*groups[:3], groups[4], groups[3], *groups[5:]]
    with pytest.raises(InviteError) as caught:
        read_invite("-".join(swapped))
    assert caught.value.group in (4, 5)
    with pytest.raises(InviteError) as caught:
        read_invite("-".join(groups)[:-1])
    assert caught.value.group == len(groups)


@given(st.text(max_size=300))
def test_any_text_is_no_invite(text: str) -> None:
    """Whatever is pasted ends in one error, which does not repeat it."""
    with pytest.raises(InviteError) as caught:
        read_invite(text)
    assert str(caught.value) == "invite"


def test_nothing_stands_behind_an_invite() -> None:
    """Groups whose own checks hold, added after a whole invite, are not overlooked."""
    from wardclient.vault.invites import _check_letter

    text = invite().text()
    at = len(text.split("-")) + 1
    for data in ("00000", "ABCDE"):
        with pytest.raises(InviteError):
            read_invite(f"{text}-{data}{_check_letter(at, data)}")


def test_missing_or_further_groups_are_refused() -> None:
    """An invite cut short or run together with another is none."""
    text = invite().text()
    for wrong in (text[:-7], text[7:], f"{text}-{text}", "", "-"):
        with pytest.raises(InviteError):
            read_invite(wrong)


@pytest.mark.parametrize(
    "server",
    [
        "",
        "central.example.jp",
        "ftp://central.example.jp",
        "https://",
        "https://user@central.example.jp",
        "https://central.example.jp/\x1b[2J",
        "https://central example.jp",
        "https://中央.example.jp",
        "https://[broken",
        "https://" + "x" * 200,
    ],
)
def test_an_address_that_no_pc_could_use_is_refused(server: str) -> None:
    """Neither made nor read: no control characters, no user, no other scheme."""
    with pytest.raises(InviteError):
        invite(server)
    if len(server) < 150:
        with pytest.raises(InviteError):
            read_invite(InviteCode(server, bytes(32), "14101", "city", bytes(20)).text())


@pytest.mark.parametrize(("ward", "secret"), [(31, 20), (32, 19), (32, 21), (0, 20)])
def test_a_ward_or_secret_of_another_length_is_refused(ward: int, secret: int) -> None:
    """The ward id is a whole hash and the secret 20 bytes."""
    with pytest.raises(InviteError):
        new_invite(SERVER, bytes(ward), "14101", "city", bytes(secret))
    with pytest.raises(InviteError):
        read_invite(InviteCode(SERVER, bytes(ward), "14101", "city", bytes(secret)).text())


def test_an_invite_is_never_printed() -> None:
    """Its text, which may come into a log, holds nothing of the secret."""
    code = invite()
    assert code.secret.hex() not in repr(code)
    assert "secret" not in repr(code)


def test_the_log_learns_nothing_of_the_secret() -> None:
    """The public id, the signing key and the label key are three different things of each secret and ward."""
    code = invite()
    other = InviteCode(code.server, os.urandom(32), code.ward_code, code.team, code.secret)
    assert len(code.invite) == 16
    assert code.secret not in (code.invite, code.sign_secret, code.label_key)
    assert len({code.sign_secret, code.label_key, other.sign_secret, other.label_key}) == 4


# --- the join ---------------------------------------------------------------------


def join(code: InviteCode, **changed: object) -> tuple[JoinRequest, bytes]:
    """Return a join request of a new device, and the device's secret."""
    secret = os.urandom(32)
    body = JoinBody(
        code.ward,
        code.invite,
        os.urandom(16),
        os.urandom(16),
        SIGNING.public(secret),
        os.urandom(1216),
        seal_label(code, "ES 2番"),
    )
    return make_join(SIGNING, code, msgspec.structs.replace(body, **changed), secret), secret


def test_a_join_made_with_the_invite_is_genuine() -> None:
    """The admin reads the newcomer's label, and both screens show the same eight digits."""
    code = invite()
    request, _ = join(code)
    body = check_join(SIGNING, code, request)
    assert open_label(code, body.label) == "ES 2番"
    digits = comparison_code(request.body)
    assert len(digits) == 8
    assert digits.isdecimal()


@pytest.mark.parametrize(
    "changed",
    [
        {"ward": bytes(32)},
        {"invite": bytes(16)},
        {"device": b"d" * 15},
        {"staff": b""},
        {"sign_key": bytes(32)},
        {"label": bytes(2000)},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_a_join_for_something_else_is_refused(changed: dict[str, object]) -> None:
    """Another ward or invite, ids of a wrong length, a key that did not sign, an endless label."""
    code = invite()
    request, _ = join(code, **changed)
    with pytest.raises(InviteError):
        check_join(SIGNING, code, request)


def test_a_server_cannot_put_its_own_keys_in() -> None:
    """Without the invite's secret no body with other keys is genuine, and the digits change with the keys."""
    code, stranger = invite(), invite()
    request, _ = join(code)
    mine, secret = join(code)
    body = msgspec.msgpack.decode(mine.body, type=JoinBody)
    forged = make_join(SIGNING, stranger, body, secret)
    with pytest.raises(InviteError):
        check_join(SIGNING, code, forged)
    mixed = JoinRequest(mine.body, request.by_invite, mine.by_device)
    with pytest.raises(InviteError):
        check_join(SIGNING, code, mixed)
    assert comparison_code(request.body) != comparison_code(mine.body)


def test_a_join_needs_both_signatures_in_their_context() -> None:
    """Missing, exchanged, or made in another context: refused."""
    code = invite()
    request, secret = join(code)
    elsewhere = signed_bytes("ctl", request.body)
    for by_invite, by_device in (
        (b"", request.by_device),
        (request.by_invite, b""),
        (request.by_device, request.by_invite),
        (SIGNING.sign(code.sign_secret, elsewhere), request.by_device),
        (request.by_invite, SIGNING.sign(secret, elsewhere)),
    ):
        with pytest.raises(InviteError):
            check_join(SIGNING, code, JoinRequest(request.body, by_invite, by_device))


@given(st.binary(max_size=200))
def test_any_body_is_refused(data: bytes) -> None:
    """Bytes that are no join body, even signed by the invite, end in one error."""
    code = InviteCode(SERVER, bytes(32), "14101", "city", bytes(20))
    signature = SIGNING.sign(code.sign_secret, signed_bytes("join", data))
    with pytest.raises(InviteError):
        check_join(SIGNING, code, JoinRequest(data, signature, signature))


def test_a_changed_byte_of_a_join_is_noticed() -> None:
    """Signatures cover the body as it was sent."""
    code = invite()
    request, _ = join(code)
    for at in range(0, len(request.body), 101):
        body = bytearray(request.body)
        body[at] ^= 1
        with pytest.raises(InviteError):
            check_join(SIGNING, code, JoinRequest(bytes(body), request.by_invite, request.by_device))


def test_a_label_is_read_with_the_invite_only() -> None:
    """Another invite, damage, or bytes that are no text: refused; the label is not in the request."""
    code = invite()
    request, _ = join(code)
    assert "ES 2番".encode() not in encode(request)
    sealed = seal_label(code, "ES 2番")
    for reader, data in ((invite(), sealed), (code, sealed[:-1]), (code, b"")):
        with pytest.raises(InviteError):
            open_label(reader, data)


def test_the_long_vowel_mark_is_no_letter() -> None:
    """NFKC leaves it as it is, so it is taken for the hyphen that shares its key."""
    assert unicodedata.normalize("NFKC", "ー") == "ー"
    code = invite()
    assert read_invite(f"ー{code.text()}ー") == code
