"""同意の状態: which state, what crosses in each direction, and whether the other side has it."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import ClassVar

from textual.containers import VerticalScroll
from textual.widget import Widget

from wardclient.casework.codes import SCOPE_TO_CITY, SCOPE_TO_HW, ConsentMethod, Purpose
from wardclient.desk.rows import CaseView, Change, ConsentView
from wardclient.keys import BACK, CURTAIN, HELP, RENEW, WITHDRAW, Key
from wardclient.locale import _, language, mark
from wardclient.screens.base import WorkScreen, bindings
from wardclient.screens.words import consent_word, long_day
from wardclient.widgets.bars import ConsentBar
from wardclient.widgets.cells import pad
from wardclient.widgets.prose import Part, Prose

LABEL = 16
_THERE = {
    "no": mark("相手側には何もありません。"),
    "waiting": mark("この端末に記録しました。相手側へはまだ届いていません。つながると届きます。"),
    "yes": mark("相手側に届いています。"),
    "deleting": mark("相手側の端末の削除を待っています。あと {n}台 です。"),
    "deleted": mark("相手側の端末は、すべて削除した記録に署名しました。"),
}


class ConsentStateScreen(WorkScreen):
    """The consent of a case as it stands."""

    KEYS: ClassVar[tuple[Key, ...]] = (WITHDRAW, RENEW, HELP, CURTAIN, BACK)
    BINDINGS = bindings(KEYS)
    AUTO_FOCUS = "#state"
    TITLE_TEXT = mark("同意の状態")
    ABOUT = mark(
        "同意の状態と、相手側に届いたかどうかを分けて示します。"
        "撤回は w から進みます。撤回しても、すでに読まれたものは消せません。"
    )

    def __init__(self, case_id: str) -> None:
        """Show the consent of a case."""
        super().__init__()
        self.case_id = case_id
        self._view: CaseView | None = None

    def resume(self) -> Callable[[], WorkScreen]:
        """The same again."""
        return partial(ConsentStateScreen, self.case_id)

    @property
    def filled_in(self) -> bool:
        """Whether it has been fetched."""
        return self._view is not None

    def body(self) -> Iterable[Widget]:
        """Bar and facts."""
        yield ConsentBar()
        with VerticalScroll(id="state", classes="pane"):
            yield Prose(id="facts")

    def on_mount(self) -> None:
        """Ask for the case."""
        self.title_line.show(_("同意の状態"))
        self.show_sync()
        self.redraw()

    def concerns(self, change: Change) -> bool:
        """This case, and every contact with the other side."""
        return self.case_id in change.case_ids or "consent" in change.kinds

    def redraw(self) -> None:
        """Ask once more."""
        case_id, again = self.case_id, self._view is not None
        self.ask(lambda desk: desk.case(case_id, again=again), self._show, group="case")

    def _show(self, view: CaseView) -> None:
        self._view = view
        self.title_line.show(f"{_('同意の状態')}  {view.row.name}")
        self.query_one(ConsentBar).show(view.consent)
        self.query_one("#facts", Prose).update(*_facts(view))
        keys = [key for key in self.KEYS if self._offers(key, view)]
        self.key_line.show(keys)

    @staticmethod
    def _offers(key: Key, view: CaseView) -> bool:
        needs = {WITHDRAW: "withdraw_consent", RENEW: "record_consent"}.get(key)
        return needs is None or needs in view.may

    def action_withdraw(self) -> None:
        """Go to the withdrawal."""
        from wardclient.screens.withdraw import WithdrawScreen

        if self._view is not None and "withdraw_consent" in self._view.may:
            self.app.push_screen(WithdrawScreen(self.case_id))
        else:
            self.say(_("撤回できる同意はありません。"))

    def action_renew(self) -> None:
        """Record a new consent."""
        from wardclient.screens.consent import ConsentScreen

        if self._view is not None and "record_consent" in self._view.may:
            self.app.push_screen(ConsentScreen(self.case_id))
        else:
            self.say(_("新しい同意は、今の同意が終わってから記録します。"))


def _facts(view: CaseView) -> list[Part]:
    consent = view.consent
    parts: list[Part] = ["\n"]
    there = _(_THERE[consent.on_other_side]).format(n=consent.missing_acks)
    rows = [
        (_("状態"), consent_word(consent.state)),
        (_("相手側"), there),
        (_("期間"), _period(consent)),
        (_("渡す相手"), "、".join(consent.recipients)),
        (_("目的"), _words(consent.values.get("purpose"), Purpose)),
        (_("方法"), _words([consent.values.get("method")], ConsentMethod)),
        (_("様式"), consent.form_version),
        (_("原本"), consent.paper_location),
        (_("記録した人"), consent.recorded_by),
        (_("撤回日"), long_day(str(consent.values.get("withdrawn_on") or ""))),
    ]
    for label, value in rows:
        if value:
            parts += [(f" {pad(label, LABEL)}", "$ward-quiet"), f"{value}\n"]
    if consent.scope_to_hw or consent.scope_to_city:
        for title, items, words in (
            (_("ハローワークに渡す項目"), consent.scope_to_hw, SCOPE_TO_HW),
            (_("ハローワークから受け取る項目"), consent.scope_to_city, SCOPE_TO_CITY),
        ):
            parts.append((f"\n {title}\n", "bold $ward-accent"))
            for code, item in words.items():
                on = code in items
                face = pad(f"[{_('はい') if on else _('いいえ')}]", 9)
                parts.append(
                    (f"   {face}{code} {item.label(language())}\n", "$ward-text" if on else "$ward-quiet")
                )
    return parts


def _period(consent: ConsentView) -> str:
    if not consent.valid_from:
        return ""
    return _("{begin} から {until} まで").format(
        begin=long_day(consent.valid_from), until=long_day(consent.valid_until)
    )


def _words(values: object, codes: type[Purpose] | type[ConsentMethod]) -> str:
    given = values if isinstance(values, list | tuple) else ()
    found = (codes.of(value) for value in given)
    return "、".join(code.label(language()) for code in found if code is not None)
