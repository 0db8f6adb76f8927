"""Rules of the house that no linter knows, each with a proof that its search finds a breach."""

import ast
import io
import re
import subprocess
import tokenize
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src"
SCREEN_SIDE = ("screens", "widgets")
MOST_LINES = 400

LONGER: dict[str, tuple[int, str]] = {
    "src/wardclient/desk/rows.py": (
        480,
        "the whole catalogue of what the desk hands out: a person looks for a row in one place",
    ),
    "src/wardproto/control.py": (
        600,
        "one fold over one closed set of records: splitting it would hide the order",
    ),
}
"""Modules that may be longer, how long, and why."""

# With a class in each, so that this file does not break its own rule.
HOSTS = r"py[p]i\.org|python[h]osted\.org|registry\.npm[j]s|proxy\.gol[a]ng|deb\.deb[i]an\.org"
PATHS = r"/wor[k]/|/roo[t]/|/hom[e]/\w+/|/tmp/bash[_]jobs|[A-Z]:\\User[s]\\\w+"
LEAKS = re.compile(f"{HOSTS}|(?<![\\w.])(?:{PATHS})")

BOX_DRAWING = range(0x2500, 0x25A0)
LITERALS = {tokenize.STRING, getattr(tokenize, "FSTRING_MIDDLE", tokenize.STRING)}


def tracked() -> list[Path]:
    """Return the files of the project as git sees them: committed, or new and not ignored."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout.decode()
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def modules(*parts: str) -> list[Path]:
    """Return the modules below ``parts`` of src."""
    return sorted(SRC.joinpath(*parts).rglob("*.py"))


def report(path: Path, line: int, what: str) -> str:
    """Return one finding as an editor can open it."""
    shown = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
    return f"{shown.as_posix()}:{line}: {what}"


def docstring_lines(tree: ast.AST) -> set[int]:
    """Return the lines of docstrings and of texts that stand alone, which no person at a desk reads."""
    return {
        line
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }


def ambiguous(text: str) -> str:
    """Return the characters of ``text`` whose width a terminal may choose, box drawing and blocks apart."""
    return "".join(
        sorted(c for c in set(text) if unicodedata.east_asian_width(c) == "A" and ord(c) not in BOX_DRAWING)
    )


def ambiguous_literals(source: str) -> Iterator[tuple[int, str]]:
    """Yield line and characters of each string literal that holds one of ambiguous width.

    The source text counts, not the value: a table that must hold such a character (to fold it, say)
    writes it as an escape and is let through.
    """
    skipped = docstring_lines(ast.parse(source))
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type in LITERALS and token.start[0] not in skipped and ambiguous(token.string):
            yield token.start[0], ambiguous(token.string)


def widths_by_len(source: str) -> Iterator[tuple[int, str]]:
    """Yield line and wording of each place where characters are counted for columns of a screen."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Attribute(attr="ljust" | "rjust" | "center" as name)):
                yield node.lineno, f".{name}() pads by characters"
            case ast.FormattedValue(format_spec=ast.JoinedStr() as spec) if pads_text(spec):
                yield node.lineno, f"{ast.unparse(node)} pads by characters"
            case ast.keyword(arg=str(name), value=value) if is_width(name) and counts(value):
                yield value.lineno, f"{name}= by len()"
            case ast.Assign(targets=[target], value=value) if is_width(ast.unparse(target)) and counts(value):
                yield node.lineno, f"{ast.unparse(target)} by len()"
            case _:
                pass


def pads_text(spec: ast.JoinedStr) -> bool:
    """Return whether a format gives a width without a number's type: ``<20`` does, ``>5.1f`` does not."""
    written = "".join(str(part.value) if isinstance(part, ast.Constant) else "1" for part in spec.values)
    return re.fullmatch(r"(.?[<>^])?\d+s?", written) is not None


def is_width(name: str) -> bool:
    """Return whether ``name`` says that it holds a number of columns."""
    return re.search(r"width|cells|offset|indent", name) is not None


def counts(expression: ast.expr) -> bool:
    """Return whether ``len`` is called somewhere in ``expression``."""
    return any(
        isinstance(node, ast.Call) and ast.unparse(node.func) == "len" for node in ast.walk(expression)
    )


def leaks(text: str) -> Iterator[tuple[int, str]]:
    """Yield line and match of each registry's host and each path of a developer's machine."""
    for number, line in enumerate(text.splitlines(), 1):
        for match in LEAKS.finditer(line):
            yield number, match.group()


def text_of(path: Path) -> str | None:
    """Return the file as text, or None when it is not one."""
    data = path.read_bytes()
    try:
        return None if b"\0" in data else data.decode()
    except UnicodeDecodeError:
        return None


