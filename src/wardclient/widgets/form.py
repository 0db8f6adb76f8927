"""A form: label, field and, under the field, what is wrong with it. Built from the field's own table.

Rules answer on leaving a field and on saving, never at each key: a half-typed date is no mistake.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.events import DescendantBlur
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static, TextArea

from wardclient.casework import reference
from wardclient.casework.field import Field, Form
from wardclient.casework.problems import Problem
from wardclient.casework.validation import normalise_value, validate_value
from wardclient.locale import _, language
from wardclient.widgets.choices import CheckField, ChecksField, ChoiceField, Edited
from wardclient.widgets.ime import ImeTextArea
from wardclient.widgets.prose import Prose
from wardclient.widgets.typed import KanaInput, MomentInput, PlainInput, WarekiInput

Values = Mapping[str, object]
EMPTY: tuple[object, ...] = (None, "", [], ())


class _Typed(Protocol):
    """What a typed field can do."""

    def fill(self, value: object) -> None: ...

    def read(self) -> object: ...

    def note(self) -> str: ...


class FormField(Vertical):
    """One field of a form."""

    def __init__(self, field: Field, *, hint: str = "", editor: Widget | None = None) -> None:
        """Make the row of ``field``; ``hint`` is a word at its right, ``editor`` another way to enter it."""
        super().__init__(classes="form-field")
        self.field = field
        self._hint = hint
        self.editor = editor or editor_of(field)
        self._label = Static(_label(field), markup=False, classes="form-label")
        self._note = Static(Content(hint), markup=False, classes="form-note")
        self._note.display = bool(hint)
        self._problem = Prose(classes="form-problem")
        self._problem.display = False
        self._wrong = ""

    def compose(self) -> ComposeResult:
        """Label, field and note in a row, the problem under it."""
        with Horizontal(classes="form-row"):
            yield self._label
            yield self.editor
            yield self._note
        yield self._problem

    @property
    def value(self) -> object:
        """The value as it would be stored."""
        match self.editor:
            case CheckField():
                return self.editor.checked
            case ChoiceField():
                chosen = self.editor.value
                return ([chosen] if chosen else []) if self.field.form in _LIST_CHOICES else chosen
            case ChecksField():
                return self.editor.value
            case ImeTextArea():
                text = self.editor.text
                if self.field.form is Form.LONG_TEXT:
                    return text
                return [line.strip() for line in text.splitlines() if line.strip()]
            case _:
                typed: _Typed = self.editor  # type: ignore[assignment]
                return typed.read()

    def fill(self, value: object) -> None:
        """Show a value."""
        match self.editor:
            case ChoiceField() if self.field.form in _LIST_CHOICES:
                self.editor.fill(value[0] if isinstance(value, list | tuple) and value else "")
            case ChoiceField() | ChecksField():
                self.editor.fill(value)
            case ImeTextArea():
                text = "\n".join(map(str, value)) if isinstance(value, list | tuple) else str(value or "")
                if text != self.editor.text:
                    self.editor.load_text(text)
            case _:
                typed: _Typed = self.editor  # type: ignore[assignment]
                typed.fill(value)
        self.show_note()

    def show_note(self) -> None:
        """Show what the field says of its value: the other calendar, the katakana."""
        say = getattr(self.editor, "note", None)
        text = (say() if say is not None else "") or self._hint
        self._note.update(Content(text))
        self._note.display = bool(text)

    def set_hint(self, hint: str) -> None:
        """Show another word at the right of the field."""
        self._hint = hint
        self.show_note()

    def show_problem(self, text: str) -> None:
        """Show what is wrong, nothing when nothing is."""
        self._wrong = text
        self._problem.update(text)
        self._problem.display = bool(text)

    @property
    def problem(self) -> str:
        """What is said to be wrong."""
        return self._wrong

    def check(self) -> None:
        """Say what is wrong with what was typed; an empty field is not yet wrong, a choice never is."""
        if not isinstance(self.editor, ChoiceField | ChecksField):
            self.show_problem(self.misread)

    @property
    def misread(self) -> str:
        """Why what was typed cannot be read as what the field holds; nothing where it can, or is empty."""
        value = self.value
        if value in EMPTY or isinstance(self.editor, ChoiceField | ChecksField):
            return ""
        wrong = validate_value(self.field, normalise_value(self.field, value))
        return wrong[0].text(language()) if wrong else ""


_LIST_CHOICES = frozenset({Form.OFFICES})


class FormBody(VerticalScroll, can_focus=False):
    """Fields under one another; a second column where the screen is wide."""

    class Changed(Message):
        """Somebody changed a field: the draft is to be kept."""

    def __init__(
        self,
        fields: Sequence[FormField],
        *,
        id: str | None = None,  # noqa: A002  # Textual's name
        classes: str | None = None,
    ) -> None:
        """Hold ``fields`` in this order."""
        super().__init__(id=id, classes=classes)
        self._fields = tuple(fields)
        self._given: dict[str, object] = {}
        self._seen: dict[str, object] = {}

    def compose(self) -> ComposeResult:
        """All fields."""
        yield from self._fields

    def field(self, name: str) -> FormField:
        """Return a field by its name; KeyError for one that is not in this form."""
        return next(f for f in self._fields if f.field.name == name)

    def fill(self, values: Values) -> None:
        """Show values, and nothing in all other fields; the form does not count as changed by that."""
        for field in self._fields:
            field.fill(values.get(field.field.name))
        self._given = self._seen = self.values()

    def restore(self, values: Values) -> None:
        """Put back what was being typed, over what was given."""
        for field in self._fields:
            if field.field.name in values:
                field.fill(values[field.field.name])
        self._seen = self.values()

    def values(self) -> dict[str, object]:
        """Return the value of each field as it would be stored."""
        return {field.field.name: field.value for field in self._fields}

    def edited(self) -> dict[str, object]:
        """Return the values that differ from those given."""
        return {
            name: value
            for name, value in self.values().items()
            if value != self._given.get(name) and not (value in EMPTY and self._given.get(name) in EMPTY)
        }

    def show_problems(self, problems: Iterable[Problem], *, go: bool = True) -> tuple[Problem, ...]:
        """Show each problem under its field, go to the first; return those that have no field here.

        Without ``go`` nobody is taken from where they type.
        """
        by_name: dict[str, str] = {}
        rest = []
        names = {f.field.name for f in self._fields}
        for problem in problems:
            if problem.field in names:
                by_name.setdefault(problem.field, problem.text(language()))
            else:
                rest.append(problem)
        first: FormField | None = None
        for field in self._fields:
            told = by_name.get(field.field.name, "")
            # A rule says of 2月30日 that it is no day until today; that there is no such day says more.
            field.show_problem((field.misread or told) if told else "")
            if first is None and field.field.name in by_name:
                first = field
        if first is not None and go:
            first.editor.focus()
            # The line that tells of it takes a row of the form: look again once it is laid out.
            self.call_after_refresh(first.scroll_visible, animate=False, top=True)
        return tuple(rest)

    def focus_first(self) -> None:
        """Go to the first field."""
        if self._fields:
            self._fields[0].editor.focus()

    @on(Input.Changed)
    @on(TextArea.Changed)
    @on(Edited)
    def _note_edit(self, event: Message) -> None:
        event.stop()
        editor = event.editor if isinstance(event, Edited) else event._sender  # noqa: SLF001  # Textual's own
        row = _row_of(editor) if isinstance(editor, Widget) else None
        if row is not None:
            row.show_note()
            if isinstance(event, Edited):
                # What is chosen from a list is never wrong; that nothing was chosen is no longer true.
                row.show_problem("")
        # Filling a field posts the same messages as typing in it; only another value is a change.
        now = self.values()
        if now != self._seen:
            self._seen = now
            self.post_message(self.Changed())

    @on(Input.Submitted)
    def _go_on(self, event: Input.Submitted) -> None:
        event.stop()
        self.screen.focus_next()

    def on_descendant_blur(self, event: DescendantBlur) -> None:
        """Say what is wrong with the field that was left."""
        row = _row_of(event.widget)
        if row is not None:
            row.check()


def _row_of(widget: Widget) -> FormField | None:
    return next((node for node in widget.ancestors_with_self if isinstance(node, FormField)), None)


def _label(field: Field) -> Content:
    text = field.label(language())
    if not field.required:
        return Content(text)
    return Content.assemble(text, (f" {_('必須')}", "$ward-warn"))


def editor_of(field: Field) -> Widget:
    """Return the field's usual way of entering."""
    if field.codes is not None:
        choices = tuple((code.value, code.label(language())) for code in field.codes)
        if field.form is Form.CODES:
            return ChecksField(choices)
        return ChoiceField(choices, title=field.label(language()), required=field.required)
    match field.form:
        case Form.FLAG:
            return CheckField(title=field.label(language()))
        case Form.DATE:
            return WarekiInput()
        case Form.MOMENT:
            return MomentInput()
        case Form.KANA:
            return KanaInput()
        case Form.OFFICE | Form.OFFICES:
            offices = tuple((o.code, o.name) for o in reference.offices().values())
            return ChoiceField(offices, title=field.label(language()), required=field.required)
        case Form.LONG_TEXT:
            return ImeTextArea(classes="form-long")
        case Form.TEXTS:
            return ImeTextArea(classes="form-lines")
        case _:
            return PlainInput(field)
