"""Bad input and bad weather, through real processes: a clear sentence, no traceback, nothing lost.

Clocks that are years off are in tests/simulation (jumps of ten years either way at one PC): a
program that took its time from an option could be told a wrong one in earnest.
"""

import csv
import datetime as dt
import io
import resource
import signal
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journeys import between as network
from tests.journeys.between import Between, Call, Fault
from tests.journeys.offices import PASSPHRASE, Office, Outcome, environment
from tests.journeys.wards import PERSON, Ward, open_case, phone_of, share
from wardclient.desk.place import JAPAN
from wardclient.practice.openings import OpeningsSpec, write_openings
from wardclient.practice.people import make_caseload_csv

MY_NUMBER = "１２３４-５６７８-９０１８"
"""Twelve digits with a right check digit, typed in full width."""
FOLDER_LIMIT = 64 * 1024


def japanese(text: str) -> bool:
    """Whether a message is a Japanese sentence that ends as one."""
    return any("ぁ" <= c <= "ん" for c in text)


def told(outcome: Outcome, code: int) -> str:
    """The command ended with ``code`` and one message for a person; return it."""
    assert outcome.code == code, (outcome.code, outcome.text, outcome.error)
    assert "Traceback" not in outcome.error + outcome.text
    assert japanese(outcome.error), outcome.error
    assert "思わぬ不具合" not in outcome.error, outcome.error
    return outcome.error


def cases(office: Office) -> int:
    """Return how many cases this PC has."""
    total = office.do("cases", "list", "--limit", "1")["total"]
    assert isinstance(total, int)
    return total


# --- passphrase ---------------------------------------------------------------


def with_words(office: Office, words: str) -> Outcome:
    """Try to open a home with other words."""
    office.words.write_text(words + "\n", encoding="utf-8")
    try:
        return office.run("status")
    finally:
        office.words.write_text(PASSPHRASE + "\n", encoding="utf-8")


def test_wrong_passphrases_are_counted_and_made_to_wait(ward: Ward) -> None:
    """The message is the same for a near miss and a wild guess; after some tries even the right one waits."""
    near, wild = with_words(ward.city, PASSPHRASE[:-1]), with_words(ward.city, "x")
    assert told(near, 3) == told(wild, 3)
    tries = [told(with_words(ward.city, "mattaku-chigau-aikotoba"), 3) for _ in range(3)]
    last = tries[-1]
    assert "秒" in last
    assert "秒" in told(ward.city.run("status"), 3)
    for message in (near.error, last):
        assert PASSPHRASE not in message
    assert ward.hellowork.do("status")["unsent"] == 0


# --- damaged files --------------------------------------------------------------


def flip(path: Path, *, share_of_file: float = 0.5, size: int = 64) -> None:
    """Damage ``size`` bytes of a file."""
    data = bytearray(path.read_bytes())
    at = int(len(data) * share_of_file)
    for place in range(at, min(at + size, len(data))):
        data[place] ^= 0x5A
    path.write_bytes(data)


def database(office: Office) -> Path:
    """Return the database of a home."""
    return office.home / "ward.db"


def test_a_database_with_a_damaged_header_is_told_and_kept(ward: Ward) -> None:
    """Exit 4 and a sentence; the damaged bytes are still on the disk, and the other PC is untouched."""
    case_id = share(ward)
    flip(database(ward.city), share_of_file=0.0)
    damaged = database(ward.city).read_bytes()
    told(ward.city.run("cases", "list"), 4)
    kept = [path.read_bytes() for path in ward.city.home.rglob("*") if path.is_file()]
    assert damaged in kept
    assert ward.hellowork.do("cases", "show", case_id)["row"]["case_id"] == case_id


def test_a_truncated_database_is_told_and_kept(ward: Ward) -> None:
    """Half a file is damage, not an empty office."""
    share(ward)
    path = database(ward.city)
    for side in ("-wal", "-shm"):
        path.with_name(path.name + side).unlink(missing_ok=True)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2 // 4096 * 4096])
    outcome = ward.city.run("verify")
    told(outcome, 4)


