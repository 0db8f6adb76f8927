"""What the screens and commands see of papers (様式): frozen values."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class PaperChoice:
    """A paper in the list of a case; ``why_not`` is empty when it can be made."""

    kind: str
    title: str
    why_not: str


@dataclass(frozen=True, slots=True)
class PrintedPaper:
    """A made paper: its bytes and its outline."""

    kind: str
    title: str
    serial: str
    outline: tuple[str, ...]
    pdf: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class PaperRecord:
    """One of several records that a paper can be made of: its id and what it is called."""

    record: str
    title: str


@dataclass(frozen=True, slots=True)
class PrintRow:
    """A print in the history of a case, also one of the other office.

    ``undone``: why nothing came of it. ``unsure``: why it is not known whether the paper came out; empty when it is.
    """

    serial: str
    title: str
    printed_on: str
    author: str
    team: str
    undone: str = ""
    unsure: str = ""
