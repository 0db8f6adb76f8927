"""Presence hints from one process of the service to the others (decision 0026).

A hint stays what it is: sealed, unstored, forgotten after a minute, and losing one loses nothing. So nothing here
is tried again, and a database that is away is simply not told.
"""

import base64
import binascii
import logging
import os
import queue
import threading
from collections.abc import Callable
from typing import Protocol

import msgspec

from wardproto.wire import MalformedError, decode, encode

LISTEN_SECONDS = 0.2
"""How long the thread listens before it looks for something to send."""
AGAIN_SECONDS = 2.0
"""How long it leaves a database alone that did not answer."""
MOST_WAITING = 1_000
NAME_BYTES = 8

log = logging.getLogger("wardcentral")


class Passed(msgspec.Struct, frozen=True, array_like=True):
    """A hint as one process passes it on: an empty one takes back what stood there."""

    process: bytes
    ward: bytes
    stream: bytes
    device: bytes
    hint: bytes
    until_ms: int


class Line(Protocol):
    """What all processes of a service hear."""

    def say(self, text: str) -> None:
        """Say something to all who listen, this process too."""

    def heard(self, seconds: float) -> list[str]:
        """Listen for so long, or until something was said."""

    def close(self) -> None:
        """Hang up."""


class LiveRelay:
    """A thread that says this process's hints to the others and hands ``take`` theirs."""

    def __init__(self, open_line: Callable[[], Line]) -> None:
        self._open = open_line
        self._name = os.urandom(NAME_BYTES)
        self._take: Callable[[Passed], None] = lambda _: None
        self._waiting: queue.Queue[Passed] = queue.Queue(MOST_WAITING)
        self._ended = threading.Event()
        self._away = False
        self._thread = threading.Thread(target=self._run, name="live", daemon=True)

    def start(self, take: Callable[[Passed], None]) -> None:
        """Begin; ``take`` is called in the relay's thread."""
        self._take = take
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()

    def say(self, ward: bytes, stream: bytes, device: bytes, hint: bytes, until_ms: int) -> None:
        """Pass a hint on; where too many wait it is dropped."""
        try:
            self._waiting.put_nowait(Passed(self._name, ward, stream, device, hint, until_ms))
        except queue.Full:
            return

    def _run(self) -> None:
        line: Line | None = None
        while not self._ended.is_set():
            try:
                line = line or self._open()
                self._exchange(line)
                self._away = False
            except Exception as error:  # noqa: BLE001 - the database is away: hints wait for nobody
                if not self._away:
                    log.warning("presence is not passed on: %s", type(error).__name__)
                self._away = True
                self._forget()
                self._ended.wait(AGAIN_SECONDS)
        if line is not None:
            line.close()

    def _exchange(self, line: Line) -> None:
        while not self._waiting.empty():
            line.say(base64.b64encode(encode(self._waiting.get_nowait())).decode())
        for text in line.heard(LISTEN_SECONDS):
            try:
                passed = decode(base64.b64decode(text, validate=True), Passed)
            except (binascii.Error, MalformedError):
                continue
            if passed.process != self._name:
                self._take(passed)

    def _forget(self) -> None:
        while not self._waiting.empty():
            self._waiting.get_nowait()
