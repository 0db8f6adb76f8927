"""Typesetting: a paper and its serial number in, PDF bytes out. All in memory.

The template is a constant of the program and the values travel beside it as JSON, so that no
name or note is ever read as markup. Its root is an empty private folder that holds nothing and
receives nothing; fonts come from a wheel, so that a sheet looks the same on every PC.
"""

import json
import tempfile
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from wardclient.documents import fonts
from wardclient.documents.glyphs import missing_glyphs
from wardclient.documents.guard import check_employer_paper
from wardclient.documents.paper import Paper
from wardclient.documents.problems import MissingGlyphsError, PaperError

if TYPE_CHECKING:
    import typst


def check(paper: Paper, never: tuple[str, ...] = ()) -> None:
    """Raise MissingGlyphsError or EmployerPaperError; ``never``: words of this case for no employer."""
    check_employer_paper(paper, never)
    missing = missing_glyphs(paper)
    if missing:
        raise MissingGlyphsError(missing)


def typeset(paper: Paper, serial: str, never: tuple[str, ...] = ()) -> bytes:
    """Return the PDF; whatever `check` refuses is refused before anything is made."""
    check(paper, never)
    source, compiler = _template(), _compiler()
    inputs = {"paper": json.dumps(paper.data(), ensure_ascii=False), "serial": serial}
    made, warnings = compiler.compile_with_warnings(input=source, format="pdf", sys_inputs=inputs)
    if warnings:
        # A font that was not found would show as empty boxes: better no paper than such a one.
        raise PaperError(
            "この PC の印刷用の書体に問題があります。印刷していません。管理者に知らせてください。",
            "The printing fonts of this PC are not as they should be. Nothing was printed; tell the administrator.",
        )
    assert isinstance(made, bytes)  # noqa: S101  # one file was asked for
    return made


@cache
def _template() -> bytes:
    return files("wardclient.documents").joinpath("sheet.typ").read_bytes()


@cache
def _compiler() -> "typst.Compiler":
    import typst

    return typst.Compiler(root=_root().name, font_paths=list(fonts.folders()), ignore_system_fonts=True)


@cache
def _root() -> "tempfile.TemporaryDirectory[str]":
    """Return an empty folder that only this user may open; it goes with the process."""
    return tempfile.TemporaryDirectory(prefix="wardclient-")
