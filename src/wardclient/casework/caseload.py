"""A ward's caseload as a CSV file, read whole with every fault by row and column.

Nothing is half read: a caller imports only a `Caseload` without problems. Row numbers are
lines of the file as an editor counts them; columns are named as in the file's own header.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from wardclient.casework import caseload_columns as columns
from wardclient.casework.calendar import JAPAN
from wardclient.casework.caseload_columns import FULL_NAME, REQUIRED, Column
from wardclient.casework.caseload_writing import EncodingLossError, Loss, Written, write_caseload
from wardclient.casework.csv_lines import BadQuoteError, Line, WrongEncodingError, cells, decode
from wardclient.casework.fields import field_of
from wardclient.casework.my_number import holds_my_number
from wardclient.casework.problems import Problem
from wardclient.casework.validation import normalise, validate, warnings

__all__ = [
    "Caseload",
    "CaseloadProblem",
    "CaseloadRow",
    "EncodingLossError",
    "Loss",
    "Written",
    "read_caseload",
    "write_caseload",
]

MOST_PROBLEMS = 500
"""After so many faults the rest is not listed: the file is another one than was meant."""


@dataclass(frozen=True, slots=True)
class CaseloadProblem:
    """A fault of the file. ``line`` 0: the whole file. ``column``: the header, empty for the whole row."""

    line: int
    column: str
    code: str
    ja: str
    en: str


@dataclass(frozen=True, slots=True)
class CaseloadRow:
    """One person and the case, as they are stored."""

    line: int
    person: Mapping[str, object]
    case: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Caseload:
    """What a file holds. With any problem ``rows`` are those without one, for looking at only."""

    rows: tuple[CaseloadRow, ...] = ()
    problems: tuple[CaseloadProblem, ...] = ()
    warnings: tuple[CaseloadProblem, ...] = ()
    encoding: str = ""


def read_caseload(data: bytes, today: date | None = None) -> Caseload:
    """Read a file: UTF-8 (with or without BOM) or cp932, header in Japanese or English.

    Never raises for what is in the file. A row that repeats a person of an earlier row is a
    warning, as is a column that means nothing here.
    """
    day = today or datetime.now(JAPAN).date()
    try:
        encoding, lines = decode(data, columns.count_known)
    except WrongEncodingError as error:
        return Caseload(problems=(_wrong_encoding(error),))
    reader = _Reader(day)
    for line in lines:
        if not reader.take(line):
            break
    return reader.result(encoding)


@dataclass
class _Reader:
    """The state of reading one file."""

    today: date
    header: tuple[Column | None, ...] = ()
    width: int = 0
    rows: list[CaseloadRow] = field(default_factory=list)
    problems: list[CaseloadProblem] = field(default_factory=list)
    warnings: list[CaseloadProblem] = field(default_factory=list)
    seen: dict[tuple[object, ...], int] = field(default_factory=dict)

    def take(self, line: Line) -> bool:
        """Read one line; False when reading on is of no use."""
        found = self._cells(line)
        if not self.width:
            return found is not None and self._take_header(line.number, found)
        if found is not None:
            self._take_row(line.number, found)
        return len(self.problems) < MOST_PROBLEMS

    def result(self, encoding: str) -> Caseload:
        """Return what was read."""
        if not self.width and not self.problems:
            self.problems.append(
                CaseloadProblem(0, "", "empty", "ファイルに何も書かれていません。", "The file is empty.")
            )
        elif not self.rows and not self.problems:
            ja = "見出しのほかに行がありません。"
            self.problems.append(CaseloadProblem(0, "", "no_rows", ja, "There are no rows below the header."))
        if len(self.problems) >= MOST_PROBLEMS:
            ja = (
                f"直すところが{MOST_PROBLEMS}か所を超えたため、ここで止めました。ファイルを確かめてください。"
            )
            en = f"Stopped after {MOST_PROBLEMS} faults. Is this the right file?"
            self.problems.append(CaseloadProblem(0, "", "too_many", ja, en))
        return Caseload(tuple(self.rows), tuple(self.problems), tuple(self.warnings), encoding)

    def _cells(self, line: Line) -> list[str] | None:
        if line.text is None:
            ja = "読めない文字があります。ファイルの中で文字コードが混ざっていないか確かめてください。"
            en = "There are bytes that are not in the file's encoding."
            self._add(line.number, "", "bad_bytes", ja, en)
            return None
        try:
            return cells(line.text)
        except BadQuoteError as error:
            column = self._name(error.column)
            ja = '引用符(")が正しくありません。閉じ忘れか、セルの中の改行か、途中の引用符です。'
            en = 'A quote (") is not closed, stands in the middle, or the cell holds a line break.'
            self._add(line.number, column, "stray_quote", ja, en)
            return None

    def _take_header(self, number: int, found: Sequence[str]) -> bool:
        self.width = len(found)
        self.header = columns.resolve(found)
        names = [column.field.name for column in self.header if column is not None]
        if not names:
            # The first line may then be somebody's data: none of it is repeated here.
            ja = "1行目に見出しがありません。「姓」「名」「フリガナ」などの見出しを付けてください。"
            self._add(number, "", "no_header", ja, "The first line is no header.")
            return False
        self._check_header(number, found, names)
        present = {*names, *(("family_name", "given_name") if FULL_NAME in names else ())}
        for name in REQUIRED:
            if name not in present:
                kind = "case" if name == "target_group" else "person"
                label = columns.field_named(kind, name)
                ja = f"「{label.ja}」の列がありません。見出しに足してください。"
                self._add(number, label.ja, "missing_column", ja, f"There is no column {label.en}.")
        return not self.problems

    def _check_header(self, number: int, found: Sequence[str], names: Sequence[str]) -> None:
        """Look at the columns that are there: forbidden, twice, unknown."""
        taken: set[str] = set()
        for text, column in zip(found, self.header, strict=True):
            if columns.is_my_number(text):
                ja = "個人番号(マイナンバー)の列があります。この列を消したファイルを作ってください。"
                self._add(number, text.strip(), "my_number", ja, "Remove the My Number column from the file.")
            elif column is None and text.strip():
                ja = "この列は使いません。読み飛ばします。"
                self.warnings.append(
                    CaseloadProblem(number, text.strip(), "unknown_column", ja, "This column is not used.")
                )
            elif column is not None and column.field.name in taken:
                ja = "同じ内容の列が二つあります。一つにしてください。"
                self._add(number, column.header, "twice", ja, "Two columns mean the same.")
            if column is not None:
                taken.add(column.field.name)
        if names and FULL_NAME in names and "family_name" in names:
            ja = "「氏名」と「姓」の両方の列があります。どちらかにしてください。"
            self._add(number, "氏名", "twice", ja, "There are both a full name and a family name.")

    def _take_row(self, number: int, found: Sequence[str]) -> None:
        if len(found) != self.width:
            ja = f"列の数が見出しとちがいます(見出し{self.width}列、この行{len(found)}列)。"
            en = f"The row has {len(found)} columns, the header {self.width}."
            self._add(number, "", "column_count", ja, en)
            return
        before = len(self.problems)
        values: dict[str, dict[str, object]] = {"person": {}, "case": {}}
        for column, text in zip(self.header, found, strict=True):
            if column is None:
                self._check_unused(number, text)
            elif column.field.name == FULL_NAME:
                values["person"] |= self._split_name(number, column, text)
            elif text.strip():
                values[column.kind][column.field.name] = text.strip()
        row = CaseloadRow(number, normalise("person", values["person"]), self._case(values["case"]))
        self._check(row)
        if len(self.problems) == before:
            self._check_repeated(row)
            self.rows.append(row)

    def _case(self, values: Mapping[str, object]) -> Mapping[str, object]:
        return normalise("case", {"status": "intake", **values})

    def _split_name(self, number: int, column: Column, text: str) -> dict[str, object]:
        """Return 姓 and 名 of a full name; its own characters are not touched."""
        parts = text.strip().split(maxsplit=1)
        if len(parts) == 1 and not parts[0].isascii():
            ja = "姓と名の間に空白を入れてください。"
            self._add(number, column.header, "full_name", ja, "Put a blank between family and given name.")
        return dict(zip(("family_name", "given_name"), parts, strict=False))

    def _check_unused(self, number: int, text: str) -> None:
        """A My Number is refused wherever it stands, also where nothing is read from."""
        if holds_my_number(text):
            ja = "個人番号(マイナンバー)らしい12桁があります。ファイルから消してください。"
            self._add(number, "", "my_number", ja, "The row seems to hold a My Number. Remove it.")

    def _check(self, row: CaseloadRow) -> None:
        missing = {"ward", "status", "opened_on", "episode"}
        for kind, values in (("person", row.person), ("case", row.case)):
            for problem in validate(kind, values, today=self.today):
                if not (problem.code == "required" and problem.field in missing):
                    self.problems.append(self._placed(row.line, problem))
            for problem in warnings(kind, values, today=self.today):
                self.warnings.append(self._placed(row.line, problem))

    def _check_repeated(self, row: CaseloadRow) -> None:
        names = ("family_name", "given_name", "name_kana", "birth_date")
        person = tuple(row.person.get(name) for name in names)
        first = self.seen.setdefault(person, row.line)
        if first != row.line:
            ja = f"{first}行目と同じ人です。"
            self.warnings.append(
                CaseloadProblem(row.line, "", "repeated", ja, f"Same person as in line {first}.")
            )

    def _placed(self, line: int, problem: Problem) -> CaseloadProblem:
        return CaseloadProblem(line, self._header_of(problem.field), problem.code, problem.ja, problem.en)

    def _header_of(self, name: str) -> str:
        wanted = {name} | ({FULL_NAME} if name in ("family_name", "given_name") else set())
        found = (c.header for c in self.header if c is not None and c.field.name in wanted)
        unnamed = field_of("person", name) or field_of("case", name)
        return next(found, unnamed.ja if unnamed else name)

    def _name(self, index: int) -> str:
        column = self.header[index] if index < len(self.header) else None
        return column.header if column is not None else f"{index + 1}列目"

    def _add(self, line: int, column: str, code: str, ja: str, en: str) -> None:
        self.problems.append(CaseloadProblem(line, column, code, ja, en))


def _wrong_encoding(error: WrongEncodingError) -> CaseloadProblem:
    seems = f"{error.name}のようです" if error.name else "読めません"
    ja = f"文字コードが{seems}。UTF-8 か Shift_JIS(cp932) で保存し直してください。"
    en = f"The encoding{f' ({error.name})' if error.name else ''} is not read. Save as UTF-8 or cp932."
    return CaseloadProblem(0, "", "encoding", ja, en)
