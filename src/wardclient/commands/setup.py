"""First run of a PC: found a ward, or join with an invite."""

import argparse
from collections.abc import Callable, Mapping

from wardclient.commands.output import Printer
from wardclient.commands.run import home_of, passphrase_of


def _found(arguments: argparse.Namespace, printer: Printer) -> None:
    from wardclient.desk.setup import found

    card = found(
        home_of(arguments),
        passphrase_of(arguments, new=True),
        server=arguments.server,
        ward_code=arguments.ward,
        label=arguments.label,
        team=arguments.team,
        roles=_roles(arguments.roles),
    )
    printer.result(card, (f"区の番号  {card.ward}", f"照合語    {card.words}"))


def _join(arguments: argparse.Namespace, printer: Printer) -> None:
    from wardclient.desk.setup import join

    def show(code: str) -> None:
        printer.say(
            f"照合番号 {code[:4]} {code[4:]}  管理者の画面に入力してもらってください。待っています。",
            f"Comparison code {code[:4]} {code[4:]}: have the admin type it. Waiting.",
        )
        if arguments.code_file is not None:
            arguments.code_file.write_text(code + "\n", encoding="ascii")

    card = join(
        home_of(arguments),
        passphrase_of(arguments, new=True),
        invite=arguments.invite,
        label=arguments.label,
        show_code=show,
        wait_seconds=arguments.wait,
    )
    printer.result(card, (f"区の番号  {card.ward}", f"照合語    {card.words}"))


def _roles(text: str) -> tuple[str, ...]:
    return tuple(sorted({role.strip() for role in text.split(",") if role.strip()}))


ACTS: Mapping[str, Callable[[argparse.Namespace, Printer], None]] = {"found": _found, "join": _join}
