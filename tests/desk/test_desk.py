"""What a person at an unlocked desk can rely on."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.desk.conftest import CASE, PASSPHRASE, PERSON, Offices
from wardclient.desk.api import AwayError, DamagedHomeError, LockedError, RefusedError, WrongPassphraseError
from wardclient.desk.place import LEASE_MS
from wardclient.desk.rows import ImportOutcome
from wardclient.desk.setup import found
from wardclient.desk.workstation import Workstation
from wardclient.practice.people import make_caseload_csv

Exchange = Callable[[], None]


def opened(desk: Workstation) -> str:
    """Open the invented person's case."""
    return desk.open_case(PERSON, CASE, none_match=False)


def form(desk: Workstation, case_id: str, **changes: object) -> dict[str, object]:
    """Return a consent form."""
    return {**desk.consent_defaults(case_id), "paper_location": "3係 キャビネットB-12", **changes}


def shared(city: Workstation, exchange: Exchange, **changes: object) -> str:
    """Open a case and share it."""
    case_id = opened(city)
    city.record_consent(case_id, form(city, case_id, **changes))
    exchange()
    return case_id


def shown(desk: Workstation, case_id: str, name: str) -> list[object]:
    """Return the values of a field in the case view."""
    return [f.value for f in desk.case(case_id).fields if f.name == name]


def problems(error: pytest.ExceptionInfo[RefusedError]) -> set[str]:
    """Return the fields refused."""
    return {p.field for p in error.value.problems}


def test_every_state_of_consent_has_its_own_words(
    city: Workstation, hellowork: Workstation, exchange: Exchange
) -> None:
    """Not asked, refused, waiting, given, ending and withdrawn are told apart."""
    case_id = opened(city)
    said = [city.case(case_id).consent.bar]
    city.decline_consent(case_id, {})
    said.append(city.case(case_id).consent.bar)
    city.record_consent(case_id, form(city, case_id))
    assert city.case(case_id).consent.state == "pending"
    said.append(city.case(case_id).consent.bar)
    exchange()
    assert city.case(case_id).consent.on_other_side == "yes"
    said.append(city.case(case_id).consent.bar)
    city.withdraw_consent(case_id, {})
    assert city.case(case_id).consent.state == "ending"
    assert city.case(case_id).other_side_sees == ()
    said.append(city.case(case_id).consent.bar)
    exchange()
    assert city.case(case_id).consent.on_other_side == "deleted"
    said.append(city.case(case_id).consent.bar)
    assert len(set(said)) == len(said)
    with pytest.raises(RefusedError):
        hellowork.case(case_id)


def test_the_preview_is_what_arrives(city: Workstation, hellowork: Workstation, exchange: Exchange) -> None:
    """With each set of boxes, the other side finds the facts previewed and no others."""
    case_id = opened(city)
    city.change(case_id, "assessment", {"wishes": ["調理"], "health_consideration": "立ち仕事は2時間まで"})
    facts = city.preview_consent(case_id, form(city, case_id, scope_to_hw=["S1", "S4"])).facts
    assert {f.item for f in facts} == {"S1", "S4"}
    assert "立ち仕事は2時間まで" not in {f.shown for f in facts}
    city.record_consent(case_id, form(city, case_id, scope_to_hw=["S1", "S4"]))
    exchange()
    theirs = hellowork.case(case_id)
    assert {f.shown for f in theirs.fields if f.shown} == {f.shown for f in facts}
    assert theirs.row.target_group == ""


def test_an_empty_scope_is_refused(city: Workstation) -> None:
    """A consent that ticks nothing shares with nobody and cannot be recorded as one."""
    case_id = opened(city)
    with pytest.raises(RefusedError) as error:
        city.record_consent(case_id, form(city, case_id, scope_to_hw=[], scope_to_city=[]))
    assert "scope_to_hw" in problems(error)
    assert city.case(case_id).consent.state == "none"


def test_a_second_consent_is_refused_while_one_stands(city: Workstation, exchange: Exchange) -> None:
    """Widening needs a new paper after ending the old consent."""
    case_id = shared(city, exchange)
    with pytest.raises(RefusedError):
        city.record_consent(case_id, form(city, case_id))


def test_notes_stay_in_their_office_unless_shared(
    city: Workstation, hellowork: Workstation, exchange: Exchange
) -> None:
    """An own-office note of either side never reaches the other; a shared one does."""
    case_id = shared(city, exchange)
    city.add_note(case_id, {"body": "区だけのメモ"})
    hellowork.add_note(case_id, {"body": "HWだけのメモ"})
    city.add_note(case_id, {"body": "共有のメモ", "visibility": "1"})
    exchange()
    assert {n.body for n in city.case(case_id).notes} == {"区だけのメモ", "共有のメモ"}
    assert {n.body for n in hellowork.case(case_id).notes} == {"HWだけのメモ", "共有のメモ"}