def in_files(paths: Iterable[Path], find: object) -> list[str]:
    """Return the findings of ``find`` (text to lines and words) over all ``paths`` that hold text."""
    assert callable(find)
    return [
        report(path, line, what)
        for path in paths
        if (text := text_of(path)) is not None
        for line, what in find(text)
    ]


def test_texts_hold_no_character_of_ambiguous_width() -> None:
    """Terminals draw such a character one or two cells wide as they please (style B8), so no text has one."""
    # Paper has no cells: what is typeset may use the letters of its languages, and boxes to tick.
    shown = [path for path in modules() if path.parent.name != "documents"]
    assert in_files(shown, ambiguous_literals) == []


def test_stylesheets_and_catalogues_hold_no_character_of_ambiguous_width() -> None:
    """The same holds for what is drawn from a stylesheet and for translations."""

    def lines(text: str) -> Iterator[tuple[int, str]]:
        for number, line in enumerate(text.splitlines(), 1):
            if not line.lstrip().startswith(("#", "/*", "*")) and ambiguous(line):
                yield number, ambiguous(line)

    assert in_files([*SRC.rglob("*.tcss"), *SRC.rglob("*.po")], lines) == []


def test_no_width_is_counted_in_characters() -> None:
    """Screens and widgets measure text in terminal cells: a character is two of them, or one, or none."""
    assert (
        in_files([path for part in SCREEN_SIDE for path in modules("wardclient", part)], widths_by_len) == []
    )


def test_no_address_and_no_path_of_a_machine_is_in_the_project() -> None:
    """The project names no package registry and no developer's folder, in any file."""
    assert in_files(tracked(), leaks) == []


def test_no_file_is_indented_with_tabs() -> None:
    """Every text file keeps to spaces."""
    found = in_files(
        tracked(), lambda text: ((n, "tab") for n, row in enumerate(text.splitlines(), 1) if "\t" in row)
    )
    assert [finding for finding in found if ".csv:" not in finding] == []


def test_every_package_says_what_it_is_for() -> None:
    """Each package of src begins with a docstring."""
    silent = [
        report(path, 1, "no docstring")
        for path in SRC.rglob("__init__.py")
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_modules_stay_short() -> None:
    """A module is read in one sitting; the few longer ones are named with their reason."""
    lengths = {
        path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in modules()
    }
    too_long = {name: n for name, n in lengths.items() if n > LONGER.get(name, (MOST_LINES, ""))[0]}
    assert too_long == {}


def test_no_exception_outlives_its_reason() -> None:
    """An entry of LONGER goes when its module has become short or is gone."""
    assert [name for name in LONGER if not long_still(ROOT / name)] == []


def long_still(path: Path) -> bool:
    """Return whether ``path`` needs its exception."""
    return path.exists() and len(path.read_text(encoding="utf-8").splitlines()) > MOST_LINES


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('x = "保存 → 送信"', [(1, "→")]),
        ('def f():\n    """→"""\n    return f"{1}※"', [(3, "※")]),
        ('x = "\\u2192"', []),
        ('x = "│ 鶴見区 ▌"', []),
        ('x = 1\n"""A note on x → y."""', []),
    ],
)
def test_the_search_for_ambiguous_width(source: str, found: list[tuple[int, str]]) -> None:
    """Literals are searched, docstrings, escapes and box drawing are not."""
    assert list(ambiguous_literals(source)) == found


@pytest.mark.parametrize(
    "source",
    [
        "name.ljust(20)",
        "f'{name:<20}'",
        "f'{name:.<{room}}'",
        "f'{name:20}'",
        "Column(width=len(name) + 2)",
        "label_width = max(len(label) for label in labels)",
    ],
)
def test_the_search_for_widths_by_characters_finds(source: str) -> None:
    """Each usual way to take characters for cells is recognised."""
    assert len(list(widths_by_len(source))) == 1


@pytest.mark.parametrize(
    "source",
    ["f'{count:,}'", "f'{day:02d}'", "f'{share:>5.1f}'", "rows = len(cases)", "width = cell_len(name)"],
)
def test_the_search_for_widths_by_characters_lets_pass(source: str) -> None:
    """Numbers, counts and cells are no breach."""
    assert list(widths_by_len(source)) == []


@pytest.mark.parametrize(
    "text",
    ["see https://" + "pypi" + ".org/x", "cd /wo" + "rk/x", "at C:\\Us" + "ers\\sato", "/ho" + "me/sato/x"],
)
def test_the_search_for_leaks_finds(text: str) -> None:
    """A host and a path of each system are recognised."""
    assert len(list(leaks(text))) == 1


@pytest.mark.parametrize(
    "text", ["frame" + "work/layers", "~/.local", "src/ho" + "me/page", "%LOCALAPPDATA%"]
)
def test_the_search_for_leaks_lets_pass(text: str) -> None:
    """Words that merely contain such a path are no leak."""
    assert list(leaks(text)) == []