def test_a_damaged_slot_file_is_told_and_nothing_is_overwritten(ward: Ward) -> None:
    """Without its slots the home cannot be opened; no try makes it worse."""
    open_case(ward.city)
    slots = next(path for path in ward.city.home.iterdir() if "slot" in path.name)
    whole = slots.read_bytes()
    flip(slots, share_of_file=0.3, size=8)
    before = slots.read_bytes()
    told(ward.city.run("cases", "list"), 4)
    assert slots.read_bytes() == before
    slots.write_bytes(whole)
    assert cases(ward.city) == 1


def journal(office: Office) -> Path:
    """Return the second journal of a home."""
    return next(path for path in office.home.iterdir() if "journal" in path.name and path.is_file())


@pytest.mark.parametrize("harm", ["torn", "flipped", "gone"])
def test_a_damaged_journal_costs_nothing_while_the_database_is_whole(ward: Ward, harm: str) -> None:
    """The journal is the second copy of unsent work: without it the first is sent all the same."""
    case_id = share(ward)
    ward.city.do("cases", "set", case_id, "person", values={"phone": "0800000777"})
    path = journal(ward.city)
    match harm:
        case "torn":
            path.write_bytes(path.read_bytes()[:-7])
        case "flipped":
            flip(path)
        case _:
            path.unlink()
    assert phone_of(ward.city, case_id) == "0800000777"
    ward.city.do("cases", "set", case_id, "person", values={"phone": "0800000778"})
    ward.everyone_syncs()
    assert phone_of(ward.hellowork, case_id) == "0800000778"


# --- full disk --------------------------------------------------------------------


def test_a_full_disk_is_told_and_nothing_is_half_written(ward: Ward, tmp_path: Path) -> None:
    """Exit 4 and a sentence; with room again all that was there is there, and the import works whole."""
    case_id = open_case(ward.city)
    file = tmp_path / "caseload.csv"
    file.write_bytes(make_caseload_csv(400, 11, encoding="cp932").data)
    largest = max(path.stat().st_size for path in ward.city.home.iterdir() if path.is_file())

    def no_room() -> None:
        # A file may not grow past this: what a full disk is to the database.
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        limit = largest + FOLDER_LIMIT
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    done = subprocess.run(
        ward.city.command("cases", "import", str(file)),
        env=environment(),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        preexec_fn=no_room,  # the child only sets a limit
        timeout=120,
    )
    assert "ディスク" in told(Outcome(done.returncode, done.stdout, done.stderr), 4)
    assert cases(ward.city) == 1
    assert ward.city.do("verify", "--rebuild")["ok"] is True
    assert phone_of(ward.city, case_id) == PERSON["phone"]
    assert ward.city.do("cases", "import", str(file))["new"] == 400
    assert cases(ward.city) == 401


# --- the network --------------------------------------------------------------------


def test_a_service_that_is_away_stops_nobody(ward: Ward) -> None:
    """Exit 5, local work is done and kept, and is sent when the service is back."""
    case_id = share(ward)
    ward.central.stop()
    ward.city.do("cases", "set", case_id, "person", values={"phone": "0800000201"})
    told(ward.city.run("sync"), 5)
    assert ward.city.do("status")["unsent"] > 0
    assert phone_of(ward.city, case_id) == "0800000201"
    ward.central.start()
    ward.everyone_syncs()
    assert phone_of(ward.hellowork, case_id) == "0800000201"


WEATHER: dict[str, Fault] = {
    "hangs up": network.hang_up,
    "loses the answer": network.lose_answer,
    "cuts the answer": network.half_answer,
    "answers 500": network.error_500,
    "answers a login page": network.nonsense,
    "delivers twice": network.ask_twice,
}


