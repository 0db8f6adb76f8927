"""FIELD=VALUE words and JSON documents to the field values of a form."""

import json
import sys
from collections.abc import Iterable
from pathlib import Path

from wardclient.desk.api import DeskError

LISTS = frozenset(
    {
        "scope_to_hw",
        "scope_to_city",
        "recipients",
        "purpose",
        "attendees",
        "topics",
        "selection_kind",
        "licences",
        "work_history",
        "wishes",
        "wish_occupation",
        "wish_area",
        "obstacles",
        "constraints",
    }
)
"""Fields that hold several values: a comma separates them on the command line."""


class UsageError(DeskError):
    """The words of the command do not make a form."""

    code = "usage"
    exit_code = 2


def read_values(words: Iterable[str], document: str | None) -> dict[str, object]:
    """Return values from a JSON document (``-``: standard input) and FIELD=VALUE words; words win."""
    values: dict[str, object] = {}
    if document is not None:
        values.update(_document(document))
    for word in words:
        name, equals, text = word.partition("=")
        if not equals or not name.isidentifier():
            raise UsageError(
                "「欄=値」の形で指定してください。ほかの指定は変わっていません。",
                "Give FIELD=VALUE. Nothing was changed.",
            )
        values[name] = [part.strip() for part in text.split(",") if part.strip()] if name in LISTS else text
    return values


def _document(name: str) -> dict[str, object]:
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8-sig")
        found = json.loads(text)
    except (OSError, ValueError) as error:
        raise _not_json() from error
    if not isinstance(found, dict):
        raise _not_json()
    return found


def _not_json() -> UsageError:
    return UsageError(
        "値のファイルを読めませんでした。UTF-8 の JSON の組 {欄: 値} にしてください。何も変わっていません。",
        "The values could not be read: give a UTF-8 JSON object. Nothing was changed.",
    )
