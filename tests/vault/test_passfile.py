"""A file under a passphrase: opens with it alone, and not after any change."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wardclient.vault.passfile import open_file, seal_file
from wardclient.vault.passphrases import WeakPassphraseError
from wardclient.vault.sealing import CannotOpenError
from wardclient.vault.slots import Cost

WORDS = "kaze-no-nai-asa-no-michi"
CHEAP = Cost(64, 1, 1)
SEALED = seal_file(WORDS, b"test", "架空 試子".encode(), CHEAP)


def test_the_passphrase_opens_it_for_its_purpose_alone() -> None:
    """Nothing of the content stands in the file; two files of one content differ."""
    assert open_file(WORDS, b"test", SEALED) == "架空 試子".encode()
    assert "架空".encode() not in SEALED
    assert seal_file(WORDS, b"test", b"x", CHEAP) != seal_file(WORDS, b"test", b"x", CHEAP)
    for words, purpose in ((WORDS + "x", b"test"), (WORDS, b"other")):
        with pytest.raises(CannotOpenError):
            open_file(words, purpose, SEALED)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(SEALED) - 1), st.integers(1, 255))
def test_a_changed_byte_anywhere_is_refused(place: int, change: int) -> None:
    """Also in the parameters: a planted file cannot ask for all memory."""
    altered = SEALED[:place] + bytes([SEALED[place] ^ change]) + SEALED[place + 1 :]
    with pytest.raises(CannotOpenError):
        open_file(WORDS, b"test", altered)


@given(st.binary(max_size=80))
def test_anything_else_is_refused(data: bytes) -> None:
    """No other bytes are taken for one, nor half of one."""
    for content in (data, SEALED[: len(data)]):
        with pytest.raises(CannotOpenError):
            open_file(WORDS, b"test", content)


def test_a_weak_passphrase_makes_no_file() -> None:
    """The rule of the home's own passphrase."""
    with pytest.raises(WeakPassphraseError):
        seal_file("0451234567", b"test", b"x", CHEAP)
