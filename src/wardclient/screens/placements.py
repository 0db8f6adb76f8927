"""就職: the jobs of a case with every claim to them; what this office wrote in error is struck out, not removed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

from wardclient.casework.codes import Channel
from wardclient.casework.fields import FIELDS
from wardclient.desk.api import Desk
from wardclient.desk.placement_rows import ClaimRow, PlacementRow
from wardclient.desk.rows import Values
from wardclient.keys import BACK, CURTAIN, DISCARD, HELP, MOVE, PLACE, SAVE, STRIKE_CLAIM, Key
from wardclient.locale import _, language, mark
from wardclient.screens.base import WorkScreen, bindings
from wardclient.screens.case_overview import short_day
from wardclient.screens.case_record import CaseRecordScreen
from wardclient.screens.forms import FormScreen
from wardclient.screens.words import long_day, side
from wardclient.widgets.form import FormField
from wardclient.widgets.grid import Column
from wardclient.widgets.prose import Part

_STRIKE = {field.name: field for field in FIELDS["placement_strike"]}
NOWHERE = ""
"""No claim stands in its place: there was no such job."""


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """A claim in the list, with its job."""

    job: PlacementRow
    claim: ClaimRow

    @property
    def struck(self) -> bool:
        """Whether it was struck out."""
        return bool(self.claim.struck_on)


def _channel(code: str) -> str:
    found = Channel.of(code)
    return found.label(language()) if found is not None else code


def _state(line: ClaimLine) -> str:
    if line.struck:
        return _("取消し {day}  {reason}").format(
            day=short_day(line.claim.struck_on), reason=line.claim.reason
        )
    return _("主体が二つ") if line.job.contested else ""


LINES: tuple[Column[ClaimLine], ...] = (
    Column(mark("就職日"), 9, lambda c: short_day(c.job.started_on)),
    Column(mark("就職先"), 16, lambda c: c.job.employer_name, share=2),
    Column(mark("紹介主体"), 14, lambda c: _channel(c.claim.channel)),
    Column(mark("側"), 2, lambda c: side(c.claim.team)),
    Column(mark("記入"), 10, lambda c: c.claim.author, share=1, style=lambda _c: "grid--quiet"),
    Column(mark("状態"), 14, _state, share=1, style=lambda c: "grid--quiet" if c.struck else "grid--warn"),
)


class PlacementsScreen(CaseRecordScreen):
    """The jobs of one case, a line for each claim."""

    KEYS: ClassVar[tuple[Key, ...]] = (
        PLACE.named(mark("就職を登録")),
        STRIKE_CLAIM,
        BACK,
        HELP,
        CURTAIN,
    )
    BINDINGS = bindings(KEYS)
    COLUMNS = LINES
    EMPTY = mark("まだ就職の登録がありません   j で登録できます")
    GROUP = "placements"
    TITLE_TEXT = mark("就職")
    ABOUT = mark(
        "両方の側が同じ就職を登録しても1件です。まちがえて登録したものは e で取り消します。消えずに「取消し」と残り、"
        "件数と定着確認から外れます。取り消せるのは自分の側の登録だけです。"
    )

    def __init__(self, case_id: str) -> None:
        """Show the jobs of a case."""
        super().__init__(case_id)
        self.jobs: tuple[PlacementRow, ...] = ()

    def resume(self) -> Callable[[], WorkScreen]:
        """The same again."""
        return partial(PlacementsScreen, self.case_id)

    def fetch(self, desk: Desk) -> tuple[PlacementRow, ...]:
        """Ask for the jobs."""
        return desk.placements(self.case_id)

    def show(self, found: tuple[PlacementRow, ...]) -> tuple[Sequence[Part], Sequence[object]]:
        """How many count, and every claim."""
        self.jobs = found
        counted = [job for job in found if job.claims]
        text = _("就職 {n}件").format(n=len(counted))
        lines = [f"{text}  {_('就職した日から、ケースの状態は「就職後フォロー」になります')}"]
        lines += [f"{long_day(job.started_on)}  {job.employer_name}  {regular_text(job)}" for job in counted]
        return ("\n".join(lines),), [ClaimLine(j, c) for j in found for c in (*j.claims, *j.struck)]

    def action_place(self) -> None:
        """Write down a job that no referral led to."""
        from wardclient.screens.followup import PlacementForm

        channel = Channel.HELLOWORK if self.ward.me.team == "hellowork" else Channel.CITY
        self.app.push_screen(PlacementForm(self.case_id, {"channel": str(channel)}))

    def action_strike(self) -> None:
        """Strike out the chosen claim: there was no such job, or another claim is right."""
        line = self.chosen(ClaimLine)
        if line is None or line.struck:
            self.say(_("取り消す登録を選んでください。"))
            return
        if line.claim.team != self.ward.me.team:
            self.say(_("相手側の登録は、相手側が取り消します。まちがいなら相手側に伝えてください。"))
            return
        others = [
            (claim.placement_id, _("{employer} の登録が正しい").format(employer=job.employer_name))
            for job in self.jobs
            for claim in job.claims
            if claim.placement_id != line.claim.placement_id
        ]
        choices = [(NOWHERE, _("この登録はまちがい")), *others]
        name, placement_id = line.job.employer_name, line.claim.placement_id
        self.choose(
            _("就職を取り消す"),
            choices,
            lambda stands: self.app.push_screen(StrikeForm(self.case_id, placement_id, name, stands)),
        )


def regular_text(job: PlacementRow) -> str:
    """Return both meanings of 常用 in a few words."""
    words = {True: _("はい"), False: _("いいえ"), None: _("不明")}
    return _("常用 統計 {one}・給付 {other}").format(
        one=words[job.regular_hellowork], other=words[job.regular_benefits]
    )


class StrikeForm(FormScreen):
    """Says why a claim is struck out."""

    KEYS: ClassVar[tuple[Key, ...]] = (SAVE, MOVE, HELP, CURTAIN, BACK, DISCARD)
    BINDINGS = bindings(KEYS)
    TITLE_TEXT = mark("就職を取り消す")
    ABOUT = mark(
        "登録は消えず、理由とともに「取消し」と残ります。ほかに有効な登録がなければ、ケースの状態も元に戻り、"
        "定着確認の予定もなくなります。"
    )

    def __init__(self, case_id: str, placement_id: str, name: str, stands: str = "") -> None:
        """Strike out a claim; ``stands`` is the one that is right in its place."""
        self.case_id = case_id
        self.placement_id = placement_id
        self.name_of_job = name
        self.stands = stands
        super().__init__(f"strike:{placement_id}:{stands}")

    def resume(self) -> Callable[[], WorkScreen]:
        """The list again: what it said may be old after an unlock."""
        return partial(PlacementsScreen, self.case_id)

    def fields(self) -> list[FormField]:
        """Why, and when."""
        return [FormField(_STRIKE[name]) for name in ("reason", "struck_on")]

    def on_mount(self) -> None:
        """Name the job."""
        self.title_line.show(f"{_('就職を取り消す')}  {self.name_of_job}")
        super().on_mount()

    def load(self, desk: Desk) -> Values:  # noqa: ARG002
        """Return what it begins with: today."""
        return {"struck_on": self.ward.today().isoformat()}

    def submit(self, desk: Desk, values: dict[str, object]) -> Any:
        """Strike it out."""
        given = {name: value for name, value in values.items() if value not in (None, "", [])}
        return desk.strike_placement(self.case_id, self.placement_id, {**given, "stands": self.stands})
