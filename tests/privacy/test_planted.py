"""Plant names that stand nowhere else, live a day with them, then search every byte that was written."""

import re
from pathlib import Path

from tests.journeys.between import Between
from tests.journeys.offices import PASSPHRASE, Office, Outcome
from tests.journeys.power import type_and_kill
from tests.journeys.seats import seated
from tests.journeys.wards import Ward, consent_form
from tests.planted import find_planted

PERSON: dict[str, object] = {
    "family_name": "鷺沼",
    "given_name": "伊呂波",
    "name_kana": "サギヌマ イロハ",
    "birth_date": "S46.3.17",
    "municipality": "14101",
    "address1": "鶴見中央９－９８－７６",
    "phone": "08076543219",
    "contact_caution": "留守番電話には入れない",
    "target_group": "C1",
    "case_no": "ZQ77-4142",
}
NOTE = "青い自転車で通いたいと話す"
OWN_NOTE = "家計簿を三年つけている"
CITY_TEXT = "赤い傘の約束をした"
HW_TEXT = "緑の名札を渡した"
ACTION = "銀色の鍵を取りに行く"
EMPLOYER = "架空水族館食堂"
PAPER = "北棟キャビネットZ-77"
PLANTED = (
    *("鷺沼", "伊呂波", "サギヌマ", "イロハ", "sagin" + "uma", "1971-03-17", "昭和46年3月17日"),
    *("鶴見中央９－９８－７６", "9-98-76", "08076543219", "留守番電話には入れない", "ZQ77-4142"),
    *(NOTE, OWN_NOTE, CITY_TEXT, HW_TEXT, ACTION, EMPLOYER, PAPER, "08011112222", "08033334444"),
    PASSPHRASE,
)
TITLE = re.compile(rb"\x1b\][012];([^\x07\x1b]*)(?:\x07|\x1b\\)")
QUIET = frozenset({"sync", "status", "verify"})
"""Commands that nobody asks for names."""


class Day:
    """Runs commands and keeps what they say beside what they were asked for."""

    def __init__(self, ward: Ward, kept: Path) -> None:
        """Keep the outputs in ``kept``."""
        self.ward = ward
        self.kept = kept
        self.asked: list[str] = []
        kept.mkdir()

    def run(self, office: Office, *arguments: str, values: dict[str, object] | None = None) -> Outcome:
        """Run a command; its standard error may never name anybody, its output only when asked to."""
        outcome = office.run(*arguments, values=values)
        with (self.kept / "errors").open("a", encoding="utf-8") as errors:
            errors.write(outcome.error)
            if arguments[0] in QUIET:
                errors.write(outcome.text)
        if arguments[0] not in QUIET:
            self.asked.append(outcome.text)
        return outcome

    def do(self, office: Office, *arguments: str, values: dict[str, object] | None = None) -> str:
        """Run a command that must succeed; return the id it made, if it made one."""
        outcome = self.run(office, *arguments, values=values)
        assert outcome.code == 0, (arguments, outcome.error)
        made = outcome.json
        ids = [made[key] for key in made if key.endswith("_id")] if isinstance(made, dict) else []
        return ids[0] if ids and isinstance(ids[0], str) else ""

    def exchange(self) -> None:
        """There and back, so that what one sends the other has."""
        for office in (self.ward.city, self.ward.hellowork, self.ward.city):
            self.do(office, "sync", "--once")


def morning(day: Day) -> tuple[str, str]:
    """A case, a consent, a session; return case and session."""
    city, hellowork = day.ward.city, day.ward.hellowork
    case = day.do(city, "cases", "open", values=PERSON)
    day.do(city, "cases", "list", "--query", "さぎぬま")
    day.do(city, "notes", "add", case, values={"body": OWN_NOTE})
    day.do(city, "consent", "record", case, "--yes", values=consent_form(paper_location=PAPER))
    day.exchange()
    day.do(city, "notes", "add", case, values={"body": NOTE, "visibility": "1"})
    session = day.do(city, "session", "start", case)
    day.do(city, "session", "write", session, values={"body": CITY_TEXT})
    day.do(
        city, "session", "action", session, values={"what": ACTION, "who": "client", "by_when": "2027-01-15"}
    )
    day.exchange()
    day.do(hellowork, "session", "write", session, values={"body": HW_TEXT})
    day.do(
        hellowork,
        *("refer", case, "-"),
        values={
            "employer_name": EMPLOYER,
            "job_title": "調理補助",
            "opening_no": "14990-00012345",
            "letter_no": "R8-0001",
            "selection_kind": ["2"],
        },
    )
    day.exchange()
    return case, session