def only_once(kind: str, fault: Fault, hit: list[int]) -> Callable[[network.Call], Fault | None]:
    """Let ``fault`` befall the first call of a kind."""

    def choose(call: network.Call) -> Fault | None:
        if call.kind != kind or hit:
            return None
        hit.append(call.number)
        return fault

    return choose


@pytest.mark.parametrize("kind", ["blocks", "log"])
def test_bad_weather_loses_and_doubles_nothing(behind: tuple[Ward, Between], kind: str) -> None:
    """Whatever the network does to a call, afterwards each note is on both sides, once."""
    ward, between = behind
    case_id = share(ward)
    for weather, fault in WEATHER.items():
        ward.city.do("notes", "add", case_id, values={"visibility": "1", "body": weather})
        hit: list[int] = []
        between.misbehave = only_once(kind, fault, hit)
        outcome = ward.city.run("sync")
        assert hit, weather
        if outcome.code != 0:
            told(outcome, 5)
        between.misbehave = lambda _: None
        assert ward.city.sync()["unsent"] == 0, weather
    ward.everyone_syncs()
    for office in (ward.city, ward.hellowork):
        notes = office.do("cases", "show", case_id)["notes"]
        assert sorted(note["body"] for note in notes) == sorted(WEATHER)
        assert office.do("inbox", "list")["incidents"] == []


def test_a_slow_service_is_waited_for_and_then_away(behind: tuple[Ward, Between]) -> None:
    """While an answer hangs, the PC works on; cut off at last it says that the service is away."""
    ward, between = behind
    case_id = share(ward)
    ward.city.do("cases", "set", case_id, "person", values={"phone": "0800000401"})
    hangs, released = threading.Event(), threading.Event()

    def hang(call: network.Call) -> None:
        hangs.set()
        released.wait(60)
        call.hang_up()

    between.misbehave = lambda _: hang
    syncing = subprocess.Popen(
        ward.city.command("sync"), env=environment(), stderr=subprocess.PIPE, text=True, encoding="utf-8"
    )
    assert hangs.wait(30)
    assert syncing.poll() is None
    assert phone_of(ward.hellowork, case_id) == PERSON["phone"]
    released.set()
    _, error = syncing.communicate(timeout=60)
    told(Outcome(syncing.returncode, "", error), 5)
    between.misbehave = lambda _: None
    ward.everyone_syncs()
    assert phone_of(ward.hellowork, case_id) == "0800000401"


def test_an_old_page_played_again_is_noticed_and_not_taken(behind: tuple[Ward, Between]) -> None:
    """The answer of yesterday to today's question: an incident in words, asked again, no fact changed or lost."""
    ward, between = behind
    case_id = share(ward)
    mine = next(row["device"] for row in ward.hellowork.do("admin", "device", "list") if row["mine"])
    old = next(
        call
        for call in between.calls
        if call.kind == "log" and call.headers["wc-device"] == mine and len(call.answers[0].body) > 500
    )
    ward.city.do("cases", "set", case_id, "person", values={"phone": "0800000301"})
    ward.city.sync()
    between.misbehave = only_once("log", lambda call: call.give(old.answers[0]), [])
    assert ward.hellowork.sync()["state"] == "synced"
    incidents = ward.hellowork.do("inbox", "list")["incidents"]
    assert [japanese(incident["text"]) for incident in incidents] == [True]
    assert phone_of(ward.hellowork, case_id) == "0800000301"


