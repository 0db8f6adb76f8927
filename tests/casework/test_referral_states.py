"""The referral machine: no path loses a referral or counts one twice, in whatever order steps arrive."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from wardclient.casework import referral_states as machine
from wardclient.casework.referral_states import (
    ENDS,
    NEXT,
    RESULTS,
    SUBSIDY,
    ReferralState,
    Standing,
    Step,
    count,
    may_enter,
    may_follow,
    standing,
)
from wardclient.casework.work_codes import Channel, SelectionResult

DAY = date(2026, 11, 2)
S = ReferralState


class TwoOffices(RuleBasedStateMachine):
    """Two offices write, with and without contact; what each has seen is what it follows."""

    def __init__(self) -> None:
        super().__init__()
        self.log: dict[str, list[Step]] = {"city": [], "hellowork": []}
        self.made: list[Step] = []
        self.now = 0

    def _step(self, office: str, state: ReferralState, corrects: str = "") -> None:
        seen = self.log[office]
        self.now += 1
        after = standing(seen, corrects).heads
        step = Step(
            f"{office}{self.now}", state, DAY + timedelta(days=self.now // 3), self.now, after, corrects
        )
        seen.append(step)
        self.made.append(step)

    @rule(office=st.sampled_from(("city", "hellowork")), pick=st.integers(0, 20))
    def write(self, office: str, pick: int) -> None:
        """An allowed step, if there is one."""
        allowed = may_follow(standing(self.log[office]))
        if allowed:
            self._step(office, allowed[pick % len(allowed)])

    @precondition(lambda self: self.made)
    @rule(office=st.sampled_from(("city", "hellowork")), pick=st.integers(0, 20))
    def correct(self, office: str, pick: int) -> None:
        """A step that was wrong is struck out by another."""
        seen = self.log[office]
        if seen:
            wrong = seen[pick % len(seen)]
            if wrong.step_id in standing(seen).heads:
                left = standing(seen, wrong.step_id)
                allowed = may_follow(standing(seen), left)
                self._step(office, allowed[pick % len(allowed)], wrong.step_id)

    @rule()
    def meet(self) -> None:
        """The network is back: both have all."""
        for office in self.log:
            self.log[office] = list(self.made)

    @invariant()
    def nothing_is_lost(self) -> None:
        """A referral that was begun stands somewhere, on every PC."""
        for seen in (*self.log.values(), self.made):
            here = standing(seen)
            assert bool(here.states) == bool(seen)
            assert set(here.heads) <= {s.step_id for s in seen}

    @invariant()
    def order_does_not_matter(self) -> None:
        """The same steps stand the same, forwards and backwards, once and twice."""
        assert standing(self.made) == standing(self.made[::-1]) == standing([*self.made, *self.made])

    @invariant()
    def the_log_is_in_order(self) -> None:
        """Every step comes after those it follows and strikes out, on every PC alike."""
        shown = [step.step_id for step in machine.in_order(self.made[::-1])]
        assert sorted(shown) == sorted(step.step_id for step in self.made)
        for step in self.made:
            before = {*step.after, step.corrects} & set(shown)
            assert all(shown.index(name) < shown.index(step.step_id) for name in before)
        assert shown == [step.step_id for step in machine.in_order(self.made)]

    @invariant()
    def counted_once(self) -> None:
        """In all states together a referral counts once at most, and never while two states stand."""
        here = standing(self.made)
        total = sum(count([here], state) for state in ReferralState)
        assert total == (1 if here.state is not None else 0)


TestTwoOffices = TwoOffices.TestCase


def test_what_two_offices_wrote_without_contact_stands_until_a_person_decides() -> None:
    """Both states show; a step that names both ends it; neither step is gone from the log."""
    begin = Step("a", S.REFERRED, DAY, 1)
    ours = Step("b", S.HIRED, DAY, 2, ("a",))
    theirs = Step("c", S.REJECTED, DAY, 3, ("a",))
    here = standing([begin, ours, theirs])
    assert here.conflict
    assert set(here.states) == {S.HIRED, S.REJECTED}
    assert {S.HIRED, S.REJECTED} <= set(may_follow(here))
    decided = standing([begin, ours, theirs, Step("d", S.HIRED, DAY, 4, here.heads)])
    assert decided.state is S.HIRED
    same = standing([begin, ours, Step("e", S.HIRED, DAY, 5, ("a",))])
    assert same.state is S.HIRED
    assert len(same.heads) == 2


def test_a_correction_strikes_out_and_what_went_before_stands_again() -> None:
    """Hired was wrong: it was refused. The wrong step stays in the log."""
    begin = Step("a", S.REFERRED, DAY, 1)
    wrong = Step("b", S.HIRED, DAY, 2, ("a",))
    right = Step("c", S.REJECTED, DAY, 3, ("a",), corrects="b")
    assert standing([begin, wrong, right]).state is S.REJECTED
    assert standing([begin, wrong, right]).heads == ("c",)


@pytest.mark.parametrize("result", list(SelectionResult))
def test_a_referral_of_an_older_program_stands_where_its_result_says(result: SelectionResult) -> None:
    """連絡待ち is no end: the answer is still waited for."""
    steps = machine.first("1", result, DAY, DAY + timedelta(days=3), "r")
    assert standing(steps).state is RESULTS.get(result, S.REFERRED)
    assert standing(machine.first("1", "", DAY, None, "r")).state is S.REFERRED
    assert machine.first("", "", None, None, "r") == []


@given(st.sampled_from(ReferralState), st.integers(0, 60), st.integers(-5, 60))
def test_silence_is_a_reminder_and_never_a_refusal(state: ReferralState, days: int, interview: int) -> None:
    """At 7 and at 14 days, counted from the interview where it is later; the state does not change."""
    here = Standing((state,), ("a",), DAY)
    at = DAY + timedelta(days=interview)
    silent = machine.silent_days(here, at, DAY + timedelta(days=days))
    assert silent == (max(0, days - max(0, interview)) if state in machine.AWAITING else 0)
    assert machine.reminder(silent) == (14 if silent >= 14 else 7 if silent >= 7 else 0)
    assert here.states == (state,)


def test_each_office_refers_in_its_own_channel_alone() -> None:
    """Hello Work in channel 1, the city in 2; either notes what the person found otherwise; only the city asks."""
    assert may_enter(S.REFERRED, Channel.HELLOWORK, "hellowork")
    assert not may_enter(S.REFERRED, Channel.HELLOWORK, "city")
    assert may_enter(S.REFERRED, Channel.CITY, "city")
    assert not may_enter(S.REFERRED, Channel.CITY, "hellowork")
    assert may_enter(S.REFERRED, Channel.SELF, "city")
    assert may_enter(S.REFERRED, Channel.SELF, "hellowork")
    assert not may_enter(S.REQUESTED, Channel.HELLOWORK, "hellowork")
    assert all(may_enter(S.HIRED, channel, team) for channel in Channel for team in ("city", "hellowork"))


def test_every_state_is_reached_and_every_channel_is_explained() -> None:
    """No state stands alone, ends lead nowhere, and each channel says what it means for subsidies."""
    assert {state for following in NEXT.values() for state in following} | {S.REQUESTED} == set(ReferralState)
    assert all(not NEXT[state] for state in ENDS)
    assert set(SUBSIDY) == set(Channel)
    assert all(ja and en for ja, en in SUBSIDY.values())
