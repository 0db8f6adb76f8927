"""Codes and names learnt from the files themselves: municipalities and the file's code/name pairs.

No published table covers them all, so a code is known when a file has shown it. Searches
refuse a code that neither the product's own tables nor any file knows.
"""

from itertools import count

from wardclient.openings.stations import short
from wardclient.openings.store import Connection

PAIRS = (
    ("employment", "employment_type", "employment_type_name"),
    ("opening_kind", "opening_kind", "opening_kind_name"),
    ("full_part", "full_part", "full_part_name"),
    ("industry", "industry_code", "industry_name"),
    ("pay_form", "pay_form", "pay_form_name"),
)
"""Kind, field of the code, field of the name."""


class Names:
    """The two dictionaries, cached while a file is read. Writes go through the caller's transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._places: dict[str, int] = {}
        self._codes: dict[str, str] = {}
        for place_id, code, name in connection.execute("SELECT place_id, code, name FROM municipality"):
            self._places[name] = place_id
            self._codes[name] = code
        self._stations: dict[str, int] = {
            name: station_id
            for station_id, name in connection.execute("SELECT station_id, name FROM station")
        }
        # Not by their count: names that no sheet has any more are taken out.
        self._numbers = count(max(self._stations.values(), default=0) + 1)
        self._pairs: set[tuple[str, str, str]] = set(
            connection.execute("SELECT kind, code, name FROM code_name")
        )

    def place(self, name: str) -> int:
        """Return the id of a municipality by its name as the file writes it; a new name gets one."""
        place_id = self._places.get(name)
        if place_id is None:
            place_id = len(self._places) + 1
            self._connection.execute("INSERT INTO municipality VALUES (?, '', ?)", (place_id, name))
            self._places[name] = place_id
            self._codes[name] = ""
        return place_id

    def station(self, text: str) -> int | None:
        """Return the id of the nearest stations that a text names; None where it says nothing.

        Some thousands in the whole country, where the sheets' own words for the way are nearly one a sheet.
        """
        name = short(text)
        if not name:
            return None
        station_id = self._stations.get(name)
        if station_id is None:
            station_id = self._stations[name] = next(self._numbers)
            self._connection.execute("INSERT INTO station VALUES (?, ?)", (station_id, name))
        return station_id

    def learn_place(self, code: str, name: str) -> None:
        """Remember that this municipality has this code (事業所住所, columns 20 and 21)."""
        if code and name and self._codes.get(name) != code:
            place_id = self.place(name)
            self._connection.execute("UPDATE municipality SET code = ? WHERE place_id = ?", (code, place_id))
            self._codes[name] = code

    def place_code(self, name: str) -> str:
        """Return the code of a municipality name, empty while no file has shown it."""
        return self._codes.get(name, "")

    def learn(self, kind: str, code: str, name: str) -> None:
        """Remember a pair of code and name."""
        pair = (kind, code, name)
        if code and name and pair not in self._pairs:
            self._connection.execute("INSERT OR REPLACE INTO code_name VALUES (?, ?, ?)", pair)
            self._pairs.add(pair)


def choices(connection: Connection, kind: str) -> tuple[tuple[str, str], ...]:
    """Return (code, name) of a kind, for pick lists; ``municipality`` gives those with a known code."""
    if kind == "municipality":
        return tuple(
            connection.execute("SELECT code, name FROM municipality WHERE code <> '' ORDER BY code, name")
        )
    return tuple(connection.execute("SELECT code, name FROM code_name WHERE kind = ? ORDER BY code", (kind,)))
