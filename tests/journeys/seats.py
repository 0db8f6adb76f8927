"""A person at a PC: the real program on a real terminal, and what fingers do there."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.journeys.offices import PASSPHRASE, Office, environment
from tests.terminal import Terminal

COMMAND = (sys.executable, "-m", "wardclient")


class Seat(Terminal):
    """The screen of one office, 80x24."""

    def __init__(self, office: Office) -> None:
        """Start the program before the door."""
        super().__init__([*COMMAND, "--home", office.home], environment=environment())
        self.wait_for("合言葉")

    def unlock(self) -> None:
        """Type the passphrase."""
        self.type(PASSPHRASE)
        self.press("enter")
        self.wait_gone("合言葉")

    def confirm(self, verb: str) -> None:
        """Answer a question with its verb; the safe button has the focus at first."""
        self.wait_for(verb)
        self.press("tab", "enter")

    def open_case(self, name: str) -> None:
        """Open a case from the list: search first."""
        self.wait_for("ケース一覧")
        self.type(name)
        self.wait_for(name)
        self.wait_for("1件")
        self.press("enter")
        # The bar is filled with the case: before that, keys have nothing to act on.
        self.wait_for("に見えるもの")


@contextmanager
def seated(*offices: Office) -> Iterator[list[Seat]]:
    """Sit down and unlock at each office."""
    seats: list[Seat] = []
    try:
        for office in offices:
            seat = Seat(office)
            seats.append(seat)
            seat.unlock()
        yield seats
    except AssertionError as failed:
        for seat, office in zip(seats, offices, strict=False):
            with suppress(AssertionError):
                seat.wait_quiet()
            failed.add_note(f"--- {office.label}\n{seat.screen_text()}")
        raise
    finally:
        for seat in seats:
            seat.__exit__(None, None, None)
