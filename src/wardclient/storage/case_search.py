"""The case list and its search: own cases first, from one character on, never slower with a larger ward."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from wardclient.casework.search_text import case_query_text
from wardclient.storage.cipher import Connection
from wardclient.storage.projection import worker_token
from wardclient.storage.unreduced import Unreduced

CAP = 1000


@dataclass(frozen=True, slots=True)
class CaseHit:
    """A line of the case list as stored."""

    id: int
    case_id: str
    name: str
    kana: str
    birth_date: str
    address: str
    case_no: str
    target_group: str
    status: str
    consent: str
    consent_from: str
    consent_until: str
    consent_stream: str
    caseworker: str
    last_contact: str
    next_on: str
    conflicts: int


@dataclass(frozen=True, slots=True)
class Found:
    """Hits in display order; ``total`` is exact up to CAP."""

    hits: tuple[CaseHit, ...]
    total: int
    more_than: bool
    behind: int


_HIT = (
    "c.id, c.case_id, c.name, c.kana, c.birth_date, c.address, c.case_no, c.target_group, c.status, c.consent,"
    " c.consent_from, c.consent_until, c.consent_stream, c.caseworker, c.last_contact, c.next_on, c.conflicts"
)
_KANA = list(CaseHit.__dataclass_fields__).index("kana")
_WORKER = list(CaseHit.__dataclass_fields__).index("caseworker")


class CaseSearch(ABC):
    """The part of the store that lists cases. What a bulk left is told as ``behind``."""

    connection: Connection
    _later: Unreduced

    @abstractmethod
    def settle(self, stream: bytes | None = None) -> None:
        """Reduce what a bulk left: one stream, or all."""

    def case_hit(self, case_id: str) -> CaseHit | None:
        """Return the line of one case."""
        self.settle()
        row = self.connection.execute(
            f"SELECT {_HIT} FROM case_row c WHERE case_id = ?",  # noqa: S608  # a constant
            (case_id,),
        ).fetchone()
        return None if row is None else CaseHit(*row)

    def find_cases(
        self,
        text: str,
        *,
        mine: str,
        where: Sequence[tuple[str, object]] = (),
        limit: int = 200,
        today: str = "",
    ) -> Found:
        """Search the cases on this PC: those of ``mine`` (a desk label) first, then by kana.

        ``where`` narrows by (column, value); the pseudo value ``expired`` of ``consent`` and ``given``
        look at ``today``, too. Text is matched by the index; without text the list is by kana.
        """
        tests, values = _narrow(where, today)
        behind = len(self._later.streams) + int(
            self.connection.execute("SELECT count(*) FROM case_row WHERE indexed = 0").fetchone()[0]
        )
        query = case_query_text(text)
        if text.strip() and not query:
            return Found((), 0, more_than=False, behind=behind)
        if not query:
            return self._listed(tests, values, mine, limit, behind)
        condition = f" AND {' AND '.join(tests)}" if tests else ""
        source = "case_text t CROSS JOIN case_row c ON c.id = t.rowid"
        ask = f"SELECT {_HIT} FROM {source} WHERE case_text MATCH ?{condition}"  # noqa: S608  # constants
        rows = self.connection.execute(
            f"{ask} ORDER BY t.rowid DESC LIMIT {CAP + 1}", (query, *values)
        ).fetchall()
        total = len(rows)
        if total > CAP and mine:
            # More than are looked at: the caseworker's own are then asked for by themselves.
            own = f'({query}) AND "{worker_token(mine)}"'
            more = self.connection.execute(f"{ask} LIMIT {CAP}", (own, *values)).fetchall()
            rows = list({row[0]: row for row in (*rows, *more)}.values())
        rows.sort(key=lambda row: (row[_WORKER] != mine, row[_KANA], row[0]))
        hits = tuple(CaseHit(*row) for row in rows[:limit])
        return Found(hits, min(total, CAP), more_than=total > CAP, behind=behind)

    def _listed(self, tests: list[str], values: list[object], mine: str, limit: int, behind: int) -> Found:
        """List without text: two walks along the kana index, so nothing is sorted."""
        found: list[CaseHit] = []
        for test in ("c.caseworker = ?", "c.caseworker <> ?"):
            condition = " AND ".join([test, *tests])
            rows = self.connection.execute(
                f"SELECT {_HIT} FROM case_row c WHERE {condition}"  # noqa: S608  # constants
                " ORDER BY c.kana_key, c.id LIMIT ?",
                (mine, *values, limit - len(found)),
            )
            found += [CaseHit(*row) for row in rows]
        condition = f" WHERE {' AND '.join(tests)}" if tests else ""
        total = self.connection.execute(
            f"SELECT count(*) FROM (SELECT 1 FROM case_row c{condition} LIMIT {CAP + 1})",  # noqa: S608
            values,
        ).fetchone()[0]
        return Found(tuple(found), min(total, CAP), more_than=total > CAP, behind=behind)


def _narrow(where: Iterable[tuple[str, object]], today: str) -> tuple[list[str], list[object]]:
    tests: list[str] = []
    values: list[object] = []
    for column, value in where:
        if column == "consent" and value in ("given", "expired"):
            sign = ">=" if value == "given" else "<"
            tests.append(f"c.consent = 'given' AND c.consent_until {sign} ?")
            values.append(today)
        elif column in ("status", "target_group", "consent", "caseworker"):
            tests.append(f"c.{column} = ?")
            values.append(value)
    return tests, values
