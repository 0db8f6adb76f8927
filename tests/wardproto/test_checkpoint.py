"""Checkpoints as signed notes: read back, refused when bent, and the public note vector."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardproto.checkpoint import PLAIN, Checkpoint, key_id, origin, read, sign
from wardproto.signing import Ed25519Signing
from wardproto.wire import MalformedError

SIGNING = Ed25519Signing()
SECRET = b"s" * 32
PUBLIC = SIGNING.public(SECRET)
WARD = b"w" * 32
POINT = Checkpoint(WARD, 1_234, b"r" * 32, b"h" * 32, 1_790_000_123_000)
NOTE = sign(SIGNING, SECRET, POINT)

VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
TEXT = (
    b"If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
)
SIGNATURE = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
"""The example of c2sp.org/signed-note, from golang.org/x/mod/sumdb/note's tests."""


def test_key_ids_and_signatures_are_those_of_signed_notes() -> None:
    """The published example: key id and signature."""
    name, shown, key = VKEY.split("+", 2)
    public = base64.b64decode(key)
    assert key_id(name, PLAIN, public[1:]).hex() == shown
    held = base64.b64decode(SIGNATURE)
    assert held[:4].hex() == shown
    assert SIGNING.verify(public[1:], TEXT, held[4:])


def test_a_note_has_the_lines_of_a_checkpoint() -> None:
    """Origin, size, root, heads, and two lines of the service."""
    lines = NOTE.decode().split("\n")
    assert lines[:5] == [
        f"wc/1/{WARD.hex()}",
        "1234",
        base64.b64encode(b"r" * 32).decode(),
        base64.b64encode(b"h" * 32).decode(),
        "",
    ]
    assert [line.split(" ")[:2] for line in lines[5:7]] == [["\u2014", origin(WARD)]] * 2
    assert lines[7:] == [""]


def test_the_plain_line_is_what_any_reader_of_signed_notes_checks() -> None:
    """Key id, then Ed25519 over the text with its last line end."""
    text, _, lines = NOTE.partition(b"\n\n")
    held = base64.b64decode(lines.decode().split("\n")[0].split(" ")[2])
    assert held[:4] == key_id(origin(WARD), PLAIN, PUBLIC)
    assert SIGNING.verify(PUBLIC, text + b"\n", held[4:])


@given(st.integers(0, 2**40), st.binary(min_size=32, max_size=32), st.integers(0, 2**41))
def test_what_was_signed_is_read(size: int, root: bytes, at_ms: int) -> None:
    """Whatever the log and the time."""
    made = Checkpoint(WARD, size, root, b"h" * 32, at_ms // 1_000 * 1_000)
    assert read(SIGNING, PUBLIC, WARD, sign(SIGNING, SECRET, made)) == made


@given(st.integers(0, len(NOTE) - 1), st.integers(1, 255))
def test_no_byte_can_be_bent(at: int, by: int) -> None:
    """A changed byte anywhere is refused."""
    bent = NOTE[:at] + bytes([NOTE[at] ^ by]) + NOTE[at + 1 :]
    with pytest.raises(MalformedError):
        read(SIGNING, PUBLIC, WARD, bent)


@pytest.mark.parametrize(
    "note",
    [
        b"",
        NOTE[:-1],
        NOTE + b"x",
        NOTE.replace(b"\n1234\n", b"\n01234\n"),
        NOTE.replace(b"\n1234\n", b"\n1234\n\n"),
        b"\n".join(NOTE.split(b"\n")[:-2]) + b"\n",
        NOTE * 40,
        b"\xff" * 100,
    ],
)
def test_anything_else_is_refused(note: bytes) -> None:
    """Cut, longer, another spelling of a number, not text."""
    with pytest.raises(MalformedError):
        read(SIGNING, PUBLIC, WARD, note)


def test_another_ward_and_another_key_are_refused_and_a_witness_is_let_be() -> None:
    """The note is bound to ward and key."""
    with pytest.raises(MalformedError):
        read(SIGNING, PUBLIC, b"v" * 32, NOTE)
    with pytest.raises(MalformedError):
        read(SIGNING, SIGNING.public(b"t" * 32), WARD, NOTE)
    witnessed = NOTE + "\u2014 witness.example.jp AAAAAA==\n".encode()
    assert read(SIGNING, PUBLIC, WARD, witnessed) == POINT
