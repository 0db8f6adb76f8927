"""候補求人: the openings picked for a person before anybody is referred, what the person says of each, their order.

Whoever picks an opening leaves a record of it; two offices that pick the same one leave two, and it stands in the list
once. What the person says is a log of steps (steps.py) that nothing rewrites: two words written down without contact
both stand until somebody asks again. An order is a whole list of numbers; the newest counts, and an opening that it
does not name follows in the order of picking. Nothing ever leaves the list by itself: an opening that lapses or goes
from the file is marked, one that was picked in error is taken off by a word, and stays readable.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from wardclient.casework import steps
from wardclient.casework.coding import Code
from wardclient.casework.steps import in_order, standing


class ClientWord(Code):
    """本人の意向 [P]."""

    WANTS = "wants", "希望する", "Wants it"
    UNSURE = "unsure", "迷っている", "Unsure"
    DECLINES = "declines", "希望しない", "Does not want it"
    TAKEN_OFF = "taken_off", "候補から外した", "Taken off the list"


W = ClientWord
Step = steps.Step[ClientWord]
Standing = steps.Standing[ClientWord]
UNPRINTED = frozenset({W.DECLINES, W.TAKEN_OFF})
"""Words after which an opening is left off the person's paper."""


class OpeningState(Code):
    """求人のいまの状態, as this PC's openings file has it."""

    OPEN = "open", "紹介できます", "Open"
    STALE = "stale", "ファイルが古い", "File too old"
    UNLISTED = "unlisted", "掲載終了", "No longer listed"
    LAPSED = "lapsed", "期限切れ", "Lapsed"
    NOT_HERE = "not_here", "求人票なし", "No sheet here"


GONE = frozenset({OpeningState.UNLISTED, OpeningState.LAPSED})
"""States in which nobody can be referred any more, whatever file is read in."""


STATE_OF: Mapping[str, OpeningState] = {
    "": OpeningState.OPEN,
    "expired": OpeningState.LAPSED,
    "not_listed": OpeningState.UNLISTED,
    "file_too_old": OpeningState.STALE,
}
"""By the reason why nobody may be referred to it now; ``""`` where that is possible."""


@dataclass(frozen=True, slots=True)
class Pick:
    """Somebody picked an opening. ``at`` is the stamp of the record and orders the picks of one day."""

    pick_id: str
    opening_no: str
    on: date
    at: int


@dataclass(frozen=True, slots=True)
class Order:
    """The list as somebody ordered it, the first choice first."""

    order_id: str
    numbers: tuple[str, ...]
    at: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """One opening of the list (候補求人), whoever picked it, and the log of the person's words."""

    opening_no: str
    picks: tuple[Pick, ...]
    words: tuple[Step, ...] = field(default=())

    @property
    def standing(self) -> Standing:
        """Where the person stands: no state before anybody asked, two after two offices asked apart."""
        return standing(self.words)

    @property
    def printed(self) -> bool:
        """Whether it belongs on the person's paper. A word that is contested does not keep it off."""
        states = self.standing.states
        return not states or any(state not in UNPRINTED for state in states)

    @property
    def taken_off(self) -> bool:
        """Whether it was taken off the list; while two words stand against each other it was not."""
        return self.standing.state is W.TAKEN_OFF


def candidates(
    picks: Iterable[Pick], words: Iterable[tuple[str, Step]], orders: Iterable[Order]
) -> tuple[Candidate, ...]:
    """Return the list, the first choice first and what was taken off last.

    The same on every PC, in whatever order the records came. ``words`` are (opening's number, step).
    """
    picked: dict[str, dict[str, Pick]] = {}
    for pick in picks:
        picked.setdefault(pick.opening_no, {})[pick.pick_id] = pick
    said: dict[str, dict[str, Step]] = {}
    for number, step in words:
        said.setdefault(number, {})[step.step_id] = step
    newest = max(orders, key=lambda order: (order.at, order.order_id), default=None)
    place = {number: at for at, number in enumerate(newest.numbers)} if newest is not None else {}
    found = [
        Candidate(
            number,
            tuple(sorted(each.values(), key=_when)),
            tuple(in_order(said.get(number, {}).values())),
        )
        for number, each in picked.items()
    ]
    return tuple(
        sorted(
            found,
            key=lambda c: (
                c.taken_off,
                place.get(c.opening_no, len(place)),
                *_when(c.picks[0]),
                c.opening_no,
            ),
        )
    )


def moved(numbers: Sequence[str], number: str, by: int) -> tuple[str, ...]:
    """Return the order with one opening ``by`` places further down (up: negative); its ends hold it."""
    rest = [each for each in numbers if each != number]
    if len(rest) == len(numbers):
        return tuple(numbers)
    at = min(max(list(numbers).index(number) + by, 0), len(rest))
    return (*rest[:at], number, *rest[at:])


def may_say(here: Standing, corrected: Standing | None = None) -> tuple[ClientWord, ...]:
    """Return what may be written down next: anything but what stands; where two stand, either of them.

    ``corrected``: where it would stand without the word that is struck out.
    """
    at = here if corrected is None else corrected
    said = () if at.conflict or corrected is not None else at.states
    return tuple(word for word in ClientWord if word not in said)


def _when(pick: Pick) -> tuple[date, int, str]:
    return pick.on, pick.at, pick.pick_id


__all__ = [
    "GONE",
    "STATE_OF",
    "Candidate",
    "ClientWord",
    "OpeningState",
    "Order",
    "Pick",
    "Standing",
    "Step",
    "candidates",
    "in_order",
    "may_say",
    "moved",
    "standing",
]
