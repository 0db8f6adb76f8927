"""A file with every kind of damage: what can be read is read, the rest is set aside with its reason."""

import csv
import io
from pathlib import Path

import pytest

from tests.openings.room import TODAY, Room
from wardclient.openings import difference, reader
from wardclient.openings.columns import resolve
from wardclient.openings.filters import Filters
from wardclient.openings.problems import REASONS, FileRefusedError
from wardclient.openings.search import search
from wardclient.openings.sheet import get
from wardclient.practice.openings import DAMAGES, Damage, header

REASON: dict[Damage, str] = {
    "short": "column_count",
    "long": "column_count",
    "bad_number": "bad_number",
    "bad_date": "bad_date",
    "bad_bytes": "bad_bytes",
    "control": "control",
    "stray_quote": "stray_quote",
    "bad_key": "bad_key",
}


@pytest.mark.parametrize("damage", list(REASON))
@pytest.mark.parametrize("where", [0, 30, 58])
def test_one_damaged_row_costs_one_row(room: Room, damage: Damage, where: int) -> None:
    """First, in the middle, last: every other row is in, and the report says which is not."""
    path, _ = room.write(rows=59, damage={where: damage})
    report = room.read(path)
    assert (report.new, report.quarantined) == (58, 1)
    problem = report.problems[0]
    assert (problem.code, problem.row) == (REASON[damage], where + 2)
    assert problem.ja == REASONS[problem.code][0]
    line = path.read_bytes().split(b"\r\n14990")[where + 1]
    raw = room.one("SELECT raw FROM quarantine")
    assert isinstance(raw, bytes)
    assert line.rstrip(b"\r\n") in raw


def test_a_stray_quote_before_a_text_of_several_lines_costs_no_other_row(room: Room) -> None:
    """The row comes apart into pieces; all of them are set aside, and the next row is whole again."""
    path, _ = room.write(rows=300)
    first = next(
        number
        for number, line in enumerate(path.read_bytes().splitlines()[1:])
        if not line.startswith(b"14990-")
    )
    damaged, _ = room.write("damaged.csv", rows=300, damage={first - 1: "stray_quote"})
    report = room.read(damaged)
    assert report.new == 299
    assert report.quarantined == report.rows - 299
    pieces = room.connection.execute("SELECT raw FROM quarantine ORDER BY row").fetchall()
    assert b"\r\n".join(piece for (piece,) in pieces) in damaged.read_bytes()


def test_all_kinds_of_damage_together(room: Room) -> None:
    """Many damaged rows in one file, two beside each other among them: the count is exact."""
    damage = {10 * place: kind for place, kind in enumerate(DAMAGES)} | {
        201: "stray_quote",
        202: "stray_quote",
    }
    path, written = room.write(rows=600, damage=damage)
    report = room.read(path)
    assert (report.quarantined, report.duplicates) == (written.damaged, 1)
    assert report.new == 600 - written.damaged
    assert report.rows == written.rows
    assert room.one("SELECT count(*) FROM quarantine") == written.damaged


def test_the_column_at_fault_is_named_as_in_the_file(room: Room) -> None:
    """The person corrects the file by the words of its own header."""
    path, _ = room.write(rows=20, damage={3: "bad_number", 4: "bad_date"})
    report = room.read(path)
    assert [problem.column for problem in report.problems] == ["支給額（a+b）下限", "受付年月日（西暦）"]


def test_row_and_line_differ_after_a_text_of_several_lines(room: Room) -> None:
    """The row is the spreadsheet's, the line the text editor's; a text may hold line breaks."""
    path, _ = room.write(rows=200, damage={150: "short"})
    raw = path.read_bytes()
    problem = room.read(path).problems[0]
    assert problem.row == 152
    assert raw.splitlines()[problem.line - 1].startswith(b"14990-00001501,14990-000000-0")
    assert problem.line > problem.row


def test_a_damaged_row_does_not_make_its_opening_vanish(room: Room) -> None:
    """The newer file still lists the opening, only unreadably: the old form stays in force."""
    first, _ = room.write(rows=200)
    room.read(first)
    second, _ = room.write("day2.csv", rows=200, damage={5: "bad_number", 6: "stray_quote"})
    report = room.read(second)
    assert (report.quarantined, report.vanished, report.unchanged) == (2, 0, 198)
    assert get(room.connection, "14990-00000051", TODAY).row.listed


def test_a_quote_at_the_very_end_swallows_nothing(room: Room) -> None:
    """A quote opened in the last row is noticed at the end of the file."""
    path, _ = room.write(rows=30)
    with path.open("ab") as stream:
        stream.write(b'14990-00009991,"\x82\xa0\r\n')
    report = room.read(path)
    assert (report.new, report.quarantined, report.problems[0].code) == (30, 1, "stray_quote")


