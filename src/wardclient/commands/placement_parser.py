"""What may be typed after ``placement``, ``retention`` and ``registration``. Imports nothing heavy."""

import argparse
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001


def add_parsers(commands: "Commands") -> None:
    """Add the three commands to the parser."""
    placement = _group(commands, "placement", "就職 / placements")
    placement.add_parser("list", help="ケースの就職 / placements of a case").add_argument("id", metavar="ID")
    add = placement.add_parser(
        "add",
        help="就職を登録 / write down a job",
        epilog=(
            "相手側が同じ就職を登録していても、就職は1件と数え、紹介主体は両方を残します。 / "
            "A job that the other office wrote down, too, counts once; both channels stay. "
            "contract_term=2 (4か月以上): contract_until= が分かると、6か月以上の常用かどうかも出します。"
        ),
    )
    add.add_argument("id", metavar="ID")
    _values(add)
    strike = placement.add_parser(
        "strike",
        help="誤った申告を取り消す / strike out a claim made in error (reason=; stands=PLACEMENT)",
        epilog=(
            "取り消せるのは自分の側の申告だけです。申告は消えず、取消しとして残ります。同じ就職を二重に登録したときは "
            "stands= で残る申告を示します。 / Only a claim of the own office; it stays, marked. Where one job was "
            "written down twice, stands= names the claim that is right."
        ),
    )
    strike.add_argument("id", metavar="ID")
    strike.add_argument("placement", metavar="PLACEMENT")
    _values(strike)
    retention = _group(commands, "retention", "定着の確認 / checks of retention")
    retention.add_parser("due", help="確認の時期が来たもの / checks that are due")
    check = retention.add_parser(
        "check",
        help="確認を登録 / note a check (retention=1 継続, 2 転職, 3 離職; left_on=; accompanied_by=)",
    )
    check.add_argument("id", metavar="ID")
    check.add_argument("placement", metavar="PLACEMENT")
    _values(check)
    registration = _group(commands, "registration", "求職登録 / job-seeker registrations")
    due = registration.add_parser("due", help="期限が近い・過ぎたもの / those that lapse soon or have lapsed")
    due.add_argument("--days", type=int, default=30, help="何日先まで / days ahead")


def _group(commands: "Commands", name: str, text: str) -> "Commands":
    return commands.add_parser(name, help=text).add_subparsers(dest="act", metavar="ACT", required=True)


def _values(act: argparse.ArgumentParser) -> None:
    act.add_argument("set", nargs="*", metavar="FIELD=VALUE", help="欄=値 / field=value")
    act.add_argument(
        "--values",
        metavar="FILE",
        help="JSON object; - reads standard input (keeps names off the command line)",
    )
