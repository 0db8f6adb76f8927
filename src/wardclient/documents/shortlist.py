"""候補求人 for the person to take home: the openings picked for them, each with every condition (domain 7.6).

The conditions are quoted from the file word for word and nothing of them is left out. What is ours on the paper is
held to the rule of an employer's paper: the person shows it at an interview more often than not.
"""

from dataclasses import dataclass

from wardclient.documents.casefile import Line
from wardclient.documents.paper import Block, Heading, NextPage, Notice, Paper, Rows, Table, plain
from wardclient.documents.words import era

INTRODUCTION = (
    "気になる求人に印を付けて、次の相談のときにお持ちください。応募するかどうかは、ご本人が決めます。"
)
HEADER = ("順", "求人番号", "職種", "就業場所", "賃金", "応募したい・迷う・しない")


@dataclass(frozen=True, slots=True)
class OpeningValues:
    """One opening as the person may read it. ``conditions``: all of them; none where no sheet is at hand."""

    opening_no: str
    job_title: str
    place: str
    pay: str
    reason: str
    word: str
    warning: str
    """Why nobody can be referred to it now; empty where that is possible."""
    conditions: tuple[Line, ...]
    origin: str


@dataclass(frozen=True, slots=True)
class ShortlistValues:
    """The list, the first choice first."""

    name: str
    openings: tuple[OpeningValues, ...]
    office: str
    printed_on: str


def shortlist_paper(values: ShortlistValues) -> Paper:
    """Return the 候補求人: a table to tick on the first page, then each opening on pages of its own."""
    table = tuple(
        (str(number), each.opening_no, each.job_title, each.place, each.pay, "")
        for number, each in enumerate(values.openings, 1)
    )
    sheets = [block for number, each in enumerate(values.openings, 1) for block in _sheet(number, each)]
    return Paper(
        "候補求人",
        (
            Rows((("氏名", f"{values.name} 様"),)),
            plain(INTRODUCTION),
            Table(HEADER, table, quoted=True),
            *sheets,
        ),
        date=era(values.printed_on),
        sender=(values.office,),
        for_employer=True,
    )


def _sheet(number: int, each: OpeningValues) -> list[Block]:
    own = tuple(
        (label, text) for label, text in (("選んだ理由", each.reason), ("本人の希望", each.word)) if text
    )
    return [
        NextPage(),
        Heading(f"{number}  {each.job_title}  {each.opening_no}", quoted=True),
        *([Notice(each.warning)] if each.warning else []),
        *([Rows(own)] if own else []),
        *([Rows(each.conditions, quoted=True)] if each.conditions else []),
        *(plain(line) for line in each.origin.splitlines()),
    ]
