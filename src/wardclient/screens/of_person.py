"""A screen about a part of one person's case: whose it is stands in the title, and the case's changes repaint it."""

from typing import ClassVar

from wardclient.desk.rows import Change
from wardclient.keys import CURTAIN, HELP, Key
from wardclient.locale import _
from wardclient.screens.base import WorkScreen, bindings


class PersonScreen(WorkScreen):
    """The title names the person: whoever comes back to the PC sees whose record is open."""

    KEYS: ClassVar[tuple[Key, ...]] = (HELP, CURTAIN)
    BINDINGS = bindings(KEYS)

    def __init__(self, case_id: str) -> None:
        """Show a part of a case."""
        super().__init__()
        self.case_id = case_id
        self.person = ""
        """The name, as soon as it is known."""

    def on_mount(self) -> None:
        """Ask for what is shown, and for whose it is."""
        self.show_title()
        self.show_sync()
        case_id = self.case_id
        self.ask(lambda desk: desk.case_name(case_id), self._named, group="name")
        self.redraw()

    def _named(self, name: str) -> None:
        self.person = name
        self.show_title()

    def show_title(self) -> None:
        """Show what this is and whose."""
        self.title_line.show(f"{_(self.TITLE_TEXT)}  {self.person}".rstrip())

    def concerns(self, change: Change) -> bool:
        """This case; what came by the sync does not name its cases."""
        return self.case_id in change.case_ids or (not change.case_ids and "case" in change.kinds)
