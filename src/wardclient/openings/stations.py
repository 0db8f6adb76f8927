"""Lines and stations (沿線・駅) in what a sheet says of the nearest one: 「ＪＲ京浜東北線　鶴見駅　徒歩５分」."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

_PART = r"[^\s、。,/()「」]"
_STATION = re.compile(rf"(?:({_PART}*?(?:線|ライン))\s*)?({_PART}+?駅)")
_WAY = re.compile(r"\s*(?:から|より)?\s*(?:徒歩|車|バス\d|自転車|約?\d+分)")
_NO_NAME = frozenset({"最寄駅", "最寄り駅", "駅"})
END = "駅"


@dataclass(frozen=True, slots=True)
class Station:
    """A station by its name (…駅) and its line, which may be left out."""

    line: str
    name: str


def stations_of(text: str) -> tuple[Station, ...]:
    """Return the stations that a text names, in half-width letters; none where it names a bus stop alone."""
    found = _STATION.findall(unicodedata.normalize("NFKC", text))
    return tuple(Station(line, name) for line, name in found if name not in _NO_NAME)


def short(text: str) -> str:
    """Return what is kept for the filter: lines and stations without the way, which is another on each sheet.

    Where no station is named, the text up to the way on foot (京急鶴見　徒歩5分).
    """
    named = stations_of(text)
    if named:
        return "、".join(f"{each.line} {each.name}".strip() for each in named)
    return _WAY.split(unicodedata.normalize("NFKC", text), maxsplit=1)[0].strip()


def listed(texts: Iterable[str]) -> list[tuple[str, str]]:
    """Return what can be picked: stations with their lines, then lines with the number of their stations."""
    stations: dict[str, set[str]] = {}
    lines: dict[str, set[str]] = {}
    for station in (station for text in texts for station in stations_of(text)):
        stations.setdefault(station.name, set()).update(filter(None, (station.line,)))
        if station.line:
            lines.setdefault(station.line, set()).add(station.name)
    return [
        *((name, "、".join(sorted(of))) for name, of in sorted(stations.items())),
        *((line, f"{len(of)}駅") for line, of in sorted(lines.items())),
    ]
