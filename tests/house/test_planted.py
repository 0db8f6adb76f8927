"""The search for planted names: it finds each form, everywhere, and reports nothing else."""

import base64
import sqlite3
import urllib.parse
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.planted import LEAST, aligned_base64, find_planted, forms

NAME = "鷺沼いろは"
NUMBER = "90145678901"


@pytest.mark.parametrize(
    ("encoding", "write"),
    [
        ("utf-8", lambda text: msgspec.msgpack.encode({"name": text})),
        ("utf-8", lambda text: msgspec.json.encode([text])),
        ("utf-16le", lambda text: b"\x00" + text.encode("utf-16le")),
        ("utf-16be", lambda text: text.encode("utf-16be")),
        ("cp932", lambda text: text.encode("cp932")),
        ("euc-jp", lambda text: text.encode("euc-jp")),
        ("hex", lambda text: text.encode().hex().encode()),
        ("hex-upper", lambda text: text.encode().hex().upper().encode()),
        ("json", lambda text: ascii(text).encode()),
        ("url", lambda text: f"/find?q={urllib.parse.quote(text)}".encode()),
        ("base64+0", lambda text: base64.b64encode(text.encode() + b"!")),
        ("base64+1", lambda text: base64.b64encode(b"!" + text.encode() + b"!")),
        ("base64+2", lambda text: base64.b64encode(b"!!" + text.encode() + b"!")),
        ("base64url+1", lambda text: base64.urlsafe_b64encode(b"!" + text.encode() + b"!")),
    ],
)
def test_a_name_is_found_in_every_form(tmp_path: Path, encoding: str, write: Callable[[str], bytes]) -> None:
    """Each way of writing a name is recognised, in the middle of other bytes."""
    # ÿþ make + / - _ appear in base64, so that its two alphabets differ.
    needle = "ûÿþ" * 3 if encoding == "base64url+1" else NAME
    (tmp_path / "log").write_bytes(b"\x00" * 7 + write(needle) + b"\xff" * 5)
    assert encoding in {place.encoding for place in find_planted([tmp_path], [needle])}


def test_every_place_is_reported_with_its_offset(tmp_path: Path) -> None:
    """Two copies in one file and one in a folder below it are three findings, in order."""
    first, second = tmp_path / "a.db-wal", tmp_path / "deep" / "er" / "b.log"
    second.parent.mkdir(parents=True)
    first.write_bytes(b"xx" + NAME.encode() + b"yy" + NAME.encode())
    second.write_bytes(NAME.encode())
    found = find_planted([tmp_path], [NAME])
    assert [(place.path, place.offset) for place in found] == [(first, 2), (first, 19), (second, 0)]


def test_digits_are_found_where_a_database_stores_them_as_a_number(tmp_path: Path) -> None:
    """A telephone number in an INTEGER column is no text any more, and is found."""
    file = tmp_path / "plain.db"
    connection = sqlite3.connect(file)
    connection.execute("CREATE TABLE t (phone INTEGER)")
    connection.execute("INSERT INTO t VALUES (?)", (int(NUMBER),))
    connection.commit()
    connection.close()
    assert {place.encoding for place in find_planted([file], [NUMBER])} == {"integer"}


def test_a_clean_folder_has_no_findings(tmp_path: Path) -> None:
    """A similar name and a part of the name are not the name."""
    (tmp_path / "other").write_text("鷺沼いろ 鷺沼いろ葉", encoding="utf-8")
    assert find_planted([tmp_path], [NAME, NUMBER]) == []


def test_a_search_that_would_prove_nothing_is_an_error(tmp_path: Path) -> None:
    """A missing path and a needle that stands anywhere by chance are mistakes of the test."""
    with pytest.raises(FileNotFoundError):
        find_planted([tmp_path / "missing"], [NAME])
    with pytest.raises(ValueError, match="by chance"):
        find_planted([tmp_path], ["佐"])


@given(
    before=st.binary(max_size=8),
    text=st.text(min_size=LEAST, max_size=20).map(str.encode),
    after=st.binary(max_size=4),
)
def test_aligned_base64_stands_in_any_base64_of_the_text(before: bytes, text: bytes, after: bytes) -> None:
    """Whatever stands around a text, its base64 holds the form of the matching alignment."""
    assert aligned_base64(text, len(before) % 3) in base64.b64encode(before + text + after)


@given(st.text(st.characters(codec="utf-8"), min_size=LEAST, max_size=12))
def test_no_form_is_empty_or_listed_twice(needle: str) -> None:
    """Forms differ from each other, so that one place is reported once."""
    patterns = list(forms(needle).values())
    assert all(len(pattern) >= LEAST - 1 for pattern in patterns)
    assert len(set(patterns)) == len(patterns)