def test_the_other_side_writes_only_what_is_shared(
    city: Workstation, hellowork: Workstation, exchange: Exchange
) -> None:
    """A field outside the consent cannot be written from the other side; a shared one can."""
    case_id = shared(city, exchange)
    with pytest.raises(RefusedError) as error:
        hellowork.change(case_id, "case", {"case_no": "12"})
    assert "case_no" in problems(error)
    hellowork.change(case_id, "person", {"phone": "08000000999"})
    exchange()
    assert shown(city, case_id, "phone") == ["08000000999"]
    city.change(case_id, "person", {"phone": "08000000888"})
    exchange()
    assert shown(hellowork, case_id, "phone") == ["08000000888"]
    assert city.case(case_id).row.conflicts == 0


def test_a_referral_crosses_by_its_box_only(
    city: Workstation, hellowork: Workstation, exchange: Exchange
) -> None:
    """Without H3 the city does not see Hello Work's referral; without H4 not its result."""
    case_id = shared(city, exchange, scope_to_city=["H3"])
    values = {
        **hellowork.referral_defaults(case_id),
        "opening_no": "14990-00012345",
        "employer_name": "架空食堂",
        "job_title": "調理補助",
        "letter_no": "R8-1",
    }
    referral = hellowork.refer(case_id, values)
    hellowork.record_result(
        case_id, referral, {"result": "1", "result_on": values["referred_on"], "result_source": "2"}
    )
    exchange()
    (theirs,) = hellowork.case(case_id).referrals
    (ours,) = city.case(case_id).referrals
    assert (theirs.result, ours.result) == ("1", "")
    assert ours.employer_name == "架空食堂"


def test_each_channel_is_entered_by_its_own_side(city: Workstation, exchange: Exchange) -> None:
    """A caseworker cannot enter a Hello Work referral (domain 2.3, seed 53)."""
    case_id = shared(city, exchange)
    values = {
        **city.referral_defaults(case_id),
        "channel": "1",
        "opening_no": "14990-00012345",
        "employer_name": "架空食堂",
        "job_title": "調理補助",
        "letter_no": "R8-1",
        "office_code": "14040",
    }
    with pytest.raises(RefusedError) as error:
        city.refer(case_id, values)
    assert "channel" in problems(error)


def test_a_change_after_the_first_confirmation_opens_the_session_again(
    city: Workstation, hellowork: Workstation, exchange: Exchange
) -> None:
    """Both must confirm the same content; a later word makes them confirm anew; then it is sealed."""
    case_id = shared(city, exchange)
    session = city.start_session(case_id, {})
    city.write_session(session, "夕方は18時まで。")
    exchange()
    assert hellowork.confirm_session(session).state == "one"
    city.write_session(session, "夕方は18時まで。土曜は月2回。")
    exchange()
    assert hellowork.session(session).state == "open"
    assert city.confirm_session(session).state == "one"
    exchange()
    assert hellowork.confirm_session(session).state == "sealed"
    exchange()
    with pytest.raises(RefusedError):
        city.write_session(session, "あとから")
    with pytest.raises(RefusedError):
        hellowork.add_action(session, {"what": "あとから", "who": "hw"})


def test_a_joint_note_needs_both_boxes(city: Workstation, exchange: Exchange) -> None:
    """Without S6 and H2 the two texts may not be shared, so no joint session is begun."""
    case_id = shared(city, exchange, scope_to_city=["H1"])
    with pytest.raises(RefusedError):
        city.start_session(case_id, {})


def test_a_withdrawal_without_contact_stops_this_pc_at_once(
    offices: Offices, city: Workstation, exchange: Exchange
) -> None:
    """Without the service the withdrawal is recorded, nothing more can be shared, and it is sent first."""
    case_id = shared(city, exchange)
    city.set_offline(True)
    city.withdraw_consent(case_id, {})
    assert city.case(case_id).consent.state == "ending"
    with pytest.raises(RefusedError):
        city.start_session(case_id, {})
    with pytest.raises(AwayError):
        city.sync_now()
    city.lock()
    again = offices.unlock("city")
    assert again.case(case_id).consent.state == "ending"
    again.sync_now()
    assert again.case(case_id).consent.state == "withdrawn"


def test_the_lease_hides_the_other_sides_facts(
    city: Workstation, hellowork: Workstation, exchange: Exchange
) -> None:
    """A partner without contact for longer than the lease sees the case no more, until contact."""
    case_id = shared(city, exchange)
    clock = hellowork.place.now_ms
    hellowork.place.now_ms = lambda: clock() + LEASE_MS + 60_000
    assert hellowork.find_cases("").rows == ()
    with pytest.raises(RefusedError):
        hellowork.case(case_id)
    hellowork.place.now_ms = clock
    assert hellowork.case(case_id).row.name


