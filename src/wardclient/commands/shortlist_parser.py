"""What may be typed after ``shortlist``. Imports nothing heavy."""

import argparse
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001

WORDS = ("wants", "unsure", "declines", "taken_off")
"""Codes of the person's word, as `casework.shortlist` knows them."""


def add_parser(commands: "Commands") -> None:
    """Add the command to the parser."""
    acts = commands.add_parser("shortlist", help="候補求人 / openings picked for a person").add_subparsers(
        dest="act", metavar="ACT", required=True
    )
    acts.add_parser("list", help="ケースの候補求人 / the shortlist of a case").add_argument(
        "id", metavar="ID"
    )
    pick = acts.add_parser("pick", help="候補に加える / put openings on the list")
    pick.add_argument("id", metavar="ID")
    pick.add_argument("opening_no", nargs="+", metavar="OPENING")
    pick.add_argument("--reason", default="", help="選んだ理由(一行) / why, in one line")
    say = acts.add_parser(
        "say",
        help="本人の意向 / what the person says of an opening",
        epilog="wants 希望する, unsure 迷っている, declines 希望しない, taken_off 候補から外した",
    )
    say.add_argument("id", metavar="ID")
    say.add_argument("opening_no", metavar="OPENING")
    say.add_argument("state", choices=WORDS, metavar="WORD")
    say.add_argument("--note", default="", help="本人の言葉 / in the person's own words")
    say.add_argument(
        "--corrects", default="", metavar="STEP", help="訂正する意向 / the word that is struck out"
    )
    move = acts.add_parser("move", help="順を変える / change the order")
    move.add_argument("id", metavar="ID")
    move.add_argument("opening_no", metavar="OPENING")
    move.add_argument("by", type=int, metavar="N", help="下へいくつ(上へは負) / places down (up: negative)")