def afternoon(day: Day, case: str, session: str) -> None:
    """A refusal, a conflict, two crashes."""
    city, hellowork = day.ward.city, day.ward.hellowork
    assert day.run(city, "cases", "open", values=PERSON).code == 1
    assert day.run(city, "cases", "set", case, "person", values={"phone": "鷺沼"}).code == 1
    day.do(city, "cases", "set", case, "person", values={"phone": "08011112222"})
    day.do(hellowork, "cases", "set", case, "person", values={"phone": "08033334444"})
    day.exchange()
    day.do(hellowork, "inbox", "list")
    type_and_kill(city, "session", session, 1, 3, amid=True)
    type_and_kill(hellowork, "session", session, 1, 2, amid=True)


def evening(day: Day, case: str) -> None:
    """Work in flight, a withdrawal, the other side's deletion, a check of both homes."""
    city, hellowork = day.ward.city, day.ward.hellowork
    day.do(hellowork, "notes", "add", case, values={"body": NOTE, "visibility": "1"})
    day.do(city, "consent", "withdraw", case, "--yes", values={"withdrawn_how": "1"})
    day.exchange()
    assert day.run(hellowork, "cases", "show", case).code == 1
    day.do(hellowork, "inbox", "list")
    for office in (city, hellowork):
        day.do(office, "verify", "--rebuild")


def places(day: Day, between: Between, scratch: Path) -> list[Path]:
    """Everything that was written by now, the network's bytes among it."""
    wire = day.kept / "wire"
    wire.write_bytes(b"\n".join(between.bodies()))
    return [day.ward.city.home, day.ward.hellowork.home, day.ward.central.directory, scratch, day.kept]


def test_no_planted_word_is_readable_anywhere(
    recorded: tuple[Ward, Between], scratch: Path, tmp_path: Path
) -> None:
    """Homes, WAL, journal, temporary files, the service, the wire, error texts: no word, in no form."""
    ward, between = recorded
    day = Day(ward, tmp_path / "kept")
    case, session = morning(day)
    assert find_planted(places(day, between, scratch), PLANTED) == []
    afternoon(day, case, session)
    # Right after the crashes: WAL and journal stand as the killed programs left them.
    assert find_planted(places(day, between, scratch), PLANTED) == []
    evening(day, case)
    assert find_planted(places(day, between, scratch), PLANTED) == []
    sent = sum(len(call.body) for call in between.calls if call.kind == "blocks")
    assert sent > 1000


def test_the_same_search_finds_what_was_asked_for(recorded: tuple[Ward, Between], tmp_path: Path) -> None:
    """The search is not blind: in the output of the commands that were asked it finds the planted words."""
    ward, _ = recorded
    day = Day(ward, tmp_path / "kept")
    case, session = morning(day)
    day.do(ward.city, "cases", "show", case)
    day.do(ward.hellowork, "session", "show", session)
    answers = tmp_path / "answers"
    answers.write_text("\n".join(day.asked), encoding="utf-8")
    found = {place.needle for place in find_planted([answers], PLANTED)}
    assert {"鷺沼", "伊呂波", "08076543219", NOTE, CITY_TEXT, HW_TEXT, ACTION, EMPLOYER} <= found


def test_a_service_killed_amid_its_work_leaves_nothing_readable(
    recorded: tuple[Ward, Between], scratch: Path, tmp_path: Path
) -> None:
    """The service's WAL, just after a kill with work half taken in."""
    ward, between = recorded
    day = Day(ward, tmp_path / "kept")
    morning(day)
    ward.central.kill()
    try:
        assert list(ward.central.directory.glob("*-wal"))
        assert find_planted(places(day, between, scratch), PLANTED) == []
    finally:
        ward.central.start()


def test_a_day_on_the_screen_leaves_names_on_the_screen_alone(
    recorded: tuple[Ward, Between], scratch: Path, tmp_path: Path
) -> None:
    """Opened, typed into, cut off: no name in the terminal's title, in a file, a log or on the wire."""
    ward, between = recorded
    day = Day(ward, tmp_path / "kept")
    morning(day)
    with seated(ward.city) as (city,):
        city.open_case("鷺沼")
        city.wait_for("伊呂波")
        city.press("n")
        city.wait_for("HWには見えません")
        city.type(OWN_NOTE)
        city.wait_for("控え済")
        assert find_planted(places(day, between, scratch), PLANTED) == []
        city.kill()
        titles = tmp_path / "titles"
        titles.write_bytes(b"\n".join(TITLE.findall(city.received)))
    # After a power cut WAL, journal and temporary files stand as they were.
    assert find_planted([*places(day, between, scratch), titles], PLANTED) == []