def test_what_was_typed_survives_the_lock(offices: Offices, city: Workstation) -> None:
    """A form in progress is there after locking; the desk itself is not."""
    city.save_form("new-case", {"family_name": "架空", "wishes": ["調理"]})
    city.lock()
    with pytest.raises(LockedError):
        city.find_cases("")
    again = offices.unlock("city")
    assert again.load_form("new-case") == {"family_name": "架空", "wishes": ["調理"]}
    again.drop_form("new-case")
    assert again.load_form("new-case") == {}


def test_a_wrong_passphrase_is_counted_and_waits(offices: Offices, city: Workstation) -> None:
    """No hint; the fourth wrong try makes the next wait; the right one is looked at after that."""
    city.lock()
    waits = []
    for _ in range(4):
        with pytest.raises(WrongPassphraseError) as error:
            offices.unlock_with("city", "not-the-passphrase-at-all")
        waits.append(error.value.wait_seconds)
    assert waits[:2] == [0, 0]
    assert 0 < waits[3] <= waits[2] == 5
    with pytest.raises(WrongPassphraseError):
        offices.unlock_with("city", PASSPHRASE)


def test_my_number_is_refused_in_any_text(city: Workstation) -> None:
    """Twelve digits that pass the check digit are refused, half- or full-width, and nothing is saved."""
    case_id = opened(city)
    for number in ("123456789018", "１２３４ ５６７８ ９０１８"):
        with pytest.raises(RefusedError):
            city.add_note(case_id, {"body": f"番号は {number} とのこと"})
    assert city.case(case_id).notes == ()


def test_a_caseload_comes_in_whole_or_not_at_all(city: Workstation, tmp_path: Path) -> None:
    """A dry run changes nothing; a faulty row keeps every row out; duplicates are proposed."""
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    data = make_caseload_csv(30, 5).data
    good.write_bytes(data)
    lines = data.decode("utf-8-sig").splitlines()
    bad.write_text(
        "\n".join([*lines[:10], lines[10].replace("14101", "99999").replace("C1", "XX"), *lines[11:]])
        + '\n"',
        encoding="utf-8",
    )

    def take(file: Path, *, dry_run: bool = False) -> ImportOutcome:
        return city.import_caseload(
            file, dry_run=dry_run, accept_duplicates=False, progress=lambda _: None, cancelled=lambda: False
        )

    assert not take(good, dry_run=True).done
    assert city.find_cases("").total == 0
    outcome = take(bad)
    assert not outcome.done
    assert outcome.problems
    assert city.find_cases("").total == 0
    assert take(good).new == 30
    again = take(good)
    assert not again.done
    assert len({line for line, _ in again.duplicates}) == 30
    cancelled = city.import_caseload(
        good, dry_run=False, accept_duplicates=True, progress=lambda _: None, cancelled=lambda: True
    )
    assert not cancelled.done
    assert city.find_cases("").total == 30


def test_the_inbox_keeps_both_values_until_a_person_decides(
    city: Workstation, hellowork: Workstation, exchange: Exchange
) -> None:
    """A third value may be written; it wins on both sides, and the history names everybody."""
    case_id = shared(city, exchange)
    city.change(case_id, "person", {"phone": "08000000124"})
    hellowork.change(case_id, "person", {"phone": "08000000142"})
    exchange()
    (card,) = city.inbox().conflicts
    assert {h.team for h in card.heads} == {"city", "hellowork"}
    city.resolve(card.conflict_id, value="08000000150")
    exchange()
    assert hellowork.inbox().conflicts == ()
    assert shown(city, case_id, "phone") == shown(hellowork, case_id, "phone") == ["08000000150"]
    told = " ".join(row.text for row in hellowork.case(case_id).timeline)
    assert all(number in told for number in ("080-0000-0124", "080-0000-0142", "080-0000-0150"))
    with pytest.raises(RefusedError):
        city.resolve(card.conflict_id, value="08000000199")


def test_consents_that_end_soon_are_listed(city: Workstation, exchange: Exchange) -> None:
    """The list of consents to renew holds those within the days asked, soonest first."""
    today = city.place.today()
    case_id = shared(city, exchange, valid_until=(today + dt.timedelta(days=20)).isoformat())
    assert [view.row.case_id for view in city.consents_due(30)] == [case_id]
    assert city.consents_due(10) == ()


