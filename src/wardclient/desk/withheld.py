"""Employers who are not public (公開範囲 3) stay unnamed on every paper that a person reads (domain.md 7.5, 7.6).

A person who was referred through the state's terminal (channel 1, with its 紹介番号) is a registered seeker:
the rule does not withhold the employer from him, who must know whom he visits (decision 0019).
"""

from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from wardclient.desk.api import RefusedError
from wardclient.desk.rows import OpeningView, ReferralRow
from wardclient.openings.search import MASKED

T = TypeVar("T")
FOR_CLIENTS = frozenset(
    {"plan", "visit", "session", "history", "disclosure", "opening", "shortlist", "who-can-see"}
)
"""Papers that go to the person and may carry what somebody wrote about an opening."""


def withheld_names(referrals: Iterable[ReferralRow], opening: Callable[..., OpeningView]) -> frozenset[str]:
    """Return the names of employers that this person may not read, from the openings he was told of.

    ``opening`` is the desk's look at an opening. One that is not on this PC has no scope here: it was typed
    in by hand, from the state's terminal.
    """
    rows = [row for row in referrals if row.opening_no]
    told = {row.opening_no for row in rows if row.channel == "1" and row.letter_no}
    names: set[str] = set()
    for row in rows:
        if row.opening_no in told:
            continue
        try:
            if opening(row.opening_no, client_facing=True).row.employer == MASKED:
                names |= {row.employer_name, opening(row.opening_no).row.employer}
        except RefusedError:
            continue
    return frozenset(names - {""})


def without(value: T, names: Iterable[str]) -> T:
    """Return a paper, or any part of one, with every one of the names replaced."""
    longest_first = sorted(names, key=len, reverse=True)
    return _without(value, longest_first) if longest_first else value


def _without(value: Any, names: list[str]) -> Any:
    if isinstance(value, str):
        for name in names:
            value = value.replace(name, MASKED)
        return value
    if isinstance(value, tuple):
        return tuple(_without(part, names) for part in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(
            value, **{f.name: _without(getattr(value, f.name), names) for f in fields(value) if f.init}
        )
    return value
