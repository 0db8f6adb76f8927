"""Training courses at a real desk: a list replaces the one before, and a course becomes a step of a plan."""

from pathlib import Path

import pytest

from tests.desk.test_desk import opened
from wardclient.desk.api import RefusedError
from wardclient.desk.workstation import Workstation
from wardclient.practice.courses import make_courses_csv


def written(folder: Path, *lines: str) -> Path:
    """Write a list into a file of its own."""
    file = folder / f"courses-{len(list(folder.iterdir()))}.csv"
    file.write_text("\n".join(("コース番号,名称,実施機関,募集締切", *lines)), encoding="utf-8")
    return file


def test_a_new_list_replaces_and_marks(city: Workstation, tmp_path: Path) -> None:
    """New, changed, the same and vanished are counted; a vanished course is still found when asked for."""
    first = written(tmp_path, "1,介護,学院,2099-01-10", "2,清掃,協会,2099-01-20", "3,調理,協会,2020-01-01")
    tried = city.import_courses(first, dry_run=True)
    assert (tried.done, tried.new) == (False, 3)
    assert city.courses(everything=True) == ()
    assert city.import_courses(first, dry_run=False).new == 3
    assert [row.course.title for row in city.courses()] == ["介護", "清掃"]
    second = written(tmp_path, "1,介護,学院,2099-03-10", "2,清掃,協会,2099-01-20", "4,物流,協会,2099-02-01")
    outcome = city.import_courses(second, dry_run=False)
    assert (outcome.new, outcome.changed, outcome.unchanged, outcome.vanished) == (1, 1, 1, 1)
    assert [row.course.title for row in city.courses()] == ["清掃", "物流", "介護"]
    everything = city.courses(everything=True)
    assert [(row.course.title, row.state) for row in everything][-1] == ("調理", "gone")
    city.import_courses(first, dry_run=False)
    assert next(row.state for row in city.courses(everything=True) if row.course.title == "調理") == "over"


def test_words_find_courses(city: Workstation, tmp_path: Path) -> None:
    """Each word anywhere, full-width or half-width, katakana or hiragana as it is folded."""
    city.import_courses(
        written(tmp_path, "1,Ｗｅｂデザイン科,学院,2099-01-10", "2,清掃,みほん協会,2099-01-20"), dry_run=False
    )
    assert [r.course.course_no for r in city.courses("web デザイン")] == ["1"]
    assert [r.course.course_no for r in city.courses("清掃　みほん")] == ["2"]
    assert city.courses("清掃 学院") == ()
    assert len(city.courses("科")) == 1


def test_a_faulty_list_changes_nothing(city: Workstation, tmp_path: Path) -> None:
    """All of it or nothing; a file that is not there is told in words."""
    city.import_courses(written(tmp_path, "1,介護,学院,2099-01-10"), dry_run=False)
    outcome = city.import_courses(
        written(tmp_path, "2,清掃,協会,2099-01-20", "3,,協会,2099-13-01"), dry_run=False
    )
    assert not outcome.done
    assert {(p.line, p.column) for p in outcome.problems} == {(3, "名称"), (3, "募集締切")}
    assert [row.course.title for row in city.courses()] == ["介護"]
    with pytest.raises(RefusedError):
        city.import_courses(tmp_path / "nothing.csv", dry_run=False)


def test_a_chosen_course_is_a_step_of_the_plan(city: Workstation, tmp_path: Path) -> None:
    """The step names the course and its deadline; the list may change, the step stays."""
    file = tmp_path / "all.csv"
    file.write_bytes(make_courses_csv(60, city.place.today()))
    city.import_courses(file, dry_run=False)
    case_id = opened(city)
    course = city.courses("介護職員")[0].course
    city.add_step(
        case_id, {"what": "申し込む", "who": "client", "by_when": course.deadline, "training": course.title}
    )
    city.import_courses(written(tmp_path, "9,別の訓練,学院,2099-01-10"), dry_run=False)
    assert [(s.training, s.by_when) for s in city.plan(case_id).steps] == [(course.title, course.deadline)]
