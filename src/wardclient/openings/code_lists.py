"""What a person may pick instead of typing a code: the lists of the reference data, and what the files brought."""

from collections.abc import Mapping, Sequence

from wardclient.openings import stations
from wardclient.openings.conditions import rows_of
from wardclient.openings.filter_details import known_industries
from wardclient.openings.filters import HUNDRED
from wardclient.openings.store import Connection

LISTS = ("municipalities", "occupations", "industries", "kinds", "station")
"""The filters whose codes, or words, can be picked."""
Listed = tuple[tuple[str, str], ...]


def code_list(connection: Connection, name: str) -> Listed:
    """Return (code, words) of a filter's codes, in the order of the codes; empty for a filter without a list.

    Small groups (小分類) have no public list: those that openings have are given, with the name of their group.
    """
    match name:
        case "municipalities":
            return _municipalities(connection)
        case "occupations":
            return _occupations(connection)
        case "industries":
            return _industries(connection)
        case "kinds":
            statement = "SELECT DISTINCT code, name FROM code_name WHERE kind = 'opening_kind' ORDER BY code"
            return tuple(connection.execute(statement).fetchall())
        case "station":
            return tuple(stations.listed(name for (name,) in connection.execute("SELECT name FROM station")))
        case _:
            return ()


def _municipalities(connection: Connection) -> Listed:
    found = {row["code"]: row.get("name_ja") or row.get("name") or "" for row in _places()}
    found.update(connection.execute("SELECT code, name FROM municipality WHERE code <> ''").fetchall())
    return tuple(sorted(found.items()))


def _places() -> Sequence[Mapping[str, str]]:
    return [*rows_of("prefectures"), *rows_of("wards")]


def _occupations(connection: Connection) -> Listed:
    found = {row["code"]: row["name_ja"] for row in rows_of("occupations")}
    for column in ("occupation1", "occupation2", "occupation3"):
        for (number,) in connection.execute(
            f"SELECT DISTINCT {column} FROM opening WHERE {column} IS NOT NULL"  # noqa: S608 - the names above
        ):
            group = f"{number // HUNDRED:03}"
            found.setdefault(f"{group}-{number % HUNDRED:02}", found.get(group, ""))
    return tuple(sorted(found.items()))


def _industries(connection: Connection) -> Listed:
    known = known_industries()
    found = {code: name for code, (name, _middle) in known.items()}
    for (code,) in connection.execute("SELECT DISTINCT industry FROM opening WHERE industry <> ''"):
        if code[:1] in known:
            found.setdefault(code[:3], known[code[0]][0])
            found.setdefault(code, known[code[0]][0])
    return tuple(sorted(found.items()))
