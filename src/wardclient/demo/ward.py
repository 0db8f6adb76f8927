"""Build the practice ward: enrol five PCs, read in a caseload and openings, and work a little.

Everything goes through the doors that staff use: the real importers, the desk's acts, the
real service. So the practice ward is also a rehearsal of a new ward's first day.
"""

import datetime as dt
import queue
import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from wardclient.demo import service
from wardclient.desk.door import HomeDoor
from wardclient.desk.place import JAPAN
from wardclient.desk.setup import found, join
from wardclient.practice.courses import make_courses_csv
from wardclient.practice.openings import OpeningsSpec, write_openings
from wardclient.practice.people import make_caseload_csv, people
from wardclient.storage.home import Home

if TYPE_CHECKING:
    from wardclient.desk.workstation import Workstation

PASSPHRASE = "renshu-tsurumi-aoi-sora"  # noqa: S105  # printed on the practice ward's unlock screen
WARD = "14101"
SEED = 20130401
COURSES = 60
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Seat:
    """One practice PC."""

    folder: str
    label: str
    team: str
    roles: tuple[str, ...]


SUPERVISOR = Seat("supervisor", "係長 3係", "city", ("adm", "sv"))
CASEWORKER = Seat("city", "CW 3係", "city", ("cw",))
SPECIALIST = Seat("specialist", "就労支援 2番", "city", ("es",))
NAVIGATOR = Seat("hellowork", "HW 3番窓口", "hellowork", ("adm", "hw"))
SECOND_NAVIGATOR = Seat("hellowork-2", "HW 1番窓口", "hellowork", ("hw",))


def build(directory: Path, *, cases: int, openings: int, tell: Tell) -> None:
    """Build the ward in ``directory``; a half-built one is begun anew by the caller."""
    url = service.ensure(directory / "central")
    homes = directory / "homes"
    tell("区を始めています")
    found(
        homes / SUPERVISOR.folder,
        PASSPHRASE,
        server=url,
        ward_code=WARD,
        label=SUPERVISOR.label,
        team=SUPERVISOR.team,
        roles=SUPERVISOR.roles,
    )
    _enrol(homes, SUPERVISOR, CASEWORKER)
    _enrol(homes, SUPERVISOR, SPECIALIST)
    _enrol(homes, SUPERVISOR, NAVIGATOR)
    _enrol(homes, NAVIGATOR, SECOND_NAVIGATOR)
    for seat in (SUPERVISOR, CASEWORKER, SPECIALIST, NAVIGATOR, SECOND_NAVIGATOR):
        home = Home(homes / seat.folder)
        home.write_profile(replace(home.read_profile(), practice=True))
    _work(directory, homes, cases, openings, tell)


def unlock(homes: Path, seat: Seat) -> "Workstation":
    """Return the unlocked practice PC of ``seat``."""
    return HomeDoor(homes / seat.folder, background=False).unlock(PASSPHRASE)


def _enrol(homes: Path, admin: Seat, newcomer: Seat) -> None:
    """Enrol as two people at two PCs do: invite, eight digits, admitted."""
    desk = unlock(homes, admin)
    codes: queue.SimpleQueue[str] = queue.SimpleQueue()
    failed: list[BaseException] = []
    try:
        desk.sync_now()
        invite = desk.invite(newcomer.team, newcomer.roles)

        def arrive() -> None:
            try:
                join(
                    homes / newcomer.folder,
                    PASSPHRASE,
                    invite=invite,
                    label=newcomer.label,
                    show_code=codes.put,
                    wait_seconds=60.0,
                    ward_code=WARD,
                )
            except BaseException as error:  # noqa: BLE001  # raised again in the thread that waits
                failed.append(error)
                codes.put("")

        newcomer_pc = threading.Thread(target=arrive, name="newcomer")
        newcomer_pc.start()
        code = codes.get()
        if code:
            desk.admit(invite, code)
        newcomer_pc.join()
    finally:
        desk.lock()
    if failed:
        raise failed[0]


def _work(directory: Path, homes: Path, cases: int, openings: int, tell: Tell) -> None:
    """A few weeks of invented work on both sides."""
    files = directory / "files"
    files.mkdir(exist_ok=True)
    caseload, jobs = files / "caseload.csv", files / "openings.csv"
    caseload.write_bytes(make_caseload_csv(cases, SEED).data)
    write_openings(jobs, OpeningsSpec(openings, dt.datetime.now(JAPAN).date(), SEED))
    city, hellowork = unlock(homes, CASEWORKER), unlock(homes, NAVIGATOR)
    try:
        tell(f"ケース {cases:,} 件を取り込んでいます")
        city.import_caseload(
            caseload, dry_run=False, accept_duplicates=True, progress=_quiet, cancelled=_never
        )
        city.sync_now()
        tell(f"求人 {openings:,} 件を取り込んでいます")
        for desk in (city, hellowork):
            desk.import_openings(jobs, dry_run=False, progress=_quiet, cancelled=_never)
        courses = files / "courses.csv"
        courses.write_bytes(make_courses_csv(COURSES, city.place.today(), SEED))
        for desk in (city, hellowork):
            desk.import_courses(courses, dry_run=False)
        tell("同意・面談・紹介を記録しています")
        _consents(city, random.Random(SEED))  # noqa: S311  # invented data
        city.sync_now()
        hellowork.sync_now()
        _hellowork_side(hellowork, random.Random(SEED + 1))  # noqa: S311
        hellowork.sync_now()
        city.sync_now()
    finally:
        city.lock()
        hellowork.lock()
    for seat in (SUPERVISOR, SPECIALIST, SECOND_NAVIGATOR):
        desk = unlock(homes, seat)
        try:
            desk.sync_now()
        finally:
            desk.lock()


