"""A staff member who types without pause, as a process of its own that a test may kill.

    python -m tests.journeys.typist HOME WORDS_FILE phone CASE FIRST
    python -m tests.journeys.typist HOME WORDS_FILE form FORM_ID FIRST
    python -m tests.journeys.typist HOME WORDS_FILE session SESSION FIRST

Goes through the same door as screen and command line. After each save that the desk has
acknowledged it prints its number on a line; it never ends by itself.
"""

import itertools
import sys
from pathlib import Path

from wardclient.desk.door import HomeDoor
from wardclient.desk.workstation import Workstation


def phone(number: int) -> str:
    """Return the invented phone number of a save."""
    return f"080{number:07d}"


def text(number: int) -> str:
    """Return the invented sentence of a save."""
    return f"{number}番目の文。夕方は18時が限度。"


def save(desk: Workstation, act: str, target: str, number: int) -> None:
    """Save once."""
    match act:
        case "phone":
            desk.change(target, "person", {"phone": phone(number)})
        case "form":
            desk.save_form(target, {"body": text(number)})
        case "session":
            desk.write_session(target, text(number))
        case _:
            raise ValueError(act)


def main() -> None:
    """Type until killed."""
    home, words, act, target, first = sys.argv[1:]
    passphrase = Path(words).read_text(encoding="utf-8").strip()
    desk = HomeDoor(Path(home), offline=True, background=False).unlock(passphrase)
    for number in itertools.count(int(first)):
        save(desk, act, target, number)
        print(number, flush=True)  # noqa: T201  # the acknowledgement that the test counts


if __name__ == "__main__":
    main()