def test_a_service_that_only_says_old_things_stops_the_exchange_until_a_person_resumes(
    behind: tuple[Ward, Between],
) -> None:
    """Exit 4 and a sentence; work goes on here; an administrator resumes and everything arrives."""
    ward, between = behind
    case_id = share(ward)
    mine = next(row["device"] for row in ward.hellowork.do("admin", "device", "list") if row["mine"])
    old = next(
        call
        for call in between.calls
        if call.kind == "log" and call.headers["wc-device"] == mine and len(call.answers[0].body) > 500
    )
    ward.city.do("cases", "set", case_id, "person", values={"phone": "0800000301"})
    ward.city.sync()

    def only_old(call: Call) -> Fault | None:
        mine_asks = call.kind == "log" and call.headers["wc-device"] == mine
        return (lambda asked: asked.give(old.answers[0])) if mine_asks else None

    between.misbehave = only_old
    codes = [ward.hellowork.run("sync").code for _ in range(3)]
    assert codes[-1] == 4
    assert set(codes) <= {4, 5}
    assert phone_of(ward.hellowork, case_id) == PERSON["phone"]
    between.misbehave = lambda _: None
    told(ward.hellowork.run("sync"), 4)
    ward.hellowork.do("admin", "resume")
    assert ward.hellowork.sync()["state"] == "synced"
    assert phone_of(ward.hellowork, case_id) == "0800000301"
    assert ward.hellowork.run("admin", "resume").code == 1
    ward.hellowork.do("notes", "add", case_id, values={"body": "仕事は続けられる"})
    assert ward.city.sync()["state"] == "synced"


# --- what people type and files they bring ---------------------------------------------


def test_a_my_number_is_refused_in_any_field(ward: Ward) -> None:
    """Refused by field with a sentence that does not repeat it; nothing is opened."""
    for changes in ({"address2": MY_NUMBER}, {"alias": f"番号 {MY_NUMBER}"}):
        refused = ward.city.run("cases", "open", values={**PERSON, **changes})
        message = told(refused, 1)
        assert "個人番号" in message
        assert "9018" not in message
        assert "９０１８" not in message
    assert cases(ward.city) == 0
    case_id = open_case(ward.city)
    told(ward.city.run("notes", "add", case_id, values={"body": f"番号は {MY_NUMBER} とのこと"}), 1)
    assert ward.city.do("cases", "show", case_id)["notes"] == []


def test_half_width_kana_is_taken_as_katakana(ward: Ward) -> None:
    """A form full of half-width kana is stored in full width, voiced marks joined, and found either way."""
    case_id = open_case(ward.city, name_kana="ｶｸｳ ﾀﾞﾒｼｺﾞ")
    row = ward.city.do("cases", "show", case_id)["row"]
    assert row["kana"].replace("　", " ") == "カクウ ダメシゴ"
    for query in ("ﾀﾞﾒｼｺﾞ", "ダメシゴ", "だめしご"):
        found = ward.city.do("cases", "list", "--query", query)["rows"]
        assert [r["case_id"] for r in found] == [case_id]


def rewritten(data: bytes, change: Callable[[list[list[str]]], None]) -> bytes:
    """Return a caseload file with its rows changed."""
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    change(rows)
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode("utf-8-sig")


def caseload(rows: int = 12) -> bytes:
    """Return a whole caseload file in UTF-8."""
    return make_caseload_csv(rows, 5).data


def stray_quote(data: bytes) -> bytes:
    """Open a quote in the third row that is never closed."""
    lines = data.split(b"\r\n")
    lines[3] = b'"' + lines[3]
    return b"\r\n".join(lines)


def wrong_encoding(data: bytes) -> bytes:
    """Write one row in an encoding of its own."""
    lines = data.split(b"\r\n")
    lines[4] = lines[4].decode().encode("euc-jp", "replace")
    return b"\r\n".join(lines)


def missing_column(data: bytes) -> bytes:
    """Leave the birth dates out."""

    def drop(rows: list[list[str]]) -> None:
        at = next(i for i, name in enumerate(rows[0]) if name in ("生年月日", "birth_date"))
        for row in rows:
            del row[at]

    return rewritten(data, drop)


def bad_date(data: bytes) -> bytes:
    """Give the second person a day that does not exist."""

    def spoil(rows: list[list[str]]) -> None:
        at = next(i for i, name in enumerate(rows[0]) if name in ("生年月日", "birth_date"))
        rows[2][at] = "昭和61年2月30日"

    return rewritten(data, spoil)


def other_encoding(data: bytes) -> bytes:
    """Write the whole file in an encoding that is not read."""
    return data.decode("utf-8-sig").encode("euc-jp", "replace")


