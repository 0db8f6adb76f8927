"""同意の記録: the form as the paper has it, then exactly the facts that will be shared, then the question.

Three steps: 1/3 form, 2/3 preview, 3/3 question. Nothing is shared before the third.
"""

from collections.abc import Callable, Iterable
from functools import partial
from itertools import groupby
from typing import Any, ClassVar

from textual.containers import VerticalScroll
from textual.widget import Widget

from wardclient.casework.codes import ItemToCity, ItemToHw
from wardclient.casework.fields import FIELDS
from wardclient.desk.api import Desk
from wardclient.desk.rows import ConsentPreview, Values
from wardclient.keys import BACK, CURTAIN, DISCARD, HELP, RECORD, REFUSE, TOGGLE, Key
from wardclient.locale import _, language, mark
from wardclient.screens.base import WorkScreen, bindings
from wardclient.screens.forms import FormScreen
from wardclient.widgets.bars import Confirm, Question
from wardclient.widgets.cells import cut, pad, width, wrap
from wardclient.widgets.choices import ChecksField
from wardclient.widgets.form import FormField
from wardclient.widgets.prose import Part, Prose

_FORM = (
    "scope_to_hw",
    "scope_to_city",
    "recipients",
    "purpose",
    "valid_from",
    "valid_until",
    "signed_on",
    "signer_kind",
    "signer",
    "method",
    "explained_by",
    "form_version",
    "form_serial",
    "paper_location",
)
_ITEMS = {"scope_to_hw": ItemToHw, "scope_to_city": ItemToCity}


class ConsentScreen(FormScreen):
    """1/3: what the paper says."""

    KEYS: ClassVar[tuple[Key, ...]] = (
        TOGGLE,
        Key("ctrl+s", "save", mark("渡る内容を見る"), "Ctrl+S"),
        REFUSE,
        HELP,
        BACK.named(mark("やめる")),
        DISCARD,
        CURTAIN.aside(),
    )
    BINDINGS = bindings(KEYS)
    CSS_PATH = "consent.tcss"
    TITLE_TEXT = mark("同意の記録")
    ABOUT = mark(
        "同意書のチェック欄と同じものを選びます。次の画面で、実際に渡る内容を一つずつ確かめてから記録します。"
        "チェックのない項目は、どこにも渡りません。"
    )

    def __init__(self, case_id: str) -> None:
        """Record a consent for a case."""
        self.case_id = case_id
        self._who = ""
        super().__init__(f"consent:{case_id}")

    def resume(self) -> Callable[[], WorkScreen]:
        """The same form again, with its draft."""
        return partial(ConsentScreen, self.case_id)

    def fields(self) -> list[FormField]:
        """The boxes of the paper in one column each, then the rest of the paper."""
        kinds = {field.name: field for field in FIELDS["consent"]}
        found = []
        for name in _FORM:
            codes = _ITEMS.get(name)
            editor = None
            if codes is not None:
                choices = tuple((c.value, f"{c.value} {c.label(language())}") for c in codes)
                editor = ChecksField(choices, one_column=True, fixed=("S1",) if codes is ItemToHw else ())
            found.append(FormField(kinds[name], editor=editor))
        return found

    def on_mount(self) -> None:
        """Name the step."""
        super().on_mount()
        self.title_line.show(_("同意の記録"), _("1/3 同意書の内容"))

    def load(self, desk: Desk) -> Values:
        """Return the usual form of this ward, and the person's name."""
        self._who = desk.case(self.case_id).row.name
        return desk.consent_defaults(self.case_id)

    def filled(self, given: Values) -> None:  # noqa: ARG002  # the form shows it
        """Name the person."""
        self.title_line.show(f"{_('同意の記録')}  {self._who}", _("1/3 同意書の内容"))

    def submit(self, desk: Desk, values: dict[str, object]) -> tuple[ConsentPreview, dict[str, object]]:
        """Ask what this form would share; nothing is written."""
        return desk.preview_consent(self.case_id, values), values

    def finished(self, result: Any) -> bool:  # noqa: ARG002  # the draft stays until it is recorded
        """Return False: the form is finished when the consent is recorded."""
        return False

    def done(self, result: Any) -> None:
        """Show the preview."""
        preview, values = result
        self.app.push_screen(PreviewScreen(self.case_id, self._who, preview, values))

    def action_refuse(self) -> None:
        """Record that the person was asked and said no."""
        question = Question(
            _("本人に説明し、同意しないと言われたことを記録します。ハローワークには何も渡りません。"),
            _("同意しないと記録"),
        )
        self.app.push_screen(Confirm(question), self._refuse_answer)

    def _refuse_answer(self, sure: bool | None) -> None:  # noqa: FBT001  # the answer of a question
        if not sure:
            return
        case_id = self.case_id
        signed = self.form.field("signed_on").value

        def work(desk: Desk) -> None:
            desk.decline_consent(case_id, {"signed_on": signed} if signed else {})
            self.drop_draft(desk)

        self.keeper.forget()
        self.ask(work, lambda _r: self.app.pop_screen(), group="save")


