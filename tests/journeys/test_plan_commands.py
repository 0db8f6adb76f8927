"""支援プラン and 訓練 by command line, between two real PCs."""

import datetime as dt
from pathlib import Path

from tests.journeys.wards import Ward, share
from wardclient.desk.place import JAPAN
from wardclient.practice.courses import make_courses_csv


def test_a_plan_is_shared_work_by_command_line(ward: Ward, tmp_path: Path) -> None:
    """Make, step from a course, finish on the other side, review; a faulty list is refused with its lines."""
    case_id = share(ward)
    good, bad = tmp_path / "courses.csv", tmp_path / "bad.csv"
    good.write_bytes(make_courses_csv(40, dt.datetime.now(JAPAN).date()))
    bad.write_text("名称,実施機関,募集締切\n介護,学院,いつでも\n", encoding="utf-8")
    assert ward.city.do("training", "import", str(good), "--dry-run")["done"] is False
    assert ward.city.do("training", "list") == []
    assert ward.city.do("training", "import", str(good))["new"] == 40
    refused = ward.city.run("training", "import", str(bad))
    assert refused.code == 1
    assert "Traceback" not in refused.error
    course = ward.city.do("training", "list", "--query", "介護職員")[0]["course"]
    ward.city.do("plan", "make", case_id, "goal=介護の仕事に就く", "target_job=訪問介護")
    step = ward.city.do("plan", "step", case_id, "what=申し込む", "who=client", f"training={course['title']}")
    ward.everyone_syncs()
    today = dt.datetime.now(dt.timezone(dt.timedelta(hours=9))).date().isoformat()
    done = ward.hellowork.do("plan", "done", case_id, step["step_id"], f"done_on={today}", "outcome=受講決定")
    assert [row["goal"] for row in done["current"]] == ["介護の仕事に就く"]
    ward.hellowork.do("plan", "make", case_id, "goal=訪問介護で週30時間働く")
    ward.everyone_syncs()
    view = ward.city.do("plan", "show", case_id)
    assert [(row["version"], row["goal"]) for row in view["current"]] == [(2, "訪問介護で週30時間働く")]
    assert [(s["training"], s["outcome"]) for s in view["steps"]] == [(course["title"], "受講決定")]
    assert ward.city.run("plan", "make", case_id, "goal= ").code == 1
