r"""Draw what a program shows on a terminal, every cell where a terminal puts it.

    .venv/bin/python scripts/picture.py --columns 80 --rows 24 \
        --step 'wait 解錠' --step 'type 合言葉' --step 'press enter' --step 'wait 本日' \
        --step 'shoot docs/pictures/today.svg' -- .venv/bin/python -m wardclient --home /some/home

The program runs on a real pseudo-terminal. Steps (or a file of them, a line each, ``--steps F``;
``#`` begins a comment line):

    wait TEXT      until TEXT stands on the screen        gone TEXT    until it does not
    press KEY ...  keys by Textual's names                type TEXT    text, as an input method commits it
    size COLS ROWS another window size                    quiet        until nothing is painted for 0.3 s
    shoot FILE     a picture: .svg, or .txt for the bare text

Textual's own SVG export shifts full-width text; here each character stands at its cell, and lines
and blocks are drawn, so that frames close whatever font the reader has. POSIX only.
"""

import argparse
import shlex
import sys
from html import escape
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.terminal import Terminal, TimedOutError  # noqa: E402 - found through the line above

CELL, LINE, SIZE, BASE = 10, 22, 19, 17
"""Pixels: width and height of a cell, size of the type, its base line from the cell's top."""
FONTS = "'Noto Sans Mono CJK JP','BIZ UDGothic','MS Gothic','Osaka-Mono',monospace"
INK, PAPER = "#d8d8d8", "#101010"
NAMED = {
    "black": "#000000",
    "red": "#cd3131",
    "green": "#0dbc79",
    "brown": "#e5e510",
    "blue": "#2472c8",
    "magenta": "#bc3fbc",
    "cyan": "#11a8cd",
    "white": "#e5e5e5",
    "brightblack": "#666666",
    "brightred": "#f14c4c",
    "brightgreen": "#23d18b",
    "brightbrown": "#f5f543",
    "brightblue": "#3b8eea",
    "brightmagenta": "#d670d6",
    "brightcyan": "#29b8db",
    "brightwhite": "#ffffff",
}
ARMS = {
    **dict.fromkeys("─━╌┄", "lr"),
    **dict.fromkeys("│┃╎┆", "ud"),
    **dict.fromkeys("┌╭┏", "rd"),
    **dict.fromkeys("┐╮┓", "ld"),
    **dict.fromkeys("└╰┗", "ru"),
    **dict.fromkeys("┘╯┛", "lu"),
    **dict.fromkeys("├┣", "udr"),
    **dict.fromkeys("┤┫", "udl"),
    **dict.fromkeys("┬┳", "lrd"),
    **dict.fromkeys("┴┻", "lru"),
    **dict.fromkeys("┼╋", "lrud"),
    "╸": "l",
    "╺": "r",
    "╴": "l",
    "╶": "r",
}
"""The directions in which a box-drawing character leaves the middle of its cell."""
HEAVY = frozenset("━┃┏┓┗┛┣┫┳┻╋╸╺")

Box = tuple[float, float, float, float]


def blocks() -> dict[str, Box]:
    """Return the part of a cell (x, y, width, height, of 1) that each block element fills."""
    parts: dict[str, Box] = {
        "▀": (0, 0, 1, 0.5),
        "▐": (0.5, 0, 0.5, 1),
        "▔": (0, 0, 1, 1 / 8),
        "▕": (7 / 8, 0, 1 / 8, 1),
    }
    for eighths in range(1, 9):
        parts[chr(0x2580 + eighths)] = (0, 1 - eighths / 8, 1, eighths / 8)
        parts[chr(0x2590 - eighths)] = (0, 0, eighths / 8, 1)
    return parts


BLOCKS = blocks()


def colour(name: str, default: str) -> str:
    """Return the CSS colour of what the emulator calls ``name``."""
    if name == "default":
        return default
    return NAMED.get(name, f"#{name}")


def inks(cell: Any) -> tuple[str, str]:
    """Return the colours of a cell's character and of its paper."""
    ink, paper = colour(cell.fg, INK), colour(cell.bg, PAPER)
    return (paper, ink) if cell.reverse else (ink, paper)


def rectangle(x: float, y: float, width: float, height: float, fill: str) -> str:
    """Return one filled rectangle, in pixels."""
    return f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" fill="{fill}"/>'