@pytest.mark.parametrize(
    ("harm", "line", "column"),
    [
        (stray_quote, 4, "姓"),
        (wrong_encoding, 5, ""),
        (missing_column, 1, "生年月日"),
        (bad_date, 3, "生年月日"),
        (other_encoding, 0, ""),
    ],
)
def test_a_damaged_caseload_is_refused_whole(
    ward: Ward, tmp_path: Path, harm: Callable[[bytes], bytes], line: int, column: str
) -> None:
    """The problem is told in Japanese by row and column, dry run and import alike; no case is opened."""
    file = tmp_path / "caseload.csv"
    file.write_bytes(harm(caseload()))
    for arguments in (("--dry-run",), ()):
        outcome = ward.city.run("cases", "import", str(file), *arguments)
        assert outcome.code == (0 if arguments else 1), outcome.error
        problems = outcome.json["problems"]
        assert [(problem["line"], problem["column"]) for problem in problems] == [(line, column)]
        assert japanese(problems[0]["text"])
        assert cases(ward.city) == 0


def test_people_already_known_are_proposed_not_created(ward: Ward, tmp_path: Path) -> None:
    """The same file twice: the second time every row names the case it may be, and none is opened."""
    file = tmp_path / "caseload.csv"
    file.write_bytes(caseload())
    assert ward.city.do("cases", "import", str(file), "--dry-run")["done"] is False
    assert cases(ward.city) == 0
    assert ward.city.do("cases", "import", str(file))["new"] == 12
    again = ward.city.run("cases", "import", str(file))
    told(again, 1)
    assert {line for line, _ in again.json["duplicates"]} == set(range(2, 14))
    assert cases(ward.city) == 12


def test_damaged_rows_of_an_openings_file_are_set_aside(ward: Ward, tmp_path: Path) -> None:
    """A broken row costs itself, with reason and row number; the rest can be searched."""
    file = tmp_path / "openings.csv"
    write_openings(file, OpeningsSpec(rows=40, today=today(), damage={6: "short"}))
    outcome = ward.city.do("openings", "import", str(file))
    assert outcome["done"] is True
    assert [problem["line"] > 1 for problem in outcome["problems"]] == [True]
    assert all(japanese(problem["text"]) for problem in outcome["problems"])
    assert outcome["new"] == 39


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02" * 4000, "件名,本文\r\n一,二\r\n".encode("cp932")])
def test_a_file_that_is_no_openings_file_is_refused(ward: Ward, tmp_path: Path, content: bytes) -> None:
    """Empty, binary, or another table: refused with a sentence; what was there stays."""
    good = tmp_path / "openings.csv"
    write_openings(good, OpeningsSpec(rows=20, today=today()))
    ward.city.do("openings", "import", str(good))
    before = ward.city.do("openings", "search", "14990")
    bad = tmp_path / "bad.csv"
    bad.write_bytes(content)
    told(ward.city.run("openings", "import", str(bad)), 1)
    assert ward.city.do("openings", "search", "14990") == before


def test_words_of_a_command_that_make_no_form_are_wrong_usage(ward: Ward) -> None:
    """Exit 2 and a sentence for a word without =, and for a document that is not JSON."""
    told(ward.city.run("cases", "open", "そのまま"), 2)
    done = subprocess.run(
        ward.city.command("cases", "open", "--values", "-"),
        env=environment(),
        input="{これは違う",
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    told(Outcome(done.returncode, done.stdout, done.stderr), 2)
    assert cases(ward.city) == 0


def test_a_home_that_is_not_set_up_says_what_to_do(tmp_path: Path) -> None:
    """A new PC names the command that enrols it."""
    office = Office(tmp_path / "new", "新しい端末")
    assert "setup join" in told(office.run("cases", "list"), 1)
    assert not office.home.exists() or not list(office.home.iterdir())


def today() -> dt.date:
    """Return today's date."""
    return dt.datetime.now(JAPAN).date()
