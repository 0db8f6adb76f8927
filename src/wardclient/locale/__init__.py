"""Words for people. Japanese is the source; other languages come from gettext catalogues.

`_` looks a text up when it is shown, so the language may change while the program runs. A
text that stands in a table (a key's label, say) is marked with `mark` and looked up later.
"""

import gettext
import os
from functools import cache
from pathlib import Path

DOMAIN = "wardclient"
SOURCE = "ja"
LANGUAGES = ("ja", "en")
FOLDER = Path(__file__).resolve().parent

_chosen: list[str] = []


def language() -> str:
    """Return the language in use: the one set, else WARDCLIENT_LANG, else Japanese."""
    if _chosen:
        return _chosen[-1]
    asked = os.environ.get("WARDCLIENT_LANG", SOURCE)
    return asked if asked in LANGUAGES else SOURCE


def set_language(code: str) -> None:
    """Choose the language from now on; ValueError for one that there is not."""
    if code not in LANGUAGES:
        raise ValueError(code)
    _chosen[:] = [code]


def _(text: str) -> str:
    """Return ``text`` in the language in use; as it is where the catalogue has nothing."""
    code = language()
    return text if code == SOURCE else _catalogue(code).gettext(text)


def mark(text: str) -> str:
    """Return ``text`` unchanged: it is translated where it is shown."""
    return text


@cache
def _catalogue(code: str) -> gettext.NullTranslations:
    return gettext.translation(DOMAIN, FOLDER, [code], fallback=True)