def test_a_damaged_database_is_set_aside_and_fetched_again(
    offices: Offices, city: Workstation, hellowork: Workstation, exchange: Exchange
) -> None:
    """Nothing is deleted, sent work comes back from the service, unsent work from the journal to the tray."""
    case_id = shared(city, exchange)
    city.set_offline(True)
    city.change(case_id, "person", {"phone": "08000000777"})
    city.lock()
    database = offices.homes / "city" / "ward.db"
    (offices.homes / "city" / "ward.db-wal").unlink(missing_ok=True)
    damaged = b"\x5a" * 4096 + database.read_bytes()[4096:]
    database.write_bytes(damaged)
    with pytest.raises(DamagedHomeError):
        offices.unlock("city")
    assert damaged in [path.read_bytes() for path in (offices.homes / "city").rglob("ward.db")]
    again = offices.unlock("city")
    again.sync_now()
    assert again.case(case_id).row.name
    assert any("080-0000-0777" in row.what for row in again.inbox().tray)
    again.change(case_id, "person", {"phone": "08000000778"})
    again.sync_now()
    hellowork.sync_now()
    assert shown(hellowork, case_id, "phone") == ["08000000778"]


def test_setting_up_in_a_folder_that_holds_something_changes_nothing(offices: Offices) -> None:
    """A wrong --home, a weak passphrase or a failed join never removes what was there."""
    folder = offices.homes / "somebody"
    folder.mkdir()
    (folder / "ward.db").write_bytes(b"not ours")
    for words in (PASSPHRASE, "short"):
        with pytest.raises(RefusedError):
            found(
                folder,
                words,
                server=offices.service.url,
                ward_code="14101",
                label="x",
                team="city",
                roles=("adm",),
            )
    assert (folder / "ward.db").read_bytes() == b"not ours"


def test_what_is_written_later_crosses_by_the_same_boxes(
    city: Workstation, hellowork: Workstation, exchange: Exchange
) -> None:
    """A wish filled in after the consent reaches the other side (S4 ticked); a health matter does not (S5 not)."""
    case_id = shared(city, exchange, scope_to_hw=["S1", "S4"], scope_to_city=["H1"])
    later = {"wishes": ["調理"], "health_consideration": "立ち仕事は2時間まで", "obstacles": ["1", "3", "11"]}
    city.change(case_id, "assessment", later)
    exchange()
    theirs = {f.name: f.value for f in hellowork.case(case_id).fields if f.value}
    assert theirs["wishes"] == ["調理"]
    assert "health_consideration" not in theirs
    assert theirs["obstacles"] == ["3"]
    assert shown(city, case_id, "obstacles") == [["1", "3", "11"]]
    with pytest.raises(RefusedError):
        hellowork.change(case_id, "assessment", {"health_consideration": "書けない"})
    city.change(case_id, "assessment", {"wishes": []})
    exchange()
    assert shown(hellowork, case_id, "wishes") in ([], [[]])


def test_the_states_registration_is_its_own_and_crosses_by_h1(
    city: Workstation, hellowork: Workstation, exchange: Exchange
) -> None:
    """Hello Work keeps the registration in its own file; the city sees it only when H1 is ticked."""
    for items, seen in ((["H3"], []), (["H1"], ["14040-12345"])):
        case_id = city.open_case(PERSON, CASE, none_match=True)
        city.record_consent(case_id, form(city, case_id, scope_to_city=items))
        exchange()
        hellowork.change(case_id, "registration", {"jobseeker_no": "14040-12345"})
        exchange()
        assert [v for v in shown(city, case_id, "jobseeker_no") if v] == seen
        assert shown(hellowork, case_id, "jobseeker_no") == ["14040-12345"]


def test_a_look_is_logged_once_however_often_the_screen_is_drawn_anew(city: Workstation) -> None:
    """Opening a case adds a line to the log of access; drawing the open case again adds none."""
    case_id = opened(city)

    def lines() -> list[str]:
        rows = city.place.store.connection.execute("SELECT record FROM audit WHERE act = 'view'")
        return [str(record) for (record,) in rows]

    first = city.case(case_id)
    assert lines() == [case_id]
    assert city.case(case_id, again=True) == first
    assert lines() == [case_id]
    city.case(case_id)
    assert lines() == [case_id, case_id]


def test_the_search_before_a_case_was_opened_is_in_its_history(city: Workstation) -> None:
    """No match, or so many looked at and found to be somebody else: who and when is the event's own."""
    first = opened(city)
    assert [row.text for row in city.case(first).timeline] == ["受付  検索して該当なし"]
    again = city.open_case(PERSON, CASE, none_match=True)
    assert [row.text for row in city.case(again).timeline] == ["受付  似た1人を確かめて該当なし"]
    assert all(row.author and row.at for row in city.case(again).timeline)
