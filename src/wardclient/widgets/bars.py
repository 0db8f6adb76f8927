"""Bars and cards: the consent bar, tabs, a conflict card, progress, a question before something final."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from textual.app import ComposeResult, RenderResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Button, Static

from wardclient.casework.calendar import JAPAN, format_month_day
from wardclient.desk.rows import ConflictView, ConsentView, HeadView, Progress
from wardclient.locale import _
from wardclient.widgets.cells import cut, fit, pad, width, wrap
from wardclient.widgets.prose import Prose

PAIR = 2
_QUIET_STATES = ("none", "refused", "withdrawn", "expired")


class ConsentBar(Prose):
    """Always on top of a case, always in the same place: what the other side sees."""

    def __init__(self) -> None:
        """Empty until a case is there."""
        super().__init__()

    def show(self, consent: ConsentView) -> None:
        """Show a consent's sentence; its colour repeats the state."""
        state = consent.state
        self.set_class(state in _QUIET_STATES, "-nothing")
        self.set_class(state in ("pending", "ending"), "-waiting")
        self.update(consent.bar)


class TabLine(Widget):
    """Names of the parts of a screen; the open one in brackets. Clickable, and moved by the screen's keys."""

    class Picked(Message):
        """Another part was chosen."""

        def __init__(self, index: int) -> None:
            """Keep which."""
            super().__init__()
            self.index = index

    def __init__(self, names: Sequence[str], *, id: str | None = None) -> None:  # noqa: A002
        """Show ``names``, the first one open."""
        super().__init__(id=id)
        self.names = tuple(names)
        self.at = 0

    def show(self, names: Sequence[str], at: int) -> None:
        """Show other names, or another one open."""
        if (tuple(names), at) != (self.names, self.at):
            self.names, self.at = tuple(names), at
            self.refresh()

    def _places(self) -> list[tuple[int, int, str]]:
        found, x = [], 0
        for index, name in enumerate(self.names):
            text = f"[{name}]" if index == self.at else f" {name} "
            found.append((x, x + width(text), text))
            x += width(text) + 1
        return found

    def render(self) -> RenderResult:
        """Draw the names."""
        parts: list[tuple[str, str] | str] = []
        for index, (_start, _end, text) in enumerate(self._places()):
            parts += [(text, "bold $ward-accent" if index == self.at else "$ward-quiet"), " "]
        return Content.assemble(*parts)

    def on_click(self, event: Click) -> None:
        """Open the part under the mouse."""
        for index, (start, end, _text) in enumerate(self._places()):
            if start <= event.x < end:
                self.post_message(self.Picked(index))


class ConflictCard(Widget):
    """Two values that were written without knowledge of each other, side by side with their authors."""

    def __init__(self, conflict: ConflictView | None = None) -> None:
        """Show ``conflict``."""
        super().__init__()
        self._conflict = conflict

    def show(self, conflict: ConflictView) -> None:
        """Show another one."""
        self._conflict = conflict
        self.refresh(layout=True)

    def render(self) -> RenderResult:
        """Draw sentence, both values, what stood before, what is kept."""
        view = self._conflict
        if view is None:
            return Content("")
        room = max(self.size.width - 2, 20)
        half = min((room - 3) // 2, 46)
        count = len(view.heads)
        sentence = _("{label}が、おたがいの変更を知らないまま{count}か所で直されました。").format(
            label=view.label, count=count
        )
        left, right = _head_lines(view.heads[0], half), _head_lines(view.heads[1], half)
        titles = (_("いま表示している値"), _("もう一つの値"))
        lines: list[tuple[str, str] | str] = [sentence, "\n\n"]
        lines += [(f"  {fit(titles[0], half)} {titles[1]}\n", "$ward-quiet")]
        for row in range(max(len(left), len(right))):
            mine = left[row] if row < len(left) else ""
            other = right[row] if row < len(right) else ""
            style = "bold $ward-accent" if row < _value_lines(view, half) else "$ward-text"
            lines.append((f"  {fit(mine, half)} {cut(other, half)}\n", style))
        if count > PAIR:
            lines += [
                "\n",
                _("ほかに {n} つの値があります。決めると続けて出ます。").format(n=count - PAIR),
                "\n",
            ]
        if view.before:
            lines += ["\n", (pad(_("前の値"), 8), "$ward-quiet"), view.before, "\n"]
        lines += ["\n", _("どちらを選んでも、もう一つの値と選んだ人は経過に残ります。")]
        return Content.assemble(*lines)


def _value_lines(view: ConflictView, room: int) -> int:
    return max(len(wrap(head.shown, room)) for head in view.heads[:2])


def _head_lines(head: HeadView, room: int) -> list[str]:
    side = {"city": _("区"), "hellowork": "HW"}.get(head.team, "")
    lines = wrap(head.shown or _("(空)"), room)
    lines.append(f"{head.author} ({side})" if side else head.author)
    lines.append(f"{_('書いた時刻')} {moment(head.written_at)}")
    if head.received_at:
        lines.append(f"{_('届いた時刻')} {moment(head.received_at)}")
    return lines


def moment(iso: str) -> str:
    """Return a time as 11月24日 09:38, empty for none."""
    if not iso:
        return ""
    try:
        at = dt.datetime.fromisoformat(iso)
    except ValueError:
        return iso
    here = at.astimezone(JAPAN) if at.tzinfo else at
    return f"{format_month_day(here.date())} {here:%H:%M}"


class ProgressPanel(Static):
    """How far a long piece of work is, in numbers and a bar of blocks; painted on each message only."""

    def __init__(self) -> None:
        """Nothing under way."""
        super().__init__("", markup=False)

    def show(self, progress: Progress | None) -> None:
        """Show how far it is; None takes it away."""
        if progress is None:
            self.update(Content(""))
            return
        rows = _("{rows:,} 行").format(rows=progress.rows)
        if not progress.total:
            self.update(Content(f"{progress.text or _('読んでいます')}  {rows}"))
            return
        share = min(progress.done / progress.total, 1.0)
        full = int(share * 40)
        bar = "█" * full + "░" * (40 - full)
        self.update(Content.assemble((bar, "$ward-accent"), f"  {share:>4.0%}  {rows}  {progress.text}"))


@dataclass(frozen=True, slots=True)
class Question:
    """What to ask before something final: a sentence or more, and the verb of the button that does it."""

    text: str
    verb: str
    serious: bool = False


class Confirm(ModalScreen[bool]):
    """Answers True only when the person presses the verb; begins on the safe button."""

    BINDINGS = [
        Binding("escape", "dismiss(False)", show=False),
        Binding("left,right,up,down", "other", show=False),
    ]
    AUTO_FOCUS = "#no"

    def __init__(self, question: Question) -> None:
        """Ask ``question``."""
        super().__init__()
        self._question = question

    def compose(self) -> ComposeResult:
        """The sentence and the two buttons."""
        with Vertical(classes="box"):
            yield Prose(self._question.text, classes="box-text")
            with Horizontal(classes="box-buttons"):
                yield Button(Content(_("やめる")), id="no", compact=True)
                yield Button(
                    Content(self._question.verb),
                    id="yes",
                    compact=True,
                    classes="-serious" if self._question.serious else "",
                )

    def action_other(self) -> None:
        """Go to the other button."""
        self.focus_next("Button")

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answer."""
        self.dismiss(event.button.id == "yes")
