"""Training courses and programmes (訓練情報・各種事業の情報, domain 4.10): one row of a list that is read in.

The state brings the list to the corner as a table. A file replaces the list: what it does not name any
more is kept and marked, because plans may point at it. Nothing here is about a person.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from wardclient.casework.caseload_columns import fold
from wardclient.casework.csv_lines import BadQuoteError, Line, WrongEncodingError, cells, decode
from wardclient.casework.field import Field, Form
from wardclient.casework.normalise import normalise_value
from wardclient.casework.validation import validate_value

REF = "OPS"
LINE, LONG = 120, 400
SOON_DAYS = 14
"""A deadline that is so near is told."""
MOST_PROBLEMS = 200

FIELDS = (
    Field("course_no", "コース番号", "Course number", Form.TEXT, REF, most=40),
    Field("title", "名称", "Title", Form.TEXT, REF, required=True, most=LINE),
    Field("provider", "実施機関", "Provider", Form.TEXT, REF, required=True, most=LINE),
    Field("from", "開始日", "From", Form.DATE, REF),
    Field("to", "終了日", "To", Form.DATE, REF),
    Field("deadline", "募集締切", "Deadline", Form.DATE, REF, required=True),
    Field("place", "場所", "Place", Form.TEXT, REF, most=LINE),
    Field("capacity", "定員", "Capacity", Form.NUMBER, REF, most=9_999),
    Field("url", "URL", "URL", Form.TEXT, REF, most=LONG),
    Field("about", "内容", "About", Form.LONG_TEXT, REF, most=LONG),
)
BY_NAME = {field.name: field for field in FIELDS}
_OTHER_HEADERS = {
    "訓練コース番号": "course_no",
    "コースNO": "course_no",
    "訓練科名": "title",
    "訓練コース名": "title",
    "事業名": "title",
    "コース名": "title",
    "実施施設": "provider",
    "訓練実施施設名": "provider",
    "実施者": "provider",
    "訓練開始日": "from",
    "訓練終了日": "to",
    "申込締切": "deadline",
    "締切": "deadline",
    "募集期限": "deadline",
    "募集終了日": "deadline",
    "実施場所": "place",
    "訓練実施場所": "place",
    "ホームページ": "url",
    "概要": "about",
    "訓練内容": "about",
}
KNOWN: Mapping[str, str] = {
    **{fold(header): name for header, name in _OTHER_HEADERS.items()},
    **{fold(words): f.name for f in FIELDS for words in (f.ja, f.en, f.name)},
}
"""Field by folded header, Japanese or English, as the state's and the city's tables name them."""


@dataclass(frozen=True, slots=True)
class Course:
    """A course or programme. Dates ISO; ``deadline`` is the last day on which one can apply."""

    course_id: str
    course_no: str
    title: str
    provider: str
    begins: str
    ends: str
    deadline: str
    place: str
    capacity: int
    url: str
    about: str


@dataclass(frozen=True, slots=True)
class CourseProblem:
    """What is wrong, where. ``line`` 0: the whole file."""

    line: int
    column: str
    ja: str
    en: str


@dataclass(frozen=True, slots=True)
class CourseFile:
    """What a file holds. With any problem nothing of it is taken in."""

    courses: tuple[Course, ...] = ()
    problems: tuple[CourseProblem, ...] = ()
    unused: tuple[str, ...] = ()
    """Headers that mean nothing here."""


def days_left(deadline: str, today: date) -> int:
    """Return how many days there are to apply: 0 on the last day, negative after it."""
    return (date.fromisoformat(deadline) - today).days


def deadline_state(deadline: str, today: date) -> str:
    """Return ``over``, ``soon`` or ``open``."""
    left = days_left(deadline, today)
    return "over" if left < 0 else "soon" if left <= SOON_DAYS else "open"


def course_id(values: Mapping[str, object]) -> str:
    """Return what names a course from file to file: its number, else title, provider and first day."""
    number = values.get("course_no")
    named = ("no", number) if number else tuple(values.get(n) for n in ("title", "provider", "from"))
    return hashlib.sha256(repr(named).encode()).hexdigest()[:32]


def read_courses(data: bytes) -> CourseFile:
    """Read a file: UTF-8 (with or without BOM) or cp932, header in Japanese or English.

    Never raises for what is in the file; every fault comes with its line and column.
    """
    try:
        _, lines = decode(data, lambda headers: sum(fold(header) in KNOWN for header in headers))
    except WrongEncodingError as error:
        seems = f"({error.name}) " if error.name else ""
        return CourseFile(
            problems=(
                CourseProblem(
                    0,
                    "",
                    f"文字コードが読めません{seems}。UTF-8 か Shift_JIS(cp932) で保存し直してください。",
                    "The encoding is not read. Save as UTF-8 or cp932.",
                ),
            )
        )
    reader = _Reader()
    for line in lines:
        reader.take(line)
        if len(reader.problems) >= MOST_PROBLEMS or reader.hopeless:
            break
    return reader.result()


@dataclass
class _Reader:
    headers: Sequence[str] = ()
    names: tuple[str, ...] = ()
    courses: dict[str, Course] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    problems: list[CourseProblem] = field(default_factory=list)
    unused: tuple[str, ...] = ()
    hopeless: bool = False

    def take(self, line: Line) -> None:
        """Read one line."""
        if line.text is None:
            self._add(
                line.number, "", "読めない文字があります。", "There are bytes not in the file's encoding."
            )
            return
        try:
            found = cells(line.text)
        except BadQuoteError as error:
            name = (
                self.headers[error.column] if error.column < len(self.headers) else f"{error.column + 1}列目"
            )
            self._add(line.number, name, '引用符(")が正しくありません。', 'A quote (") is not right.')
            return
        if self.headers:
            self._take_row(line.number, found)
        else:
            self._take_header(line.number, found)

    def result(self) -> CourseFile:
        """Return what was read."""
        if not self.headers and not self.problems:
            self._add(0, "", "ファイルに何も書かれていません。", "The file is empty.")
        elif not self.courses and not self.problems:
            self._add(0, "", "見出しのほかに行がありません。", "There are no rows below the header.")
        courses = () if self.problems else tuple(self.courses.values())
        return CourseFile(courses, tuple(self.problems), self.unused)

    def _take_header(self, number: int, found: Sequence[str]) -> None:
        self.headers = found
        self.names = tuple(KNOWN.get(fold(header), "") for header in found)
        self.unused = tuple(
            h.strip() for h, name in zip(found, self.names, strict=True) if h.strip() and not name
        )
        for wanted in FIELDS:
            if self.names.count(wanted.name) > 1:
                self._add(number, wanted.ja, "同じ内容の列が二つあります。", "Two columns mean the same.")
            if wanted.required and wanted.name not in self.names:
                ja = f"「{wanted.ja}」の列がありません。見出しに足してください。"
                self._add(number, wanted.ja, ja, f"There is no column {wanted.en}.")
        self.hopeless = bool(self.problems)

    def _take_row(self, number: int, found: Sequence[str]) -> None:
        if len(found) != len(self.headers):
            ja = f"列の数が見出しとちがいます(見出し{len(self.headers)}列、この行{len(found)}列)。"
            self._add(number, "", ja, f"The row has {len(found)} columns, the header {len(self.headers)}.")
            return
        given = {name: text.strip() for name, text in zip(self.names, found, strict=True) if name}
        values = {name: normalise_value(BY_NAME[name], text) for name, text in given.items() if text}
        before = len(self.problems)
        for wanted in FIELDS:
            for problem in validate_value(wanted, values.get(wanted.name)):
                self._add(number, self._header(wanted.name), problem.ja, problem.en)
        begins, ends = values.get("from"), values.get("to")
        if isinstance(begins, str) and isinstance(ends, str) and ends < begins:
            self._add(
                number,
                self._header("to"),
                "終了日が開始日より前です。",
                "The last day is before the first.",
            )
        if len(self.problems) == before:
            self._keep(number, values)

    def _keep(self, number: int, values: Mapping[str, object]) -> None:
        name = course_id(values)
        if name in self.courses:
            ja = f"{self.lines[name]}行目と同じ訓練です。どちらかを消してください。"
            self._add(number, "", ja, f"The same course as in line {self.lines[name]}.")
            return
        capacity = values.get("capacity")
        texts = {n: str(values.get(n) or "") for n in BY_NAME}
        self.lines[name] = number
        self.courses[name] = Course(
            course_id=name,
            course_no=texts["course_no"],
            title=texts["title"],
            provider=texts["provider"],
            begins=texts["from"],
            ends=texts["to"],
            deadline=texts["deadline"],
            place=texts["place"],
            capacity=capacity if isinstance(capacity, int) else 0,
            url=texts["url"],
            about=texts["about"],
        )

    def _header(self, name: str) -> str:
        found = (h for h, known in zip(self.headers, self.names, strict=True) if known == name)
        return next(found, BY_NAME[name].ja)

    def _add(self, line: int, column: str, ja: str, en: str) -> None:
        self.problems.append(CourseProblem(line, column.strip(), ja, en))
