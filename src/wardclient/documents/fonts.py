"""The fonts of the papers, from wheels: which letters a text of a language may be set in.

Japanese first and for everything; simplified Chinese and Korean only for the explanations in those languages, since the
same code point has another shape there.
"""

from collections.abc import Callable, Mapping
from pathlib import Path


def _japanese() -> tuple[Path, ...]:
    import pylopdf_fonts_jp

    return Path(pylopdf_fonts_jp.sans_path()), Path(pylopdf_fonts_jp.serif_path())


def _chinese() -> tuple[Path, ...]:
    import pylopdf_fonts_zh_cn

    return (Path(pylopdf_fonts_zh_cn.sans_path()),)


def _korean() -> tuple[Path, ...]:
    import pylopdf_fonts_ko

    return (Path(pylopdf_fonts_ko.sans_path()),)


OTHERS: Mapping[str, tuple[str, Callable[[], tuple[Path, ...]]]] = {
    "zh": ("Noto Sans SC", _chinese),
    "ko": ("Noto Sans KR", _korean),
}
"""Languages with a font of their own: its family, and its file."""


def paths(language: str = "") -> tuple[Path, ...]:
    """Return the files whose letters a text of this language may use, in the order in which they are tried."""
    other = OTHERS.get(language)
    return (*(other[1]() if other else ()), *_japanese())


def folders() -> tuple[str, ...]:
    """Return the folders of all fonts (a path to a file is passed over in silence by the typesetter)."""
    found = {path.parent for language in ("", *OTHERS) for path in paths(language)}
    return tuple(sorted(map(str, found)))
