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

from wardclient.documents.glyphs import missing_glyphs
from wardclient.documents.guard import check_employer_paper
from wardclient.documents.paper import Paper
from wardclient.documents.problems import MissingGlyphsError

if TYPE_CHECKING:
    import typst


def typeset(paper: Paper, serial: str) -> bytes:
    """Return the PDF; MissingGlyphsError and EmployerPaperError before anything is made."""
    check_employer_paper(paper)
    missing = missing_glyphs(paper)
    if missing:
        raise MissingGlyphsError(missing)
    source, compiler = _template(), _compiler()
    inputs = {"paper": json.dumps(paper.data(), ensure_ascii=False), "serial": serial}
    made = compiler.compile(input=source, format="pdf", sys_inputs=inputs)
    assert isinstance(made, bytes)  # noqa: S101  # one file was asked for
    return made


@cache
def _template() -> bytes:
    return files("wardclient.documents").joinpath("sheet.typ").read_bytes()


@cache
def _compiler() -> "typst.Compiler":
    import pylopdf_fonts_jp
    import typst

    fonts = [pylopdf_fonts_jp.sans_path(), pylopdf_fonts_jp.serif_path()]
    return typst.Compiler(
        root=_root().name,
        font_paths=[str(path) for path in fonts],
        ignore_system_fonts=True,
    )


@cache
def _root() -> "tempfile.TemporaryDirectory[str]":
    """Return an empty folder that only this user may open; it goes with the process."""
    return tempfile.TemporaryDirectory(prefix="wardclient-")
