"""How the screens look: text and colour of every cell, at 80x24 and 120x40.

A picture is a text file: the lines, then for each line the colours of its cells as letters, then
what the letters mean. SNAPSHOTS=write writes them anew; look at the difference before keeping it.
"""

import os
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.segment import Segment
from textual.pilot import Pilot
from textual.screen import ModalScreen

from tests.screens.conftest import Make
from tests.screens.desk_model import FEED, TODAY, Ward, conflict
from tests.screens.walking import press, settled, shown, unlock
from wardclient.app import WardApp
from wardclient.casework.training import read_courses
from wardclient.desk import rows
from wardclient.desk.saved_rows import SavedRow, SavedSearch
from wardclient.desk.shortlist_rows import PickRow, ShortlistRow, WordRow
from wardclient.practice.courses import make_courses_csv
from wardclient.screens.base import WorkScreen
from wardclient.widgets.cells import width
from wardclient.widgets.form import FormBody

PICTURES = Path(__file__).resolve().parents[1] / "snapshots"
SIZES = ((80, 24), (120, 40))
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
Look = Callable[[WardApp, str], None]


def lines_of(app: WardApp) -> list[list[Segment]]:
    """Return what is drawn, line by line."""
    return [list(strip) for strip in app.screen._compositor.render_strips()]


def style_of(segment: Segment) -> str:
    """Return the colours of a segment, and whether it is bold."""
    style = segment.style
    if style is None:
        return "-"
    ink = style.color.name if style.color else "-"
    paper = style.bgcolor.name if style.bgcolor else "-"
    return f"{ink} on {paper}{' bold' if style.bold else ''}{' reverse' if style.reverse else ''}"


def picture(app: WardApp) -> str:
    """Return the picture of the screen."""
    legend: dict[str, str] = {}
    text, colours = [], []
    for line in lines_of(app):
        text.append("".join(s.text for s in line).rstrip())
        letters = ""
        for segment in line:
            # Blanks have no ink: only their paper can be seen.
            name = style_of(segment)
            name = name.partition(" on ")[2] if not segment.text.strip() else name
            letters += legend.setdefault(name, LETTERS[len(legend)]) * width(segment.text)
        colours.append(letters)
    meaning = [f"{letter} {name}" for name, letter in legend.items()]
    return "\n".join((*text, "=" * 8, *colours, "=" * 8, *meaning)) + "\n"


def whole(app: WardApp, _name: str) -> None:
    """The key line is whole, and every line is exactly as wide as the screen."""
    across = app.size.width
    for line in lines_of(app):
        assert sum(width(s.text) for s in line) == across
    screen = app.screen
    if isinstance(screen, WorkScreen):
        places = screen.key_line.places()
        assert places
        assert places[-1][1] <= across
        last = shown(app).splitlines()[-1]
        for _start, _end, key in places:
            assert key.face in last
            assert key.label in last


def luminance(colour: Any) -> float:
    """Return the relative luminance of a colour (WCAG)."""
    parts: list[float] = [c / 255 for c in colour.get_truecolor()]
    linear: list[float] = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrasts(app: WardApp) -> dict[str, float]:
    """Return the contrast of each text on the screen; box drawing is no text, nor what lies dimmed behind a box."""
    found = {}
    boxes = app.screen.query(".box") if isinstance(app.screen, ModalScreen) else ()
    region = next((box.region for box in boxes), app.screen.region)
    for number, line in enumerate(lines_of(app)):
        if not region.y <= number < region.bottom:
            continue
        _left, within = Segment.divide(line, (region.x, region.right))
        for segment in within:
            style = segment.style
            text = "".join(c for c in segment.text if not 0x2500 <= ord(c) < 0x25A0).strip()
            if text and style is not None and style.color and style.bgcolor:
                one, other = sorted((luminance(style.color), luminance(style.bgcolor)))
                found[text] = (other + 0.05) / (one + 0.05)
    return found


def saved_of(ward: Ward) -> None:
    """Keep two searches, one for a person with something new."""
    first, second = ward.openings[:2]
    for_whom = SavedSearch("1" * 32, "鶴見の調理", "調理", {"municipalities": ["14101"]}, "b" * 32, 3)
    for_all = SavedSearch("2" * 32, "短い時間", "", {"full_part": "part", "within_days": 7}, "", 3)
    new = (first.opening_no, second.opening_no)
    ward.saved = [SavedRow(for_whom, 38, new, "佐藤\u3000花子", first, 9), SavedRow(for_all, 1_204, ())]
    ward.feed = replace(
        FEED,
        days=3,
        level="warn",
        age_ja="求人のファイルは3日前のものです。新しいファイルを取り込んでください。",
    )


