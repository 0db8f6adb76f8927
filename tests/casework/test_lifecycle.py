"""Who does what to a case, from where to where; who reads what, before and after a consent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardclient.casework import access
from wardclient.casework.access import COLUMNS, MATRIX, may_read, may_read_field, may_write, sees_masked
from wardclient.casework.codes import Role, Status
from wardclient.casework.fields import FIELDS, field_of
from wardclient.casework.lifecycle import (
    OPEN,
    Event,
    RefusedStepError,
    events_from,
    may,
    needs_approval,
    step,
)

ALL_ITEMS = [f"S{n}" for n in range(1, 8)] + [f"H{n}" for n in range(1, 6)]


def test_the_usual_way_of_a_case() -> None:
    """From intake through consent, request and work to the end, each step by the side whose it is."""
    way = [
        (Event.OPEN_CASE, "cw", Status.INTAKE),
        (Event.SELECT, "cw", Status.CANDIDATE),
        (Event.RECORD_CONSENT, "cw", Status.CONSENTED),
        (Event.HOLD_SESSION, "hw", Status.CONSENTED),
        (Event.REQUEST_SUPPORT, "fs", Status.REQUESTED),
        (Event.ACCEPT, "hw", Status.ACTIVE),
        (Event.MAKE_PLAN, "es", Status.ACTIVE),
        (Event.REFER_HW, "hw", Status.ACTIVE),
        (Event.SUSPEND, "cw", Status.SUSPENDED),
        (Event.RESUME, "es", Status.ACTIVE),
        (Event.PLACE, "hw", Status.FOLLOWUP),
        (Event.RETURN, "cw", Status.ACTIVE),
        (Event.PLACE, "es", Status.FOLLOWUP),
        (Event.CLOSE, "cw", Status.CLOSED),
        (Event.REOPEN, "sv", Status.CANDIDATE),
    ]
    status: Status | None = None
    for event, role, after in way:
        status = step(status, event, [role])
        assert status is after


@pytest.mark.parametrize(
    ("event", "role", "status", "code"),
    [
        (Event.REFER_HW, "es", "active", "role"),
        (Event.REFER_CITY, "cw", "active", "role"),
        (Event.REFER_CITY, "hw", "active", "role"),
        (Event.ACCEPT, "cw", "requested", "role"),
        (Event.REOPEN, "cw", "closed", "role"),
        (Event.RECORD_CONSENT, "hw", "candidate", "role"),
        (Event.EXPIRE_CONSENT, "cw", "active", "role"),
        (Event.OPEN_CASE, "adm", None, "role"),
        (Event.REQUEST_SUPPORT, "cw", "candidate", "status"),
        (Event.RECORD_CONSENT, "cw", "intake", "status"),
        (Event.REFER_HW, "hw", "candidate", "status"),
        (Event.CLOSE, "cw", "closed", "status"),
        (Event.SELECT, "cw", None, "status"),
        (Event.OPEN_CASE, "cw", "intake", "status"),
    ],
)
def test_what_is_refused_says_who_or_when(event: Event, role: str, status: str | None, code: str) -> None:
    """The sentence names the roles that do it, or the states in which it is done."""
    with pytest.raises(RefusedStepError) as refused:
        step(status, event, [role])
    assert refused.value.problem.code == code
    assert refused.value.en.isascii()
    assert refused.value.ja.endswith(("行います。", "です。", "ください。"))


@pytest.mark.parametrize("status", sorted(OPEN))
@pytest.mark.parametrize("event", [Event.WITHDRAW_CONSENT, Event.EXPIRE_CONSENT])
def test_the_end_of_a_consent_leads_back_from_every_open_state(status: Status, event: Event) -> None:
    """The city goes on alone with a candidate; a closed case stays closed."""
    assert step(status, event) is Status.CANDIDATE
    with pytest.raises(RefusedStepError):
        step(Status.CLOSED, event)


@pytest.mark.parametrize("status", ["consented", "requested", "active", "suspended", "followup"])
def test_a_renewal_keeps_the_state(status: str) -> None:
    """A new paper during support does not throw the case back."""
    assert step(status, Event.RECORD_CONSENT, ["cw"]) == status


def test_withdrawal_may_be_heard_by_either_side() -> None:
    """Hello Work may take the word and must pass it on; nobody else's consent acts are theirs."""
    assert may(Event.WITHDRAW_CONSENT, "hw")
    assert not may(Event.RECORD_CONSENT, "hw")
    assert not any(may(event, role) for event in Event for role in ("adm", "aud", "cm", "lb", "wm"))


def test_approval_is_somebody_elses_unless_the_supervisor_acts() -> None:
    """Requests, closures and extensions need the supervisor's word."""
    assert needs_approval(Event.CLOSE, ["cw"])
    assert not needs_approval(Event.CLOSE, ["sv", "cw"])
    assert not needs_approval(Event.HOLD_SESSION, ["cw"])


