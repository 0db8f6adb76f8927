"""Marks on a list of openings: up to four, to put side by side or to pick together."""

from wardclient.locale import _
from wardclient.screens.base import WorkScreen

MOST_SIDE_BY_SIDE = 4


class Marks:
    """The numbers that are marked, in the order of marking."""

    def __init__(self) -> None:
        """Begin with none."""
        self.numbers: list[str] = []

    def face(self, number: str) -> str:
        """Return what the column shows of a number."""
        return "*" if number in self.numbers else ""

    def switch(self, screen: WorkScreen, number: str) -> bool:
        """Mark a number, or unmark it; False, and said on the screen, when there are four already."""
        if number in self.numbers:
            self.numbers.remove(number)
        elif len(self.numbers) < MOST_SIDE_BY_SIDE:
            self.numbers.append(number)
        else:
            screen.say(_("並べられるのは{n}件までです。").format(n=MOST_SIDE_BY_SIDE))
            return False
        return True