def plan_of(app: WardApp) -> None:
    """Give the conflicting case two versions of a plan, and steps in every state."""
    case_id = "b" * 32
    made: dict[str, object] = {
        "made_on": "2026-10-20",
        "goal": "近所で調理補助の仕事に就く",
        "review_on": "2026-11-20",
        "period_from": "2026-10-20",
        "period_until": "2027-04-19",
        "target_job": "調理補助",
        "team": ["CW 3係", "HW 3番窓口"],
    }
    app.desk.make_plan(case_id, made)
    strengths = "朝が得意。延長保育は週2回まで"
    app.desk.make_plan(
        case_id, {**made, "made_on": "2026-11-20", "review_on": "2026-12-20", "strengths": strengths}
    )
    course = "介護職員初任者研修"
    for what, who, by_when in (
        ("応募書類を書く", "client", "2026-11-20"),
        ("三か所を見学する", "es", "2026-12-01"),
        (course, "hw", "2026-12-10"),
    ):
        step = {"what": what, "who": who, "by_when": by_when}
        app.desk.add_step(case_id, {**step, "training": f"{course}（横浜）"} if what == course else step)
    app.desk.finish_step(case_id, "2", {"done_on": "2026-11-21", "outcome": "申込済"})


def shortlist_of(ward: Ward) -> None:
    """Give the conflicting case a shortlist with an opening in every state."""
    case_id = "b" * 32
    pick = PickRow("2026-11-20", "保育園のお迎えに間に合う", "CW 3係", "city", shared=True, unsent=False)
    said = WordRow(
        "w", "wants", "2026-11-21", "朝だけなら続けられそう", "HW 3番窓口", "hellowork", struck=False
    )
    whole = ShortlistRow(
        case_id=case_id,
        opening_no="14990-00000161",
        job_title="調理補助（病院の厨房）",
        employer_name="医療法人架空会",
        employer_for_client="（事業所名は非公開）",
        place="神奈川県横浜市鶴見区",
        pay="1,200円～1,300円",
        hours="8時00分～13時00分",
        state="open",
        why_not="",
        words=("wants",),
        note=said.note,
        log=(replace(said, step_id="v", state="unsure", note="", on="2026-11-20", struck=True), said),
        next=("unsure", "declines", "taken_off"),
        picks=(pick, replace(pick, author="HW 3番窓口", team="hellowork", reason="", shared=False)),
        referral_id="",
        referral_text="",
        taken_off=False,
        printed=True,
    )
    gone = "新しいファイルに載っていません(取消・充足の可能性)。電話で確かめてから紹介してください。"
    ward.shortlists[case_id] = (
        whole,
        replace(whole, opening_no="2", job_title="清掃", referral_id="r", referral_text="面接 11月27日"),
        replace(whole, opening_no="3", words=(), log=(), note="", state="unlisted", why_not=gone),
        replace(
            whole,
            opening_no="4",
            job_title="品出し",
            words=("wants", "declines"),
            state="lapsed",
            why_not=gone,
        ),
        replace(whole, opening_no="5", words=("unsure",), place="", pay="", state="not_here", why_not=gone),
        replace(whole, opening_no="6", job_title="警備", words=("taken_off",), taken_off=True, printed=False),
    )


async def walk_news(app: WardApp, ward: Ward, pilot: Pilot[Any], go: Callable[..., Awaitable[None]]) -> None:
    """From the inbox: what is new for whom, the searches, the feed."""
    saved_of(ward)
    app.desk.tell("openings")  # type: ignore[attr-defined]
    await settled(pilot)
    await go("news", "left")
    await go("saved-searches", "ctrl+n")
    await go("new-openings", "enter")
    await press(pilot, "escape")
    await go("feed", "ctrl+b")


