"""A caseload file written: what `caseload.read_caseload` reads back, nothing replaced unseen."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from wardclient.casework import caseload_columns as columns
from wardclient.casework.caseload_columns import COLUMNS
from wardclient.casework.fields import shown
from wardclient.casework.names import plain_variants
from wardclient.casework.problems import CaseworkError, Problem

_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")


@dataclass(frozen=True, slots=True)
class Loss:
    """Characters that an encoding cannot hold, in one cell. ``line`` is that of the file written."""

    line: int
    column: str
    characters: str


class EncodingLossError(CaseworkError):
    """Writing would replace characters; ``losses`` lists each, and nothing was written."""

    def __init__(self, losses: Sequence[Loss]) -> None:
        """Keep the list."""
        ja = f"書けない文字が{len(losses)}か所にあります。UTF-8 で書くか、置き換えを認めてください。"
        en = (
            f"{len(losses)} cells hold characters that this encoding lacks. Choose UTF-8, or allow replacing."
        )
        super().__init__(Problem("", "encoding_loss", ja, en))
        self.losses = tuple(losses)


@dataclass(frozen=True, slots=True)
class Written:
    """A file and what had to be replaced in it (only if that was allowed)."""

    data: bytes
    losses: tuple[Loss, ...]


def write_caseload(
    rows: Iterable[tuple[Mapping[str, object], Mapping[str, object]]],
    encoding: str = "utf-8-sig",
    *,
    locale: str = "ja",
    allow_loss: bool = False,
) -> Written:
    """Write (person, case) values as a file that `read_caseload` reads back.

    In cp932 a character that is missing there (𠮷) is never replaced silently: EncodingLossError
    lists all, or with ``allow_loss`` the usual form or ``?`` is written and the list returned.
    """
    fields = [columns.field_named(kind, name) for kind, name in COLUMNS]
    labels = [one.label(locale) for one in fields]
    losses: list[Loss] = []
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(labels)
    for line, (person, case) in enumerate(rows, 2):
        texts = [
            _cell(kind, name, (person if kind == "person" else case).get(name), locale)
            for kind, name in COLUMNS
        ]
        if encoding == "cp932":
            texts = [_encodable(text, losses, line, label) for text, label in zip(texts, labels, strict=True)]
        writer.writerow(texts)
    if losses and not allow_loss:
        raise EncodingLossError(losses)
    return Written(stream.getvalue().encode(encoding), tuple(losses))


def _cell(kind: str, name: str, value: object, locale: str) -> str:
    """Return a value as the file holds it: dates ISO, codes as their code, yes and no in words."""
    if isinstance(value, bool):
        return shown(columns.field_named(kind, name), value, locale)
    return "" if value is None else str(value)


def _encodable(text: str, losses: list[Loss], line: int, label: str) -> str:
    """Return the text as cp932 can hold it, and list what is lost: usual forms for 異体字, else ``?``."""
    missing = "".join(dict.fromkeys(character for character in text if not _fits(character)))
    if not missing:
        return text
    losses.append(Loss(line, label, missing))
    plain = plain_variants(_SELECTORS.sub("", text))
    return "".join(character if _fits(character) else "?" for character in plain)


def _fits(character: str) -> bool:
    try:
        character.encode("cp932")
    except UnicodeEncodeError:
        return False
    return True