def frame_piece(character: str, x: int, y: int, ink: str) -> str:
    """Return a box-drawing character as lines from the middle of its cell to its edges."""
    thick = 4 if character in HEAVY else 2
    middle, half = x + CELL / 2, thick / 2
    centre = y + LINE / 2
    pieces = {
        "l": (x, centre - half, CELL / 2 + half, thick),
        "r": (middle - half, centre - half, CELL / 2 + half, thick),
        "u": (middle - half, y, thick, LINE / 2 + half),
        "d": (middle - half, centre - half, thick, LINE / 2 + half),
    }
    return "".join(rectangle(*pieces[arm], fill=ink) for arm in ARMS[character])


def glyph(cell: Any, x: int, y: int, ink: str) -> str:
    """Return what stands in one cell, its top left at pixel (x, y)."""
    character = cell.data
    if character in ARMS:
        return frame_piece(character, x, y, ink)
    if character in BLOCKS:
        left, top, width, height = BLOCKS[character]
        return rectangle(x + left * CELL, y + top * LINE, width * CELL, height * LINE, ink)
    style = (' font-weight="bold"' if cell.bold else "") + (' font-style="italic"' if cell.italics else "")
    line = ' text-decoration="underline"' if cell.underscore else ""
    line = ' text-decoration="line-through"' if cell.strikethrough else line
    return f'<text x="{x}" y="{y + BASE}" fill="{ink}"{style}{line}>{escape(character)}</text>'


def draw(screen: Any) -> str:
    """Return ``screen`` (of pyte) as SVG."""
    paper: list[str] = []
    ink: list[str] = []
    for row in range(screen.lines):
        line, y = screen.buffer[row], row * LINE
        start, shown = 0, PAPER
        for column in range(screen.columns + 1):
            here = inks(line[column])[1] if column < screen.columns else None
            if here != shown:
                if shown != PAPER and column > start:
                    # A little more than its cells, or a viewer shows hair lines between the rows.
                    paper.append(rectangle(start * CELL, y, (column - start) * CELL, LINE + 0.5, shown))
                start, shown = column, here or PAPER
            if here is not None and line[column].data.strip(" \u3000"):
                ink.append(glyph(line[column], column * CELL, y, inks(line[column])[0]))
    width, height = screen.columns * CELL, screen.lines * LINE
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" font-family="{FONTS}" font-size="{SIZE}" xml:space="preserve">\n'
        f"{rectangle(0, 0, width, height, PAPER)}\n" + "\n".join((*paper, *ink)) + "\n</svg>\n"
    )


def perform(terminal: Terminal, step: str) -> None:
    """Do one line of the script. Raises ValueError for a word it does not know."""
    verb, _, rest = step.strip().partition(" ")
    match verb:
        case "wait":
            terminal.wait_for(rest)
        case "gone":
            terminal.wait_gone(rest)
        case "press":
            terminal.press(*rest.split())
        case "type":
            terminal.type(rest)
        case "size":
            columns, rows = map(int, rest.split())
            terminal.resize(columns, rows)
        case "quiet":
            terminal.wait_quiet()
        case "shoot":
            terminal.wait_quiet()
            Path(rest).parent.mkdir(parents=True, exist_ok=True)
            text = terminal.screen_text() + "\n" if rest.endswith(".txt") else draw(terminal.screen)
            Path(rest).write_text(text, encoding="utf-8")
        case _:
            raise ValueError(step)


def read_steps(options: argparse.Namespace) -> list[str]:
    """Return the steps of the file, then those of the command line."""
    lines = Path(options.steps).read_text(encoding="utf-8").splitlines() if options.steps else []
    return [line for line in (*lines, *options.step) if line.strip() and not line.startswith("#")]


def main() -> int:
    """Run the program through the steps; 1 with the screen on stderr when one cannot be done."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--columns", type=int, default=80)
    parser.add_argument("--rows", type=int, default=24)
    parser.add_argument("--steps", metavar="FILE")
    parser.add_argument("--step", action="append", default=[], metavar="STEP")
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    with Terminal(options.command, columns=options.columns, rows=options.rows) as terminal:
        for step in read_steps(options):
            try:
                perform(terminal, step)
            except (TimedOutError, ValueError, KeyError) as error:
                sys.stderr.write(f"{step}\n{error}\n({shlex.join(options.command)})\n")
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