async def walk(app: WardApp, ward: Ward, pilot: Pilot[Any], look: Look) -> None:  # noqa: PLR0915 - one walk
    """Visit the screens, each in a state that shows what it can."""

    async def go(name: str, *keys: str) -> None:
        if keys:
            await press(pilot, *keys)
        look(app, name)

    await settled(pilot)
    await go("unlock")
    await unlock(pilot)
    await go("cases", "down")
    await go("case", "enter")
    await go("consent-state", "c")
    await go("withdraw", "w")
    await press(pilot, "escape", "escape")
    await go("edit", "e")
    await press(pilot, "escape", "s")
    (session_id,) = ward.sessions
    session = ward.sessions[session_id]
    session.texts["hellowork"] = "面接は27日14時。履歴書の添削は25日に窓口で。"
    session.actions.append(rows.ActionRow("1", "履歴書を直す", "hw", "2026-11-25", ""))
    app.desk.tell("session", case="b" * 32)  # type: ignore[attr-defined]
    await settled(pilot)
    await go("session")
    await press(pilot, "escape")
    plan_of(app)
    await go("plan", "g")
    await go("plan-step", "a")
    await press(pilot, "escape")
    ward.courses = list(read_courses(make_courses_csv(30, TODAY)).courses)
    await go("training", "t")
    await press(pilot, "escape")
    await go("plan-revise", "e")
    await press(pilot, "escape", "escape")
    shortlist_of(ward)
    await go("shortlist", "k")
    await press(pilot, "escape")
    await go("papers", "t", "p")
    await press(pilot, "escape")
    await go("openings", "p")
    await go("openings-details", "f2")
    app.screen.query_one(FormBody).field("industries").editor.focus()
    await go("pick", "f4")
    await press(pilot, "escape", "escape")
    await go("synonyms", "ctrl+y")
    await press(pilot, "escape")
    await go("matching", "f5")
    await go("compare", "space", "down", "space", "down", "space", "down", "space", "f5")
    await press(pilot, "escape", "escape")
    await press(pilot, "enter")
    await go("referral", "p")
    await press(pilot, "escape", "escape", "escape", "escape")
    await go("inbox", "f4")
    await walk_news(app, ward, pilot, go)
    await press(pilot, "escape", "escape", "escape", "up", "enter", "c")
    await go("consent")
    app.screen.query_one(FormBody).field("paper_location").fill("3係 キャビネットB-12")
    await go("preview", "ctrl+s")


Walk = Callable[[WardApp, Ward, Pilot[Any], Look], Awaitable[None]]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_screens_look_as_they_did(make: Make, ward: Ward, size: tuple[int, int]) -> None:
    """Every cell of every screen is as in its picture, and no line or key is cut."""
    conflict(ward)
    app = make()
    different = []

    def look(app: WardApp, name: str) -> None:
        whole(app, name)
        file = PICTURES / f"{name}-{size[0]}x{size[1]}.txt"
        now = picture(app)
        if os.environ.get("SNAPSHOTS") == "write":
            file.write_text(now, encoding="utf-8")
        elif not file.exists() or file.read_text(encoding="utf-8") != now:
            different.append(name)

    async with app.run_test(size=size) as pilot:
        await walk(app, ward, pilot, look)
    assert different == []


@pytest.mark.parametrize(("theme", "least"), [("dark", 4.5), ("light", 4.5), ("contrast", 7.0)])
async def test_every_text_can_be_read(make: Make, ward: Ward, theme: str, least: float) -> None:
    """On every screen, in a practice ward too, each text has the contrast that its theme promises."""
    conflict(ward)
    app = make(theme=theme, practice=True)
    measured: dict[str, float] = {}

    def look(app: WardApp, name: str) -> None:
        measured.update({f"{name}: {text}": c for text, c in contrasts(app).items()})

    async with app.run_test(size=(80, 24)) as pilot:
        await walk(app, ward, pilot, look)
    assert len(measured) > 200
    assert {text: c for text, c in measured.items() if c < least} == {}


def test_the_measure_of_contrast_is_that_of_the_standard() -> None:
    """Black on white is 21 to 1, and grey #777 on white just misses 4.5."""
    from rich.color import Color

    white, black, grey = (Color.parse(c) for c in ("#ffffff", "#000000", "#777777"))
    assert (luminance(white) + 0.05) / (luminance(black) + 0.05) == pytest.approx(21)
    assert 4.4 < (luminance(white) + 0.05) / (luminance(grey) + 0.05) < 4.5