class PreviewScreen(WorkScreen):
    """2/3: exactly what will be shared, fact by fact."""

    KEYS: ClassVar[tuple[Key, ...]] = (RECORD, HELP, CURTAIN, BACK.named(mark("直す")))
    BINDINGS = bindings(KEYS)
    CSS_PATH = "consent.tcss"
    AUTO_FOCUS = "#preview"
    TITLE_TEXT = mark("渡る内容の確認")
    ABOUT = mark(
        "ここに出ているものだけが渡ります。Ctrl+S のあと、もう一度だけ確かめる画面が出ます。"
        "直すときは Esc で前の画面に戻ります。"
    )

    def __init__(self, case_id: str, name: str, preview: ConsentPreview, values: Values) -> None:
        """Show ``preview`` of the form ``values``."""
        super().__init__()
        self._case_id = case_id
        self._who = name
        self._preview = preview
        self._values = values
        self._busy = False

    def resume(self) -> None:
        """The form with its draft comes back instead."""
        return

    def body(self) -> Iterable[Widget]:
        """The facts, scrollable."""
        with VerticalScroll(id="preview", classes="pane"):
            yield Prose(id="facts")

    def on_mount(self) -> None:
        """Name the step."""
        self.title_line.show(f"{_('同意の記録')}  {self._who}", _("2/3 渡る内容の確認"))
        self.show_sync()

    def on_resize(self) -> None:
        """Lay the facts out for this width."""
        self.query_one("#facts", Prose).update(*preview_content(self._preview, self.size.width - 4))

    def action_record(self) -> None:
        """Ask once more."""
        count = len(self._preview.facts)
        text = _(
            "3/3 記録します。保存すると、この{n}件を開く鍵が {who} に渡ります。\n"
            "撤回すると、その後の記録は開けなくなります。すでに読まれたものは消せません。"
        ).format(n=count, who="、".join(self._preview.recipients))
        self.app.push_screen(Confirm(Question(text, _("記録して共有を始める"))), self._sure)

    def _sure(self, sure: bool | None) -> None:  # noqa: FBT001  # the answer of a question
        if not sure or self._busy:
            return
        self._busy = True
        case_id, values = self._case_id, dict(self._values)

        def work(desk: Desk) -> None:
            desk.record_consent(case_id, values)
            desk.drop_form(f"consent:{case_id}")

        self.ask(work, self._recorded, group="save", failed=self._failed)

    def _failed(self, error: Any) -> None:
        self._busy = False
        self.tell(error)

    def _recorded(self, _result: None) -> None:
        from wardclient.screens.consent_state import ConsentStateScreen

        self.app.pop_screen()
        self.app.pop_screen()
        self.app.push_screen(ConsentStateScreen(self._case_id))


def preview_content(preview: ConsentPreview, room: int) -> list[Part]:
    """Return the preview laid out for ``room`` cells."""
    label_cells = min(max((width(f.label) for f in preview.facts), default=0), 24)
    parts: list[Part] = []
    for warning in preview.warnings:
        parts += [(f"{warning}\n", "bold $ward-warn")]
    parts.append((_("ハローワークに渡る内容") + "\n", "bold $ward-accent"))
    for (item, label), facts in groupby(
        sorted(preview.facts, key=lambda f: f.item), key=lambda f: (f.item, f.item_label)
    ):
        parts.append((f"\n {item} {label}\n", "$ward-good"))
        for fact in facts:
            lines = wrap(fact.shown, room - label_cells - 6)
            parts += [
                (f"    {pad(cut(fact.label, label_cells), label_cells)}  ", "$ward-quiet"),
                f"{lines[0]}\n",
            ]
            parts += [f"{' ' * (label_cells + 6)}{line}\n" for line in lines[1:]]
    if not preview.facts:
        parts.append((" " + _("いま渡るものはありません。") + "\n", "$ward-quiet"))
    for label in preview.empty_items:
        parts += [
            (f"\n {label}", "$ward-good"),
            ("  " + _("まだ内容がありません。今後の記録が渡ります。"), "$ward-quiet"),
        ]
    rows = (
        (_("受け取るもの"), "  ".join(preview.to_city)),
        (_("渡す相手"), "、".join(preview.recipients)),
        (_("期間"), preview.period),
    )
    parts.append("\n\n")
    for label, value in rows:
        lines = wrap(value, room - 16)
        parts += [
            (f" {pad(label, 14)}", "$ward-quiet"),
            f"{lines[0]}\n",
            *(f"{' ' * 15}{x}\n" for x in lines[1:]),
        ]
    return parts
