"""The project's picture maker: every character at the cell where a terminal puts it."""

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pyte
import pytest

from scripts import picture

ROOT = Path(__file__).resolve().parents[2]
SVG = "{http://www.w3.org/2000/svg}"


def drawn(output: str, columns: int = 20, rows: int = 3) -> ET.Element:
    """Return the picture of a small screen on which a program wrote ``output``."""
    screen = pyte.Screen(columns, rows)
    pyte.Stream(screen).feed(output)
    return ET.fromstring(picture.draw(screen))  # noqa: S314 - our own text


def places(image: ET.Element) -> dict[str, tuple[int, int]]:
    """Return the cell (column, row) of each character."""
    return {
        text.text or "": (
            int(text.attrib["x"]) // picture.CELL,
            (int(text.attrib["y"]) - picture.BASE) // picture.LINE,
        )
        for text in image.iter(f"{SVG}text")
    }


def test_full_width_characters_take_two_cells() -> None:
    """What follows a full-width character stands two cells further on, a half-width one one."""
    assert places(drawn("佐a藤\r\nｻb")) == {"佐": (0, 0), "a": (2, 0), "藤": (3, 0), "ｻ": (0, 1), "b": (1, 1)}


def test_colours_and_reverse_are_those_of_the_screen() -> None:
    """A coloured run has one paper behind it, and reverse exchanges the two colours."""
    image = drawn("\x1b[38;2;1;2;3;48;2;250;251;252m名\x1b[7m字\x1b[0m")
    inks = {text.text: text.attrib["fill"] for text in image.iter(f"{SVG}text")}
    papers = [(r.attrib["x"], r.attrib["width"], r.attrib["fill"]) for r in image.iter(f"{SVG}rect")][1:]
    assert inks == {"名": "#010203", "字": "#fafbfc"}
    assert papers == [("0", "20", "#fafbfc"), ("20", "20", "#010203")]


def test_frames_are_drawn_and_close_between_cells() -> None:
    """A corner and the line beside it touch at the edge of their cells, whatever the font."""
    image = drawn("┌─")
    assert not list(image.iter(f"{SVG}text"))
    spans = sorted(
        (float(r.attrib["x"]), float(r.attrib["x"]) + float(r.attrib["width"]))
        for r in list(image.iter(f"{SVG}rect"))[1:]
        if float(r.attrib["width"]) > float(r.attrib["height"])
    )
    assert spans[0][1] == picture.CELL == spans[1][0]


@pytest.mark.parametrize("character", ["<", "&", '"'])
def test_characters_of_the_format_are_escaped(character: str) -> None:
    """Text that looks like markup is shown, not read."""
    assert places(drawn(character)) == {character: (0, 0)}


def test_a_program_is_driven_and_pictured(tmp_path: Path) -> None:
    """The command line runs a real program through its steps and leaves the picture and the text."""
    steps = tmp_path / "steps.txt"
    steps.write_text(
        f"# who\nwait 鶴見区\ntype 渡邊\npress enter\nwait 渡邊さん\nshoot {tmp_path / 'out' / 'a.svg'}\n"
    )
    command = [
        sys.executable,
        "scripts/picture.py",
        "--steps",
        str(steps),
        "--step",
        f"shoot {tmp_path / 'a.txt'}",
    ]
    tiny = [sys.executable, "tests/house/tiny_app.py"]
    subprocess.run([*command, "--columns", "60", "--", *tiny], cwd=ROOT, check=True, timeout=60)
    assert "渡邊さん、こんにちは" in (tmp_path / "a.txt").read_text(encoding="utf-8")
    image = ET.parse(tmp_path / "out" / "a.svg").getroot()  # noqa: S314 - our own file
    assert image.attrib["width"] == str(60 * picture.CELL)
    assert places(image)["邊"][0] - places(image)["渡"][0] == 2


def test_a_step_that_cannot_be_done_shows_the_screen_and_fails(tmp_path: Path) -> None:
    """A misspelt step ends with a code, the step and no picture."""
    command = [sys.executable, "scripts/picture.py", "--step", "shot x.svg", "--", "cat"]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True, timeout=60)
    assert (done.returncode, "shot x.svg" in done.stderr) == (1, True)
