"""The state of a case after work began: the same rule in both offices, moved back by a strike."""

from datetime import date

import pytest

from wardclient.casework.case_state import Looked, case_state
from wardclient.casework.codes import Status
from wardclient.casework.placement import Claim, Strike, jobs
from wardclient.casework.retention import Check
from wardclient.casework.work_codes import RetentionState

APRIL = date(2026, 4, 1)
CLAIM = Claim("p", "1", "試験食品", APRIL, at=10)


@pytest.mark.parametrize("status", ["", "consented", "requested", "active"])
def test_work_moves_the_case(status: str) -> None:
    """Whoever wrote the job down; the other office is not told the state itself."""
    assert case_state(status, 5, jobs([CLAIM]), ()) == Status.FOLLOWUP


@pytest.mark.parametrize(
    "status", ["intake", "candidate", "suspended", "closed", "not_supported", "followup"]
)
def test_other_states_stay(status: str) -> None:
    """A job found before anybody asked for support, or after it ended, moves nothing."""
    assert case_state(status, 5, jobs([CLAIM]), ()) == status


def test_what_was_written_later_counts() -> None:
    """The state that a person wrote after the job was known stands."""
    assert case_state("active", 11, jobs([CLAIM]), ()) == "active"
    assert case_state("active", 9, jobs([CLAIM]), ()) == "followup"


def test_a_job_struck_out_moves_it_back() -> None:
    """One act moves it, one takes it back; the other office's claim holds it."""
    other = Claim("q", "2", "試験食品", APRIL, at=11)
    struck = [Strike("s", "p", 12)]
    assert case_state("active", 5, jobs([CLAIM], struck), ()) == "active"
    assert case_state("active", 5, jobs([CLAIM, other], struck), ()) == "followup"


@pytest.mark.parametrize(("found", "state"), [("1", "followup"), ("2", "followup"), ("3", "active")])
def test_who_left_is_supported_again(found: str, state: str) -> None:
    """離職 brings the case back (3.2 ``return``); 転職 is work all the same."""
    check = Check("c", 1, date(2026, 5, 1), RetentionState.known(found), date(2026, 5, 1))
    assert case_state("active", 5, jobs([CLAIM]), [Looked("p", check)]) == state
    assert case_state("active", 5, jobs([CLAIM]), [Looked("another", check)]) == "followup"


def test_while_two_offices_differ_nothing_is_concluded() -> None:
    """One heard that she left, one that she works there."""
    looks = [
        Looked("p", Check(name, 1, date(2026, 5, 1), RetentionState.known(found), None))
        for name, found in (("c", "1"), ("d", "3"))
    ]
    assert case_state("active", 5, jobs([CLAIM]), looks) == "followup"
