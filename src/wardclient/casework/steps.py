"""Logs of steps that nothing rewrites: 紹介 and 支援要請 are such logs.

Each step says to which state, on which day, and after which steps its author made it. Two offices that write
without contact leave two steps after the same one: both stand until a person makes a further step that names both.
A wrong step is struck out by a further one (``corrects``), never changed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from graphlib import CycleError, TopologicalSorter
from typing import Generic, TypeVar

from wardclient.casework.coding import Code

# No slots: a frozen class with slots cannot be made through an alias that names its type.
S = TypeVar("S", bound=Code)
REMINDERS = (7, 14)
"""Days of silence after which a person is reminded."""


@dataclass(frozen=True)
class Step(Generic[S]):
    """One step: ``at`` orders the steps of one day (the writer's stamp); ``after`` are the steps its author saw last."""

    step_id: str
    state: S
    on: date
    at: int
    after: tuple[str, ...] = ()
    corrects: str = ""


@dataclass(frozen=True)
class Standing(Generic[S]):
    """Where it stands: one state, or more than one where offices wrote without contact."""

    states: tuple[S, ...]
    heads: tuple[str, ...]
    """The last steps; a further step names them all."""
    since: date | None
    """The day of the newest of them."""

    @property
    def state(self) -> S | None:
        """The one state; None while two stand against each other, or where nothing is known."""
        return self.states[0] if len(self.states) == 1 else None

    @property
    def conflict(self) -> bool:
        """Whether a person has to decide."""
        return len(self.states) > 1


def step_of(states: type[S], name: str, values: Mapping[str, object], at: int) -> Step[S] | None:
    """Return the step that a record holds; None where it does not say to which of ``states``, or on which day."""
    state, on, after = states.of(values.get("state")), as_day(values.get("on")), values.get("after")
    if state is None or on is None:
        return None
    before = tuple(str(each) for each in after) if isinstance(after, list | tuple) else ()
    corrects = values.get("corrects")
    return Step(name, state, on, at, before, corrects if isinstance(corrects, str) else "")


def as_day(value: object) -> date | None:
    """Return the day that a stored value begins with; None for anything else."""
    if not isinstance(value, str) or not value:
        return None
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None


def standing(steps: Iterable[Step[S]], struck_too: str = "") -> Standing[S]:
    """Return where it stands; the same whatever order the steps came in.

    ``struck_too``: where it would stand if this step were struck out as well.
    """
    known = {step.step_id: step for step in steps}
    struck = {step.corrects for step in known.values() if step.corrects} | {struck_too}
    live = {name: step for name, step in known.items() if name not in struck}
    followed = {before for step in live.values() for before in _before(known, step)}
    heads = sorted((s for n, s in live.items() if n not in followed), key=_order, reverse=True)
    states = tuple(dict.fromkeys(step.state for step in heads))
    return Standing(states, tuple(step.step_id for step in heads), heads[0].on if heads else None)


def in_order(steps: Iterable[Step[S]]) -> list[Step[S]]:
    """Return the log, each step after those it follows, the oldest first; the same on every PC."""
    known = {step.step_id: step for step in steps}
    sorter = TopologicalSorter(
        {n: [b for b in (*s.after, s.corrects) if b in known and b != n] for n, s in known.items()}
    )
    try:
        sorter.prepare()
    except CycleError:
        # No program writes two steps that follow each other; what came all the same is shown by its days.
        return sorted(known.values(), key=_order)
    found, ready = list[Step[S]](), list[Step[S]]()
    while sorter.is_active():
        ready = sorted([*ready, *(known[name] for name in sorter.get_ready())], key=_order)
        found.append(ready.pop(0))
        sorter.done(found[-1].step_id)
    return found


def _before(known: Mapping[str, Step[S]], step: Step[S]) -> Iterable[str]:
    """What a step follows: what it names, and what those follow that were struck out."""
    waiting, seen = list(step.after), set[str]()
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            yield name
            found = known.get(name)
            waiting += found.after if found is not None else ()


def _order(step: Step[S]) -> tuple[date, int, str]:
    return step.on, step.at, step.step_id


def reminder(days: int) -> int:
    """Return the reminder that is due after so many silent days: 0, 7 or 14."""
    return max((mark for mark in REMINDERS if days >= mark), default=0)
