"""Warnings of texts for the other office, by command line."""

from tests.journeys.wards import Ward, share


def test_commands_give_the_warning_of_the_screens(ward: Ward) -> None:
    """In ``warnings`` with words found, on standard error without --json; ``session part`` moves the text."""
    case_id = share(ward)
    session = ward.city.do("session", "start", case_id)["session_id"]
    written = ward.city.do("session", "write", session, "body=夕方は可。先月まで入院。")
    assert [(w["code"], w["words"]) for w in written["warnings"]] == [("sensitive_health", ["入院"])]
    assert written["mine"] == "夕方は可。先月まで入院。"
    parted = ward.city.do("session", "part", session)
    assert parted["mine"] == "夕方は可。"
    notes = ward.city.do("notes", "list", case_id)
    assert [n["body"] for n in notes if n["note_id"] == parted["note_id"]] == ["先月まで入院。"]
    assert ward.city.do("session", "part", session)["note_id"] == ""
    own = ward.city.do("notes", "add", case_id, "body=服薬のこと")
    assert own["warnings"] == []
    assert ward.city.do("notes", "add", case_id, "visibility=1", "body=服薬のこと")["warnings"]