@given(
    st.sampled_from([None, *Status]),
    st.sampled_from(list(Event)),
    st.sets(st.sampled_from(list(Role)), min_size=1),
)
def test_the_list_of_acts_is_what_the_steps_allow(
    status: Status | None, event: Event, roles: set[Role]
) -> None:
    """What a screen offers never fails, what it does not offer always does."""
    if event in events_from(status, roles):
        assert isinstance(step(status, event, roles), Status)
    else:
        with pytest.raises(RefusedStepError):
            step(status, event, roles)


# --- access -----------------------------------------------------------------------


def test_the_matrix_is_whole() -> None:
    """Each record has a cell for each column, and every item of a consent stands for a record."""
    assert all(set(cells) == set(COLUMNS) for cells in MATRIX.values())
    assert set(access.ITEM_RECORDS) == set(ALL_ITEMS)
    assert set(access.ITEM_RECORDS.values()) <= set(MATRIX)


@pytest.mark.parametrize("role", ["hw", "hwm"])
def test_hello_work_reads_nothing_of_the_city_before_a_consent(role: str) -> None:
    """Not even that the ward knows the person; of a consent only that there is none."""
    own = {"openings", "figures", "audit", "registration", "referral_hw", "result_hw", "note_hw", "placement"}
    own |= {"shortlist"}
    readable = {record for record in MATRIX if may_read(role, record)}
    assert readable <= own
    assert sees_masked(role, "consent")


@pytest.mark.parametrize("role", ["hw", "hwm"])
def test_no_consent_opens_the_welfare_file(role: str) -> None:
    """Welfare detail, case number, judgements and the city's notes stay closed with every box ticked."""
    for record in ("welfare", "case_no", "city_judgement", "note_city", "unemployment_insurance"):
        assert not may_read(role, record, consent_active=True, items=ALL_ITEMS)


@pytest.mark.parametrize(
    ("role", "record", "item"),
    [
        ("hw", "person", "S1"),
        ("hw", "target_group", "S2"),
        ("hw", "history", "S3"),
        ("hw", "wishes", "S4"),
        ("hw", "health", "S5"),
        ("hwm", "plan", "S6"),
        ("cw", "registration", "H1"),
        ("sv", "referral_hw", "H3"),
        ("es", "result_hw", "H4"),
    ],
)
def test_a_box_opens_exactly_its_record(role: str, record: str, item: str) -> None:
    """With the box it is read, without it or without a consent it is not."""
    others = [i for i in ALL_ITEMS if i != item]
    assert may_read(role, record, consent_active=True, items=[item])
    assert may_read(role, item, consent_active=True, items=[item])
    assert not may_read(role, record, consent_active=True, items=others)
    assert not may_read(role, record, consent_active=False, items=[item])


def test_who_writes_is_who_answers_for_it() -> None:
    """The specialist writes city referrals, Hello Work its own; counting and auditing roles write nothing."""
    assert may_write("es", "referral_city")
    assert not may_write("cw", "referral_city")
    assert may_write("hw", "referral_hw", consent_active=True)
    assert not may_write("hwm", "referral_hw", consent_active=True)
    for role in ("cm", "lb", "aud"):
        assert not any(may_write(role, record, consent_active=True) for record in MATRIX)
    assert [record for record in MATRIX if may_write("adm", record)] == ["accounts"]


def test_ones_own_is_the_limit_where_the_matrix_says_so() -> None:
    """The specialist reads assigned people, the counsellor the own group."""
    assert may_read("es", "person", own=True)
    assert not may_read("es", "person", own=False)
    assert not may_write("fs", "target_group", own=False)
    assert may_read("cw", "person", own=False)


def test_fields_follow_the_rows_of_the_matrix() -> None:
    """A specialist reads no welfare detail, Hello Work no judgement of the city, several roles add up."""
    for field in FIELDS["welfare"]:
        assert may_read_field(["cw"], "welfare", field)
        assert not may_read_field(["es", "fs", "hw"], "welfare", field)
    readiness, case_no = field_of("assessment", "readiness"), field_of("case", "case_no")
    phone = field_of("person", "phone")
    assert readiness is not None
    assert case_no is not None
    assert phone is not None
    assert not may_read_field(["hw"], "assessment", readiness)
    assert not may_read_field(["hw", "hwm"], "case", case_no)
    assert may_read_field(["adm", "cw"], "case", case_no)
    assert access.may_write_field(["es"], "person", phone)
    assert not may_read_field(["hw"], "person", phone, consent_active=False)
    for kind, fields in FIELDS.items():
        for field in fields:
            assert not may_read_field(["cm", "lb", "adm"], kind, field)
            assert (
                field.item != "CITY" or not may_read_field(["hw", "hwm"], kind, field) or kind == "placement"
            )
