"""Acts on training courses and programmes (訓練情報): read a list in, look for a course, put it into a plan."""

from dataclasses import dataclass
from pathlib import Path

from wardclient.casework.problems import Problem
from wardclient.casework.training import Course, days_left, deadline_state, read_courses
from wardclient.desk.api import RefusedError
from wardclient.desk.openings_acts import OpeningsActs
from wardclient.desk.rows import ImportOutcome, ImportRowProblem
from wardclient.openings import training

MOST_BYTES = 20_000_000


@dataclass(frozen=True, slots=True)
class CourseRow:
    """A course in the list. ``state``: open, soon, over (its deadline), or gone (not in the newest file)."""

    course: Course
    state: str
    days_left: int


class TrainingActs(OpeningsActs):
    """The list of courses on this PC."""

    def courses(self, text: str = "", *, everything: bool = False) -> tuple[CourseRow, ...]:
        """Return courses by words, the nearest deadline first; those still open unless ``everything``."""
        today = self.place.today()
        lock, connection = self.room.read()
        with lock:
            found = training.find(connection, text, today, everything=everything)
        return tuple(
            CourseRow(
                listed.course,
                deadline_state(listed.course.deadline, today) if listed.listed else "gone",
                days_left(listed.course.deadline, today),
            )
            for listed in found
        )

    def import_courses(self, path: Path, *, dry_run: bool) -> ImportOutcome:
        """Read a list in: all of it or nothing; what it no longer names is marked."""
        try:
            with path.open("rb") as stream:
                data = stream.read(MOST_BYTES + 1)
        except OSError as error:
            raise RefusedError((_UNREADABLE,)) from error
        if len(data) > MOST_BYTES:
            raise RefusedError((_TOO_BIG,))
        read = read_courses(data)
        if read.problems:
            problems = tuple(ImportRowProblem(p.line, p.column, p.ja) for p in read.problems)
            text = f"直すところが {len(problems)} か所あります。何も取り込んでいません。前の状態のままです。"
            return ImportOutcome(
                done=False, rows=0, new=0, changed=0, unchanged=0, vanished=0, problems=problems, text=text
            )
        connection = self.room.connect()
        try:
            taken = training.take_in(
                connection, read.courses, self.place.moment().isoformat(), dry_run=dry_run
            )
        finally:
            connection.close()
        words = "試しに読みました。まだ取り込んでいません" if dry_run else "取り込みました"
        text = (
            f"{words}: {len(read.courses)} 件  新しい {taken.new}  変わった {taken.changed}  "
            f"同じ {taken.unchanged}  なくなった {taken.vanished}"
        )
        if read.unused:
            text += f"  使わない列: {'、'.join(read.unused)}"
        if not dry_run:
            self.place.changed({"training"})
        return ImportOutcome(
            not dry_run,
            len(read.courses),
            taken.new,
            taken.changed,
            taken.unchanged,
            taken.vanished,
            (),
            text=text,
        )


_UNREADABLE = Problem(
    "",
    "unreadable",
    "ファイルを読めませんでした。場所と名前を確かめてください。前の状態のままです。",
    "The file could not be read. Check its place and name. Everything is as before.",
)
_TOO_BIG = Problem(
    "",
    "too_big",
    "訓練の一覧としては大きすぎるファイルです。別のファイルを選んでいないか確かめてください。",
    "The file is too large for a list of courses. Is it the right one?",
)
