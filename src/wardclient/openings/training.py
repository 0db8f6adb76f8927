"""The list of training courses and programmes in the openings file: taken in as a difference, searched by words.

Its tables are made when first needed, beside those of the openings: no personal datum, disposable.
"""

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import date

from wardclient.casework.training import Course
from wardclient.openings.grams import fold
from wardclient.openings.store import Connection

_COLUMNS = tuple(f.name for f in fields(Course))
_MADE = (
    f"""CREATE TABLE IF NOT EXISTS course (
        {", ".join(f"{name} NOT NULL" for name in _COLUMNS)}, listed INTEGER NOT NULL, words TEXT NOT NULL,
        seen_at TEXT NOT NULL, PRIMARY KEY (course_id)) WITHOUT ROWID""",
    "CREATE INDEX IF NOT EXISTS course_deadline ON course (deadline)",
)


@dataclass(frozen=True, slots=True)
class Taken:
    """What a file changed."""

    new: int
    changed: int
    unchanged: int
    vanished: int


@dataclass(frozen=True, slots=True)
class Listed:
    """A course as the list holds it; ``listed`` is False when the newest file does not name it."""

    course: Course
    listed: bool


def prepare(connection: Connection) -> None:
    """Make the tables."""
    for statement in _MADE:
        connection.execute(statement)


def take_in(connection: Connection, courses: Sequence[Course], at: str, *, dry_run: bool) -> Taken:
    """Replace the list by ``courses`` in one transaction; what they do not name is kept and marked."""
    prepare(connection)
    connection.execute("BEGIN IMMEDIATE")
    try:
        taken = _difference(connection, courses, at)
        connection.execute("ROLLBACK" if dry_run else "COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    return taken


def _difference(connection: Connection, courses: Sequence[Course], at: str) -> Taken:
    before = {listed.course.course_id: listed for listed in _read(connection, "SELECT * FROM course", ())}
    named = {course.course_id for course in courses}
    marks = ", ".join("?" * (len(_COLUMNS) + 3))
    new = changed = unchanged = 0
    for course in courses:
        old = before.get(course.course_id)
        if old is not None and old.course == course and old.listed:
            unchanged += 1
            continue
        new, changed = (new + 1, changed) if old is None else (new, changed + 1)
        words = fold(f"{course.title} {course.provider} {course.place} {course.about} {course.course_no}")
        connection.execute(
            f"INSERT OR REPLACE INTO course VALUES ({marks})",  # noqa: S608  # question marks
            (*astuple(course), 1, words, at),
        )
    gone = [name for name, old in before.items() if old.listed and name not in named]
    connection.executemany("UPDATE course SET listed = 0 WHERE course_id = ?", [(name,) for name in gone])
    return Taken(new, changed, unchanged, len(gone))


def find(connection: Connection, text: str, today: date, *, everything: bool = False) -> tuple[Listed, ...]:
    """Return the courses that hold every word of ``text``, the nearest deadline first.

    Those that one can still apply for, unless ``everything`` is asked for; what vanished or ended comes last.
    """
    prepare(connection)
    tests, values = [], []
    for word in fold(text).split():
        tests.append("instr(words, ?) > 0")
        values.append(word)
    if not everything:
        tests.append("listed = 1 AND deadline >= ?")
        values.append(today.isoformat())
    where = f" WHERE {' AND '.join(tests)}" if tests else ""
    order = " ORDER BY listed DESC, deadline < ?, deadline, title, course_id"
    return tuple(_read(connection, f"SELECT * FROM course{where}{order}", (*values, today.isoformat())))  # noqa: S608


def _read(connection: Connection, sql: str, values: Iterable[object]) -> Iterable[Listed]:
    for row in connection.execute(sql, tuple(values)).fetchall():
        yield Listed(Course(*row[: len(_COLUMNS)]), bool(row[len(_COLUMNS)]))
