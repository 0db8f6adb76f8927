"""A list of courses as it really comes: both encodings, both languages of header, every kind of fault."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardclient.casework.training import days_left, deadline_state, read_courses
from wardclient.practice.courses import make_courses_csv

TODAY = dt.date(2026, 11, 24)
HEADER = "名称,実施機関,募集締切,開始日,定員"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
@pytest.mark.parametrize("count", [1, 60, 500])
def test_what_was_written_is_read(encoding: str, count: int) -> None:
    """Each course of the invented list, with its dates in 和暦."""
    found = read_courses(make_courses_csv(count, TODAY, encoding=encoding))
    assert found.problems == ()
    assert len(found.courses) == count
    assert len({course.course_id for course in found.courses}) == count
    for course in found.courses:
        assert dt.date.fromisoformat(course.begins) > dt.date.fromisoformat(course.deadline)
        assert course.ends > course.begins
        assert course.capacity >= 10


def test_english_headers_and_other_names_are_known() -> None:
    """The city's table and the state's name the same things differently."""
    english = read_courses(b"Title,Provider,Deadline\nCare,School,2026-12-01\n")
    other = read_courses("訓練科名,実施施設,申込締切,備考\nCare,School,R8.12.1,x\n".encode())
    assert [c.title for c in english.courses] == ["Care"]
    assert english.courses == other.courses
    assert other.unused == ("備考",)


@pytest.mark.parametrize(
    ("lines", "line", "column"),
    [
        ((), 0, ""),
        ((HEADER,), 0, ""),
        (("名称,実施機関", "介護,学院"), 1, "募集締切"),
        (("名称,名称,実施機関,募集締切", "a,b,c,R8.12.1"), 1, "名称"),
        ((HEADER, "介護,学院,R8.12.1,R9.1.10"), 2, ""),
        ((HEADER, ",学院,R8.12.1,R9.1.10,20"), 2, "名称"),
        ((HEADER, "介護,学院,R8.13.1,R9.1.10,20"), 2, "募集締切"),
        ((HEADER, "介護,学院,,R9.1.10,20"), 2, "募集締切"),
        ((HEADER, "介護,学院,R8.12.1,R9.1.10,多数"), 2, "定員"),
        ((HEADER, '介護,"学院,R8.12.1,R9.1.10,20'), 2, "実施機関"),
        ((HEADER, "介護,学院,R8.12.1,R9.1.10,20", "介護,学院,R8.12.5,R9.1.10,20"), 3, ""),
        (("名称,実施機関,募集締切,開始日,終了日", "介護,学院,R8.12.1,R9.1.10,R9.1.9"), 2, "終了日"),
    ],
)
def test_every_fault_has_its_place_and_nothing_is_taken(
    lines: tuple[str, ...], line: int, column: str
) -> None:
    """Line and column as the file shows them."""
    found = read_courses("\n".join(lines).encode())
    assert found.courses == ()
    assert (line, column) in {(p.line, p.column) for p in found.problems}
    assert all(p.ja and p.en for p in found.problems)


def test_a_wrong_encoding_is_named() -> None:
    """UTF-16 is what a spreadsheet writes by mistake."""
    found = read_courses(HEADER.encode("utf-16"))
    assert "UTF-8" in found.problems[0].ja


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    """Whatever a file holds, the answer is courses or problems, never both and never neither."""
    found = read_courses(data)
    assert bool(found.courses) != bool(found.problems)


@pytest.mark.parametrize(
    ("deadline", "left", "state"),
    [
        ("2026-11-23", -1, "over"),
        ("2026-11-24", 0, "soon"),
        ("2026-12-08", 14, "soon"),
        ("2026-12-09", 15, "open"),
    ],
)
def test_a_deadline_counts_its_own_day(deadline: str, left: int, state: str) -> None:
    """On the last day one can still apply."""
    assert days_left(deadline, TODAY) == left
    assert deadline_state(deadline, TODAY) == state
