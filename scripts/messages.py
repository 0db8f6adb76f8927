"""Bring the catalogues of texts up to date with the source: extract, update, compile.

Prints each text that still has no English. Needs babel (development only); the program itself
reads the compiled catalogue through the standard library.
"""

import ast
import io
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "wardclient"


def source_texts() -> dict[str, str]:
    """Return each text of the source, with the first place that has it.

    Read from the syntax tree: a text inside an f-string is one, too.
    """
    found: dict[str, str] = {}
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id="_" | "mark"), args=[ast.Constant(value=str(text))]):
                    found.setdefault(text, path.relative_to(SOURCE).as_posix())
                case _:
                    pass
    return found


def catalogue_file(language: str) -> Path:
    """Return the catalogue of a language."""
    return SOURCE / "locale" / language / "LC_MESSAGES" / "wardclient.po"


def read(language: str) -> Catalog:
    """Return the catalogue of a language; an empty one if there is none yet."""
    file = catalogue_file(language)
    if not file.exists():
        return Catalog(language, project="wardclient", charset="utf-8")
    with file.open("rb") as stream:
        return read_po(stream, language)


def updated(language: str) -> Catalog:
    """Return the catalogue with exactly the texts of the source, translations kept."""
    before = read(language)
    catalogue = Catalog(
        language,
        project="wardclient",
        header_comment="# English texts of wardclient; Japanese is the source. Made by scripts/messages.",
        msgid_bugs_address="the project",
        last_translator="the project",
        language_team="the project",
        charset="utf-8",
        fuzzy=False,
    )
    for text, place in sorted(source_texts().items(), key=lambda item: (item[1], item[0])):
        known = before.get(text)
        catalogue.add(text, known.string if known is not None else "", auto_comments=[place])
    catalogue.creation_date = catalogue.revision_date = before.creation_date
    return catalogue


def compiled(catalogue: Catalog) -> bytes:
    """Return a catalogue as the program reads it."""
    stream = io.BytesIO()
    write_mo(stream, catalogue)
    return stream.getvalue()


def missing(catalogue: Catalog) -> list[str]:
    """Return the texts without a translation."""
    return [str(message.id) for message in catalogue if message.id and not message.string]


def main() -> int:
    """Write the catalogues; 1 when a text has no translation yet."""
    catalogue = updated("en")
    file = catalogue_file("en")
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as stream:
        write_po(stream, catalogue, width=110, sort_output=False, no_location=True, omit_header=False)
    file.with_suffix(".mo").write_bytes(compiled(catalogue))
    left = missing(catalogue)
    for text in left:
        print(text)
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
