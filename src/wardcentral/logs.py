"""The log of the process: for people at a terminal, or one JSON object a line for a collector.

A line holds no body, no query, no path as it was sent, no address of a caller and no id longer than the eight
digits that ``status`` shows. Of an exception it holds class and place: its message may hold what was sent.
"""

import json
import logging
import os
import re
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler, WatchedFileHandler
from pathlib import Path
from types import MappingProxyType

FIELDS = ("route", "method", "status", "ms", "code")
"""What a line may hold besides its message; anything else given as ``extra`` is left out."""
KEPT_FILES = 5
REQUESTS = "wardcentral.request"
_ID = re.compile(r"(?<![0-9A-Za-z])[0-9a-f]{16,}(?![0-9A-Za-z])")
_LIBRARIES: Mapping[str, int] = MappingProxyType({"uvicorn": logging.WARNING, "asyncio": logging.WARNING})


class JsonFormatter(logging.Formatter):
    """One JSON object a line, times in UTC."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        shown: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _said(record),
        }
        shown |= {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
        if raised := _raised(record):
            shown["error"] = raised
        return json.dumps(shown, ensure_ascii=False)


class LineFormatter(logging.Formatter):
    """One line of text, times as the machine has them."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        time = datetime.fromtimestamp(record.created).astimezone().isoformat(" ", "seconds")
        fields = [f"{name}={getattr(record, name)}" for name in FIELDS if hasattr(record, name)]
        return " ".join(filter(None, (time, record.levelname, _said(record), *fields, _raised(record))))


def set_up(file: Path | None, form: str, *, megabytes: int = 0, requests: bool = False) -> None:
    """Send the log of the process to a file or to standard error; OSError where the file cannot be opened.

    A file that a rotation moved away is opened anew; with ``megabytes`` the process rotates it itself.
    """
    handler: logging.Handler
    if file is None:
        handler = logging.StreamHandler()
    elif megabytes or os.name == "nt":
        size = (megabytes or 10) * 1024 * 1024
        handler = RotatingFileHandler(
            file, maxBytes=size, backupCount=KEPT_FILES, encoding="utf-8", errors="backslashreplace"
        )
    else:
        handler = WatchedFileHandler(file, encoding="utf-8", errors="backslashreplace")
    handler.setFormatter(JsonFormatter() if form == "json" else LineFormatter())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for name, level in _LIBRARIES.items():
        logging.getLogger(name).setLevel(level)
    logging.getLogger(REQUESTS).setLevel(logging.INFO if requests else logging.WARNING)


def _said(record: logging.LogRecord) -> str:
    """Return the message on one line, without ids."""
    return _ID.sub("[id]", " ".join(record.getMessage().split()))


def _raised(record: logging.LogRecord) -> str:
    """Return class and place of an exception; empty where there is none."""
    if not record.exc_info or record.exc_info[0] is None:
        return ""
    frames = traceback.extract_tb(record.exc_info[2])
    place = f" at {frames[-1].name}:{frames[-1].lineno}" if frames else ""
    return record.exc_info[0].__name__ + place