def _consents(city: "Workstation", dice: random.Random) -> None:
    """Assessments, consents and notes of the last weeks; every state of a case comes about."""
    today = dt.datetime.now(JAPAN).date()
    invented = people(len(_STATES_WITH_CONSENT) * 40, SEED, today=today)
    for number, row in enumerate(city.find_cases("", limit=10_000).rows):
        if number % 3 == 0:
            city.change(row.case_id, "assessment", next(invented).assessment)
        if number % 6 == 0:
            until = today + dt.timedelta(days=dice.choice((20, 45, 120, 180)))
            form = {**city.consent_defaults(row.case_id), "valid_until": until.isoformat()}
            city.record_consent(row.case_id, {**form, "paper_location": "3係 キャビネットB"})
            state = _STATES_WITH_CONSENT[number // 6 % len(_STATES_WITH_CONSENT)]
            _move(city, row.case_id, state, today)
            if state == "active":
                _plan(city, row.case_id, dice)
        elif number % 17 == 0:
            city.decline_consent(row.case_id, {})
        elif number % 5 == 0:
            _move(city, row.case_id, _STATES_WITHOUT[number // 5 % len(_STATES_WITHOUT)], today)
        if number % 4 == 0:
            held = today - dt.timedelta(days=dice.randrange(1, 40))
            city.add_note(row.case_id, {"held_on": held.isoformat(), "body": dice.choice(_NOTES)})


def _plan(desk: "Workstation", case_id: str, dice: random.Random) -> None:
    """A plan with steps: one done, one to come."""
    today = desk.place.today()
    goal, job = dice.choice(_GOALS)
    made = today - dt.timedelta(days=dice.randrange(10, 40))
    form = {**desk.plan_defaults(case_id), "goal": goal, "target_job": job, "meeting_every": "2週に1回"}
    desk.make_plan(case_id, {**form, "made_on": made.isoformat(), "signed_by_client_on": made.isoformat()})
    for what, who in dice.sample(_STEPS, 3):
        by_when = today + dt.timedelta(days=dice.randrange(-5, 40))
        step = desk.add_step(case_id, {"what": what, "who": who, "by_when": by_when.isoformat()})
        if by_when < today:
            desk.finish_step(case_id, step, {"done_on": by_when.isoformat(), "outcome": "できた"})


def _move(city: "Workstation", case_id: str, status: str, today: dt.date) -> None:
    """Put a case where weeks of work would have brought it."""
    values: dict[str, object] = {"status": status}
    if status in ("active", "suspended", "followup"):
        begin = today - dt.timedelta(days=60)
        values |= {
            "support_from": begin.isoformat(),
            "support_until": (begin + dt.timedelta(days=182)).isoformat(),
        }
    if status == "suspended":
        values |= {"suspend_reason": "3", "review_on": (today + dt.timedelta(days=14)).isoformat()}
    if status == "closed":
        values |= {"closed_on": today.isoformat(), "closure_reason": "04"}
    city.change(case_id, "case", values)


def _hellowork_side(desk: "Workstation", dice: random.Random) -> None:
    """Hello Work refers some of those it sees, and enters results."""
    found = desk.find_openings("", {}, 100).rows
    for number, row in enumerate(desk.find_cases("", limit=10_000).rows):
        if number % 2 == 0 and found:
            opening = dice.choice(found)
            values = {
                **desk.referral_defaults(row.case_id, opening.opening_no),
                "letter_no": f"R8-{number:04d}",
            }
            referral = desk.refer(row.case_id, values)
            if number % 4 == 0:
                desk.record_result(row.case_id, referral, _result(desk.place.today(), dice))


def _result(today: dt.date, dice: random.Random) -> dict[str, object]:
    code = dice.choice(("1", "2", "3"))
    source = dice.choice(("2", "3"))
    values: dict[str, object] = {"result": code, "result_on": today.isoformat(), "result_source": source}
    if code == "2":
        values["reject_reason"] = dice.choice(("2", "4"))
    if code == "1":
        values["condition_diff"] = False
    return values


def _quiet(_: object) -> None:
    """Progress is told in words, not rows."""


def _never() -> bool:
    return False


_STATES_WITH_CONSENT = ("consented", "requested", "active", "active", "suspended", "followup")
_STATES_WITHOUT = ("closed", "not_supported", "candidate")
_GOALS = (
    ("近所で午前中の調理補助の仕事に就く", "調理補助"),
    ("介護職員初任者研修を修了し、介護の仕事に就く", "介護職"),
    ("週20時間から清掃の仕事を始め、半年続ける", "清掃"),
    ("倉庫の仕事に就き、働く時間を少しずつ増やす", "倉庫作業"),
)
_STEPS = (
    ("応募書類を書く", "client"),
    ("面接の練習をする", "es"),
    ("求人を三つ選ぶ", "hw"),
    ("職場を見学する", "client"),
    ("延長保育を申し込む", "cw"),
    ("求職登録を更新する", "hw"),
)
_NOTES: Sequence[str] = (
    "下の子の保育園は18時まで。延長は週2回まで相談済み。",
    "履歴書の書き方を一緒に見直した。次回は面接の練習をする。",
    "朝の時間帯に働きたいとのこと。通勤はバス1本の範囲で探す。",
    "先週から散歩を始めた。生活の時間が整ってきた。",
    "訓練の案内を渡した。家で読んで次回に返事をもらう。",
)