def test_an_endless_line_is_cut_off(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """Megabytes without a line end are one damaged row, not the end of the memory."""
    monkeypatch.setattr(reader, "MAX_LINE", 20_000)
    path, _ = room.write(rows=30)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + b"x" * 50_000 + b"\r\n" + b"".join(lines[1:]))
    report = room.read(path)
    assert (report.new, report.quarantined, report.problems[0].code) == (30, 1, "too_long")


def test_blank_lines_and_the_dos_end_mark_are_no_rows(room: Room) -> None:
    """Some transfers add them; they are not damage."""
    path, _ = room.write(rows=30)
    path.write_bytes(path.read_bytes().replace(b"\r\n", b"\r\n\r\n", 1) + b"\r\n\x1a")
    report = room.read(path)
    assert (report.rows, report.quarantined) == (30, 0)


def test_a_quote_inside_a_text_is_kept(room: Room) -> None:
    """A doubled quote is a quote, and a comma and line break inside quotes belong to the text."""
    path, _ = room.write(rows=3)
    words = '午前のみ, "応相談"\r\nほか'
    _set_cell(path, 1, "special_note", words)
    room.read(path)
    assert get(room.connection, "14990-00000001", TODAY).text("special_note") == words


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"\r\n\r\n", "empty_file"),
        ("求人番号,受付年月日（西暦）\r\n".encode(), "wrong_encoding"),
        (b"\xef\xbb\xbf" + "求人番号\r\n".encode(), "wrong_encoding"),
        ("求人番号,受付年月日（西暦）\r\n".encode("utf-16"), "wrong_encoding"),
        ("氏名,住所\r\n".encode("cp932"), "missing_column"),
        (b"PK\x03\x04\xff\xff\xff\xff" * 100 + b"\n", "not_openings_file"),
        (b"\x00" * 2_000_000, "not_openings_file"),
    ],
)
def test_a_wrong_file_is_refused_as_a_whole(room: Room, content: bytes, code: str) -> None:
    """Wrong encoding, wrong kind, nothing inside: one sentence in Japanese, nothing stored."""
    path = room.folder / "wrong.csv"
    path.write_bytes(content)
    with pytest.raises(FileRefusedError) as refused:
        room.read(path)
    assert refused.value.problems[0].code == code
    assert refused.value.problems[0].ja.endswith("。")
    assert room.one("SELECT count(*) FROM feed") == 0


def test_a_mostly_damaged_file_is_refused(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """More bad rows than good ones: it is not a file to build a day's work on."""
    monkeypatch.setattr(difference, "BAD_ROWS_ALLOWED", 100)
    path, _ = room.write(rows=300, damage=dict.fromkeys(range(290), "bad_key"))
    with pytest.raises(FileRefusedError) as refused:
        room.read(path)
    assert refused.value.problems[0].code == "mostly_damaged"
    assert room.one("SELECT count(*) FROM quarantine") == 0


def test_columns_nobody_knows_are_accepted(room: Room) -> None:
    """A wider file of a later specification is read, and its words are on the sheet."""
    path, _ = room.write(rows=5)
    rows = list(csv.reader(io.StringIO(path.read_bytes().decode("cp932"), newline="")))
    wider = [[*rows[0], "新しい項目"], *([*row, "新しい値"] for row in rows[1:])]
    _write(path, wider)
    assert room.read(path).new == 5
    further = get(room.connection, "14990-00000001", TODAY).further
    assert ("新しい項目", "新しい値") in [(item.label, item.text) for item in further]


def test_the_key_column_may_stand_elsewhere(room: Room) -> None:
    """A file whose columns are shifted is read by names; a second one is still a difference."""
    path, _ = room.write(rows=20)
    rows = list(csv.reader(io.StringIO(path.read_bytes().decode("cp932"), newline="")))
    _write(path, [[row[-1], *row[:-1]] for row in rows])
    assert room.read(path).new == 20
    assert room.read(path).unchanged == 20


def test_all_characters_of_the_code_page_survive(room: Room) -> None:
    """cp932 is not shift_jis: the tilde of the hours, circled digits, ㈱ and name variants come through."""
    path, _ = room.write(rows=3)
    words = "髙﨑①㈱～－∥纊ⅰ"
    _set_cell(path, 2, "job_description", words)
    room.read(path)
    assert get(room.connection, "14990-00000011", TODAY).text("job_description") == words
    assert len(search(room.connection, "", Filters(), TODAY).rows) == 3


def _set_cell(path: Path, row: int, field: str, text: str) -> None:
    rows = list(csv.reader(io.StringIO(path.read_bytes().decode("cp932"), newline="")))
    rows[row][resolve(header()).places[field]] = text
    _write(path, rows)


def _write(path: Path, rows: list[list[str]]) -> None:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    path.write_bytes(out.getvalue().encode("cp932"))
