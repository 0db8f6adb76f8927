"""What may be typed after ``export``. Imports nothing heavy."""

import argparse
from pathlib import Path


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``export`` to the parser."""
    group = commands.add_parser("export", help="一覧の書き出し / take lists out")
    acts = group.add_subparsers(dest="act", metavar="ACT", required=True)
    for name, text in (
        ("cases", "ケース一覧 / cases"),
        ("referrals", "紹介の一覧 / referrals"),
        ("steps", "取組の一覧 / steps of plans"),
        ("searches", "保存した検索 / saved searches"),
        ("openings", "求人は書き出せません / openings: refused by the terms of supply"),
    ):
        act = acts.add_parser(name, help=text)
        act.add_argument("--reason", required=True, help="理由 / why")
        act.add_argument("-o", "--output", type=Path, required=True, help="新しいファイル / a new file")
        _passphrase(act)
        act.add_argument("--plain", action="store_true", help="暗号化しない / not encrypted (supervisors)")
        act.add_argument("--query", default="")
        act.add_argument("--mine", action="store_true")
        act.add_argument("--status", default="")
        act.add_argument("--target-group", default="")
        act.add_argument("--consent", default="")
    acts.add_parser("log", help="書き出しの記録 / what was taken out on this PC")
    opened = acts.add_parser("open", help="暗号化したファイルを開く / open an encrypted file")
    opened.add_argument("file", type=Path, metavar="FILE")
    opened.add_argument("-o", "--output", type=Path, help="CSV を書く / write the CSV to a new file")
    _passphrase(opened)


def _passphrase(act: argparse.ArgumentParser) -> None:
    text = "ファイルの合言葉 / passphrase of the exported file"
    act.add_argument("--file-passphrase-file", type=Path, metavar="FILE", help=text)
