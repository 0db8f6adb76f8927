"""くわしい条件: the filters of the state's own form on one screen, with the count of hits as they are set."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import ClassVar

from textual import on
from textual.timer import Timer
from textual.widget import Widget

from wardclient.casework.field import Field, Form
from wardclient.casework.problems import Problem
from wardclient.casework.validation import validate_value
from wardclient.casework.work_codes import EmploymentType
from wardclient.desk.api import DeskError, RefusedError
from wardclient.desk.filter_words import AVOIDABLE, DAYS, TRAITS
from wardclient.desk.rows import OpeningPage
from wardclient.keys import BACK, CLEAR_DETAILS, CURTAIN, HELP, MOVE, PICK_CODE, SEARCH_SO, TOGGLE, Key
from wardclient.locale import _, language, mark
from wardclient.screens.base import WorkScreen, bindings
from wardclient.widgets.choices import ChecksField
from wardclient.widgets.form import EMPTY, FormBody, FormField
from wardclient.widgets.pick import Pick

COUNT_AFTER = 0.2
"""Seconds from a change to the question how many there are."""
Filters = Mapping[str, object]
LISTS = ("municipalities", "occupations", "industries", "kinds")
"""Fields of codes: typed, or picked by F4."""
PICKED = (*LISTS, "station")
"""Fields that F4 picks for; where there is one value, the one that is picked takes its place."""
_TYPED = (Form.NUMBER, Form.TIME, Form.TEXT)
_BETWEEN = re.compile(r"[\s,、､;・/]+")
NUMBERS = (
    *("age", "pay_floor_month", "pay_floor_hour", "overtime_most", "holidays_least"),
    *("staff_least", "staff_most", "retirement_least"),
)
FIELDS: tuple[Field, ...] = (
    Field("age", "本人の年齢", "Age of the person", Form.NUMBER, "OPS", most=99),
    Field("traits", "ほしい条件", "Wanted", Form.CODES, "OPS"),
    Field("avoid", "除く", "Left out", Form.CODES, "OPS"),
    Field("days_off", "休日", "Days off", Form.CODES, "OPS"),
    Field("starts_from", "始業(これより後)", "Starts from", Form.TIME, "OPS"),
    Field("ends_by", "終業(これより前)", "Ends by", Form.TIME, "OPS"),
    Field("pay_floor_month", "月給(円以上)", "Monthly pay from", Form.NUMBER, "OPS", most=9_999_999),
    Field("pay_floor_hour", "時給(円以上)", "Hourly pay from", Form.NUMBER, "OPS", most=99_999),
    Field("base_pay_only", "手当を含めない", "Without allowances", Form.FLAG, "OPS"),
    Field("overtime_most", "時間外(月・時間以内)", "Overtime a month, at most", Form.NUMBER, "OPS", most=200),
    Field("holidays_least", "年間休日(日以上)", "Holidays a year, at least", Form.NUMBER, "OPS", most=366),
    Field("staff_least", "従業員数(人以上)", "Staff, at least", Form.NUMBER, "OPS", most=999_999),
    Field("staff_most", "従業員数(人以下)", "Staff, at most", Form.NUMBER, "OPS", most=999_999),
    Field("retirement_least", "定年(歳以上)", "Retirement age from", Form.NUMBER, "OPS", most=99),
    Field("employer", "事業所名", "Employer", Form.TEXT, "OPS", most=40),
    Field("station", "沿線・駅", "Line or station", Form.TEXT, "OPS", most=40),
    Field("employment_types", "雇用形態", "Employment type", Form.CODES, "OPS"),
    Field("municipalities", "就業場所", "Place of work", Form.TEXT, "OPS", most=120),
    Field("occupations", "職業分類", "Occupation codes", Form.TEXT, "OPS", most=80),
    Field("industries", "産業分類", "Industry codes", Form.TEXT, "OPS", most=80),
    Field("kinds", "求人区分", "Kind of opening", Form.TEXT, "OPS", most=20),
)


def _editor(field: Field) -> Widget | None:
    english = language() != "ja"
    match field.name:
        case "traits":
            return ChecksField([(code, en if english else ja) for code, ja, en in TRAITS])
        case "avoid":
            return ChecksField([(code, en if english else ja) for code, ja, en in AVOIDABLE])
        case "days_off":
            return ChecksField([(day, day) for day in DAYS])
        case "employment_types":
            return ChecksField([(code.value, code.en if english else code.ja) for code in EmploymentType])
        case _:
            return None


HINTS = {
    "municipalities": mark("F4 で選ぶ 例 14101"),
    "occupations": mark("F4 で選ぶ 例 055-01"),
    "industries": mark("F4 で選ぶ 例 P85"),
    "kinds": mark("F4 で選ぶ"),
    "station": mark("F4 で選ぶ"),
}


def codes_of(typed: object) -> list[str]:
    """Return the codes in what was typed; full-width letters and digits, and any mark between, are as good."""
    return [part for part in _BETWEEN.split(unicodedata.normalize("NFKC", str(typed or ""))) if part]


class OpeningsDetails(WorkScreen):
    """Sets the details of a search; nothing changes before Ctrl+S."""

    KEYS: ClassVar[tuple[Key, ...]] = (
        SEARCH_SO,
        MOVE,
        TOGGLE.aside(),
        PICK_CODE,
        CLEAR_DETAILS,
        HELP,
        BACK.named(mark("やめる")),
        CURTAIN.aside(),
    )
    BINDINGS = bindings(KEYS)
    TITLE_TEXT = mark("くわしい条件")
    ABOUT = mark(
        "ハローワークの検索と同じ条件で絞ります。入れるたびに件数が下に出ます。Space で切り替え、Ctrl+S でこの条件で探します。"
        "求人票に書かれていない条件は「なし」とみなします。住宅・託児・請負は、検索の言葉で探してください。"
    )

    def __init__(self, text: str, given: Filters, chosen: Callable[[dict[str, object]], None]) -> None:
        """Begin with the filters of a search for ``text``; ``chosen`` is given those that were set."""
        super().__init__()
        self._text = text
        names = {field.name for field in FIELDS}
        self._others = {name: value for name, value in given.items() if name not in names}
        self._given = {name: value for name, value in given.items() if name in names}
        self._choose = chosen
        self._timer: Timer | None = None
        self.form = FormBody(
            [FormField(field, editor=_editor(field), hint=_(HINTS.get(field.name, ""))) for field in FIELDS],
            id="form",
        )

    def body(self) -> Iterable[Widget]:
        """The form."""
        yield self.form

    def on_mount(self) -> None:
        """Show what is set."""
        self.title_line.show(_("くわしい条件"))
        self.show_sync()
        self._fill(self._given)
        self.form.focus_first()
        self.count()

    def _fill(self, given: Filters) -> None:
        shown = {
            name: "、".join(map(str, value)) if name in LISTS and isinstance(value, list | tuple) else value
            for name, value in given.items()
        }
        self.form.fill({field.name: shown.get(field.name) for field in FIELDS})

    def details(self) -> dict[str, object]:
        """Return the filters that are set."""
        found: dict[str, object] = {}
        for name, value in self.form.values().items():
            if value in EMPTY or value is False:
                continue
            if name in LISTS:
                found[name] = codes_of(value)
            elif name in NUMBERS:
                found[name] = int(str(value)) if str(value).isdecimal() else value
            else:
                found[name] = value
        return found

    @on(FormBody.Changed)
    def _edited(self, event: FormBody.Changed) -> None:
        event.stop()
        if self._timer is None:
            self._timer = self.set_timer(COUNT_AFTER, self.count)

    def count(self) -> None:
        """Ask how many openings there are."""
        self._timer = None
        if wrong := self._wrong():
            self._not_counted(RefusedError(wrong))
            return
        text, filters = self._text, {**self._others, **self.details()}
        self.ask(
            lambda desk: desk.find_openings(text, filters, 1),
            self._counted,
            group="count",
            failed=self._not_counted,
        )

    def _wrong(self) -> tuple[Problem, ...]:
        """What cannot be asked at all: a number that is none, a time that is none."""
        values = self.form.values()
        return tuple(
            problem
            for field in FIELDS
            if field.form in _TYPED and field.name not in LISTS and values[field.name] not in EMPTY
            for problem in validate_value(field, values[field.name])
        )

    def _counted(self, page: OpeningPage) -> None:
        if self._wrong():
            return
        self.form.show_problems(())
        count = _("{n:,}件以上").format(n=page.total) if page.more_than else _("{n:,}件").format(n=page.total)
        behind = f"{_('索引を作成中')} " if page.index_behind else ""
        self.say(_("{behind}この条件に合う求人 {count}").format(behind=behind, count=count))

    def _not_counted(self, error: DeskError) -> None:
        """Nobody asked: whoever types goes on typing, and what is half typed is no mistake yet."""
        if not isinstance(error, RefusedError):
            self.tell(error)
            return
        here = self._field_here()
        typing = here.field.name if here is not None and not here.problem else ""
        wrong = [problem for problem in error.problems if problem.field != typing]
        rest = self.form.show_problems(wrong, go=False)
        self.say(
            "\n".join(problem.text(language()) for problem in rest)
            or (_("欄の下の説明を見て直してください。") if wrong else _("入力の途中です。")),
            bad=bool(wrong),
        )

    def on_descendant_blur(self) -> None:
        """Count once a field is left: now what stands there is meant."""
        if self._timer is None:
            self._timer = self.set_timer(COUNT_AFTER, self.count)

    def _field_here(self) -> FormField | None:
        return next((each for each in self.query(FormField) if each.has_focus_within), None)

    def _refused(self, error: DeskError) -> None:
        if isinstance(error, RefusedError):
            rest = self.form.show_problems(error.problems)
            self.say(
                "\n".join(problem.text(language()) for problem in rest)
                or _("欄の下の説明を見て直してください。"),
                bad=True,
            )
        else:
            self.tell(error)

    def action_pick_code(self) -> None:
        """Pick a code, or a station, for the field one is in; codes are added to those that stand there."""
        field = self._field_here()
        name = field.field.name if field is not None else ""
        if field is None or name not in PICKED:
            self.say(_("就業場所・職業分類・産業分類・求人区分・沿線・駅の欄で押すと、選べます。"))
            return

        def picked(code: str | None) -> None:
            given = codes_of(field.value) if name in LISTS else []
            if code is not None and code not in given:
                field.fill("、".join([*given, code]))
                self.count()

        def offer(choices: tuple[tuple[str, str], ...]) -> None:
            self.app.push_screen(Pick(field.field.label(language()), choices), picked)

        self.ask(lambda desk: desk.opening_codes(name), offer, group="codes")

    def action_search_so(self) -> None:
        """Search with these, where they can be searched."""
        if wrong := self._wrong():
            self._refused(RefusedError(wrong))
            return
        text, filters, details = self._text, {**self._others, **self.details()}, self.details()

        def done(_page: OpeningPage) -> None:
            self.app.pop_screen()
            self._choose(details)

        # Of a group of its own: a count that is due would overtake it, and its answer be dropped.
        self.ask(
            lambda desk: desk.find_openings(text, filters, 1), done, group="search", failed=self._refused
        )

    def action_clear_details(self) -> None:
        """Take all of them off."""
        self._fill({})
        self.count()
