"""新規受付: a new case, and the comparison with people who may be the same one."""

from collections.abc import Iterable
from typing import Any, ClassVar

from textual.containers import Horizontal, VerticalScroll
from textual.widget import Widget

from wardclient.casework.fields import FIELDS
from wardclient.casework.names import is_kana, to_katakana
from wardclient.desk.api import Desk
from wardclient.desk.rows import Candidate, Values
from wardclient.keys import BACK, CURTAIN, HELP, NOBODY, OTHER, SAME, Key
from wardclient.locale import _, language, mark
from wardclient.screens.base import WorkScreen, bindings
from wardclient.screens.forms import FormScreen
from wardclient.screens.words import long_day
from wardclient.widgets.form import FormField
from wardclient.widgets.prose import Part, Prose

FORM = "new_case"
_PERSON = (
    "family_name",
    "given_name",
    "name_kana",
    "birth_date",
    "municipality",
    "address1",
    "address2",
    "phone",
    "alias",
    "postal_code",
)
_CASE = ("target_group", "wishes_support", "case_no")


class NewCaseScreen(FormScreen):
    """The few facts with which a case begins."""

    TITLE_TEXT = mark("新規受付")
    ABOUT = mark(
        "保存すると、すでにいる人と読み・生年月日・電話・住所で比べます。似た人がいれば左右に並べて出します。"
        "12けたのマイナンバーは、どの欄にも入れられません。"
    )

    def __init__(self, searched: str = "") -> None:
        """Begin with what was searched for, where it is a name."""
        super().__init__(FORM)
        self._searched = searched

    def fields(self) -> list[FormField]:
        """Person, then case."""
        kinds = {**{f.name: f for f in FIELDS["case"]}, **{f.name: f for f in FIELDS["person"]}}
        return [FormField(kinds[name]) for name in (*_PERSON, *_CASE)]

    def on_mount(self) -> None:
        """Name the screen."""
        super().on_mount()
        self.title_line.show(_("新規受付"), self.ward.me.ward_name)

    def load(self, desk: Desk) -> Values:
        """Return the name that was searched, and this ward."""
        return {**_name(self._searched), "municipality": desk.me().ward_code, "wishes_support": True}

    def submit(self, desk: Desk, values: dict[str, object]) -> Any:
        """Compare; open the case when nobody is like this one."""
        person = {name: values[name] for name in _PERSON}
        case = {name: values[name] for name in _CASE}
        found = desk.candidates(person)
        if found:
            return found, person, case
        return desk.open_case(person, case, none_match=False)

    def finished(self, result: Any) -> bool:
        """Return whether the case is open; with candidates the draft stays until somebody decides."""
        return isinstance(result, str)

    def done(self, result: Any) -> None:
        """Show the case, or those who may be the same."""
        from wardclient.screens.case import CaseScreen

        if isinstance(result, str):
            self.app.pop_screen()
            self.app.push_screen(CaseScreen(result))
        else:
            found, person, case = result
            self.app.push_screen(SameScreen(found, person, case))


class SameScreen(WorkScreen):
    """Is it the same person? What was typed at the left, who is known at the right."""

    KEYS: ClassVar[tuple[Key, ...]] = (SAME, NOBODY, OTHER, HELP, CURTAIN, BACK)
    BINDINGS = bindings(KEYS)
    CSS_PATH = "new_case.tcss"
    TITLE_TEXT = mark("同じ人かどうか")
    ABOUT = mark(
        "左がいま入力した内容、右がすでにいる人です。同じ人なら 1 でそのケースを開きます。"
        "候補をすべて見て、だれも同じ人でないときだけ 2 の該当なしを選びます。"
    )

    def __init__(self, found: tuple[Candidate, ...], person: Values, case: Values) -> None:
        """Compare ``person`` with those ``found``."""
        super().__init__()
        self._found = found
        self._person = person
        self._case = case
        self._at = 0
        self._seen = {0}

    def body(self) -> Iterable[Widget]:
        """Two columns."""
        with Horizontal(id="compare"):
            with VerticalScroll(classes="pane"):
                yield Prose(*_typed(self._person))
            with VerticalScroll(classes="pane"):
                yield Prose(id="known")

    def on_mount(self) -> None:
        """Show the first candidate."""
        self.show_sync()
        self._show()

    def _show(self) -> None:
        at, count = self._at, len(self._found)
        self.title_line.show(_("同じ人ですか  候補 {at}/{count}").format(at=at + 1, count=count))
        self.query_one("#known", Prose).update(*_known(self._found[at]))

    def action_other(self) -> None:
        """Show the next candidate."""
        self._at = (self._at + 1) % len(self._found)
        self._seen.add(self._at)
        self._show()

    def action_same(self) -> None:
        """Open the candidate's case; no new one is made."""
        from wardclient.screens.case import CaseScreen

        case_id = self._found[self._at].case_id
        self.ask(lambda desk: desk.drop_form(FORM), lambda _r: self._leave(CaseScreen(case_id)), group="same")

    def action_nobody(self) -> None:
        """Open a new case: nobody here is this person."""
        if len(self._seen) < len(self._found):
            self.say(_("まだ見ていない候補があります。Space で見てから選んでください。"))
            return

        def work(desk: Desk) -> str:
            case_id = desk.open_case(self._person, self._case, none_match=True)
            desk.drop_form(FORM)
            return case_id

        from wardclient.screens.case import CaseScreen

        self.ask(work, lambda case_id: self._leave(CaseScreen(case_id)), group="save")

    def _leave(self, screen: WorkScreen) -> None:
        self.app.pop_screen()
        self.app.pop_screen()
        self.app.push_screen(screen)


def _name(searched: str) -> dict[str, object]:
    """Return the searched text as name or reading; nothing for numbers and dates."""
    text = searched.replace("\u3000", " ").strip()
    if not text or any(c.isdigit() or (c.isascii() and c.isalpha()) for c in text):
        return {}
    kana = to_katakana(text)
    if is_kana(kana.replace(" ", "\u3000")):
        return {"name_kana": kana}
    family, _blank, given = text.partition(" ")
    return {"family_name": family, "given_name": given.strip()}


_LABELS = {f.name: f for f in FIELDS["person"]}


def _typed(person: Values) -> list[Part]:
    lines: list[Part] = [(_("いま入力した人") + "\n\n", "bold $ward-accent")]
    name = f"{person.get('family_name', '')} {person.get('given_name', '')}".strip()
    address = f"{person.get('address1', '')} {person.get('address2', '')}".strip()
    for label, value in (
        (_("氏名"), name),
        (_LABELS["name_kana"].label(language()), str(person.get("name_kana") or "")),
        (_LABELS["birth_date"].label(language()), long_day(str(person.get("birth_date") or ""))),
        (_("住所"), address),
        (_LABELS["phone"].label(language()), str(person.get("phone") or "")),
    ):
        lines += [(f"{label}\n", "$ward-quiet"), f"  {value}\n"]
    return lines


def _known(found: Candidate) -> list[Part]:
    title = _("同じ人と思われます") if found.sure else _("似ている人")
    lines: list[Part] = [(f"{title}\n\n", "bold $ward-warn")]
    for label, value in (
        (_("氏名"), found.name),
        (_LABELS["name_kana"].label(language()), found.kana),
        (_LABELS["birth_date"].label(language()), long_day(found.birth_date)),
        (_("住所"), found.address),
    ):
        lines += [(f"{label}\n", "$ward-quiet"), f"  {value}\n"]
    lines += ["\n", (_("似ているところ") + "\n", "$ward-quiet"), f"  {'、'.join(found.reasons)}"]
    return lines
