"""Moving what may not be for the other office out of a joint text, at two real desks."""

from collections.abc import Callable

import pytest

from tests.desk.test_desk import shared
from wardclient.desk.api import RefusedError
from wardclient.desk.workstation import Workstation

Exchange = Callable[[], None]


def test_the_sentences_go_into_an_own_note_and_the_rest_stays(
    city: Workstation, hellowork: Workstation, exchange: Exchange
) -> None:
    """Both texts together are what was written; the other office gets only what stayed."""
    case_id = shared(city, exchange)
    session = city.start_session(case_id, {})
    stays, note_id = city.part_session(session, "夕方は18時まで。先月まで入院していた。土曜は月2回。")
    exchange()
    assert stays == city.session(session).mine == "夕方は18時まで。土曜は月2回。"
    (note,) = [note for note in city.case(case_id).notes if note.note_id == note_id]
    assert (note.body, note.shared) == ("先月まで入院していた。", False)
    theirs = {team: text for team, _author, text in hellowork.session(session).texts}
    assert theirs["city"] == stays
    assert "入院" not in "".join(note.body for note in hellowork.case(case_id).notes)


def test_a_text_in_which_nothing_was_found_stays_whole(city: Workstation, exchange: Exchange) -> None:
    """No note is made."""
    case_id = shared(city, exchange)
    session = city.start_session(case_id, {})
    city.write_session(session, "夕方は18時まで。")
    before = city.case(case_id).notes
    assert city.part_session(session, "夕方は18時まで。") == ("夕方は18時まで。", "")
    assert city.case(case_id).notes == before


def test_a_my_number_goes_nowhere_and_nothing_is_half_done(city: Workstation, exchange: Exchange) -> None:
    """Not even into an own note: refused, and the shared text is as it was."""
    case_id = shared(city, exchange)
    session = city.start_session(case_id, {})
    city.write_session(session, "夕方は18時まで。")
    with pytest.raises(RefusedError) as error:
        city.part_session(session, "夕方は18時まで。番号は123456789018。")
    assert {p.code for p in error.value.problems} == {"my_number"}
    assert city.session(session).mine == "夕方は18時まで。"
