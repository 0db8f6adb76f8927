"""Search every byte of files for planted names, in the forms in which a name may leak.

    assert find_planted([home, server_folder], ["鷺沼 いろは", "0451234567890"]) == []

Compressed and encrypted bytes cannot be searched: a test that plants names must also
show that the same search finds them where they are meant to be readable.
"""

import base64
import json
import urllib.parse
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

LEAST = 6
"""Bytes of UTF-8 that a needle must have: shorter ones stand in random bytes by chance."""
LEAST_NUMBER = 1 << 32
"""Smallest number searched in binary form, for the same reason."""


class Planted(NamedTuple):
    """One place where a planted name can be read."""

    path: Path
    offset: int
    needle: str
    encoding: str


def find_planted(paths: Iterable[Path], needles: Iterable[str]) -> list[Planted]:
    """Return every readable copy of ``needles`` in files and, recursively, folders, by path and offset.

    Raises ValueError for a needle too short to mean anything and FileNotFoundError for a path
    that is missing: a search that looked at nothing must not pass for a clean one.
    """
    patterns = {needle: forms(needle) for needle in needles}
    return sorted(place for path in files(paths) for place in places(path.read_bytes(), path, patterns))


def files(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield the regular files in ``paths``; links are not followed, sockets and pipes hold nothing."""
    for path in paths:
        if path.is_dir() and not path.is_symlink():
            yield from files(sorted(path.iterdir()))
        elif path.is_file() and not path.is_symlink():
            yield path
        elif not path.exists() and not path.is_symlink():
            raise FileNotFoundError(path)


def places(data: bytes, path: Path, patterns: Mapping[str, Mapping[str, bytes]]) -> Iterator[Planted]:
    """Yield each occurrence of each form in ``data``."""
    for needle, encoded in patterns.items():
        for encoding, pattern in encoded.items():
            at = data.find(pattern)
            while at >= 0:
                yield Planted(path, at, needle, encoding)
                at = data.find(pattern, at + 1)


def forms(needle: str) -> dict[str, bytes]:
    """Return the byte forms of ``needle`` by name, each different from the others.

    ``utf-8`` is also how MessagePack, CBOR, SQLite and unescaped JSON hold a text; ``integer``
    how MessagePack and SQLite hold a number of digits, big-endian.
    """
    text = needle.encode()
    if len(text) < LEAST:
        msg = f"a needle of {len(text)} bytes is found by chance"
        raise ValueError(msg)
    found = {"utf-8": text, "utf-16le": needle.encode("utf-16le"), "utf-16be": needle.encode("utf-16be")}
    for encoding in ("cp932", "euc-jp"):
        try:
            found[encoding] = needle.encode(encoding)
        except UnicodeEncodeError:  # 𠮷 and its like cannot be written, so cannot leak, in it
            continue
    found["hex"] = text.hex().encode()
    found["hex-upper"] = text.hex().upper().encode()
    found["json"] = json.dumps(needle)[1:-1].encode()
    found["url"] = urllib.parse.quote(needle, safe="").encode()
    for alignment in range(3):
        found[f"base64+{alignment}"] = aligned_base64(text, alignment)
        found[f"base64url+{alignment}"] = aligned_base64(text, alignment).translate(
            bytes.maketrans(b"+/", b"-_")
        )
    if needle.isascii() and needle.isdigit() and int(needle) >= LEAST_NUMBER:
        number = int(needle)
        found["integer"] = number.to_bytes((number.bit_length() + 7) // 8, "big")
    unique = {pattern: encoding for encoding, pattern in reversed(found.items())}
    return {encoding: pattern for encoding, pattern in found.items() if unique[pattern] == encoding}


def aligned_base64(text: bytes, alignment: int) -> bytes:
    """Return the base64 characters that depend on ``text`` alone when ``alignment`` bytes stand before it."""
    encoded = base64.b64encode(bytes(alignment) + text)
    return encoded[-(-alignment * 8 // 6) : (alignment + len(text)) * 8 // 6]
