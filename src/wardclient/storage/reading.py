"""What the desk reads of the store: lists, search, places of things. No writing but notes of access."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from wardclient.casework.duplicates import KnownPerson, keys_of
from wardclient.casework.search_text import case_query_text
from wardclient.ledger.events import Value, decode_fields, encode_fields
from wardclient.ledger.registers import Register
from wardclient.storage.cipher import Connection
from wardclient.storage.projection import Projection
from wardclient.storage.state import SqlState
from wardclient.storage.unreduced import Unreduced
from wardclient.sync.ports import Intent

CAP = 1000


@dataclass(frozen=True, slots=True)
class StoredStream:
    """A stream that belongs to a case. ``owner`` is empty for an own stream: the team that holds it."""

    stream: bytes
    kind: str
    owner: str
    consent_id: str


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


class Reading(ABC):
    """The reading half of the store. What a bulk left is reduced before anybody looks at it."""

    connection: Connection
    _state: SqlState
    _projection: Projection

    _later: Unreduced

    @abstractmethod
    def transaction(self) -> AbstractContextManager[None]:
        """One atomic change."""

    @abstractmethod
    def settle(self, stream: bytes | None = None) -> None:
        """Reduce what a bulk left: one stream, or all."""

    # --- entities -------------------------------------------------------------------------

    def registers(self, stream: bytes, entity: str) -> dict[str, Register]:
        """Return all fields of an entity in one stream."""
        self.settle(stream)
        return self._state.registers_of(stream, entity)

    def entities(self, stream: bytes, prefix: str) -> list[str]:
        """Return the entities of one kind (``note:``) in a stream."""
        self.settle(stream)
        rows = self.connection.execute(
            "SELECT DISTINCT entity FROM register WHERE stream = ? AND entity >= ? AND entity < ? ORDER BY entity",
            (stream, prefix, prefix[:-1] + ";"),
        )
        return [row[0] for row in rows]

    def stream_of_entity(self, entity: str) -> bytes | None:
        """Return the stream in which an entity with an id of its own stands."""
        self.settle()
        row = self.connection.execute(
            "SELECT stream FROM register WHERE entity = ? LIMIT 1", (entity,)
        ).fetchone()
        return None if row is None else bytes(row[0])

    def has_record(self, stream: bytes, entity: str, kind: str) -> bool:
        """Whether an entity has an immutable record of a kind."""
        self.settle(stream)
        row = self.connection.execute(
            "SELECT 1 FROM fact WHERE stream = ? AND entity = ? AND kind = ? LIMIT 1", (stream, entity, kind)
        ).fetchone()
        return row is not None

    def records(self, stream: bytes, entity: str, kind: str) -> list[bytes]:
        """Return an entity's immutable records of a kind, oldest first."""
        self.settle(stream)
        rows = self.connection.execute(
            "SELECT data FROM fact WHERE stream = ? AND entity = ? AND kind = ? ORDER BY hlc, device, n",
            (stream, entity, kind),
        )
        return [bytes(row[0]) for row in rows]

    # --- streams of cases --------------------------------------------------------------------

    def streams_of_case(self, case_id: str) -> list[StoredStream]:
        """Return the streams of a case, own first."""
        self.settle()
        rows = self.connection.execute(
            "SELECT stream, kind, owner, consent_id FROM case_stream WHERE case_id = ? ORDER BY kind DESC, stream",
            (case_id,),
        )
        return [StoredStream(bytes(stream), kind, owner, consent) for stream, kind, owner, consent in rows]

    def case_of_stream(self, stream: bytes) -> str:
        """Return the case a stream belongs to, empty when it is not known here."""
        self.settle(stream)
        row = self.connection.execute(
            "SELECT case_id FROM case_stream WHERE stream = ?", (stream,)
        ).fetchone()
        return "" if row is None else str(row[0])

    def drafts_in(self, stream: bytes) -> int:
        """Return how many events of a stream are unsent."""
        return int(
            self.connection.execute("SELECT count(*) FROM draft WHERE stream = ?", (stream,)).fetchone()[0]
        )

    # --- lists and search -----------------------------------------------------------------------

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
        if len(rows) > CAP and mine:
            # More than are looked at: the caseworker's own are then asked for by themselves.
            own = " AND t.rowid IN (SELECT id FROM case_row WHERE caseworker = ?)"
            rows += self.connection.execute(f"{ask}{own} LIMIT {CAP}", (query, *values, mine)).fetchall()
        found = {row[0]: CaseHit(*row) for row in rows}
        hits = sorted(found.values(), key=lambda hit: (hit.caseworker != mine, hit.kana, hit.id))
        return Found(tuple(hits[:limit]), min(len(hits), CAP), more_than=len(hits) > CAP, behind=behind)

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

    def people_like(self, person: dict[str, object]) -> list[KnownPerson]:
        """Return people who share a key with ``person``: the candidates to compare."""
        self.settle()
        blocks = sorted(keys_of(person).blocks())
        marks = ", ".join("?" * len(blocks))
        rows = self.connection.execute(
            f"SELECT DISTINCT case_id FROM case_block WHERE block IN ({marks}) LIMIT 500",  # noqa: S608  # marks
            blocks,
        ).fetchall()
        return [KnownPerson(case_id, self.person_of(case_id)) for (case_id,) in rows]

    def person_of(self, case_id: str) -> dict[str, Value]:
        """Return the shown values of a case's person."""
        self.settle()
        return self._projection.values_of(case_id, "person")

    def conflicts(self) -> list[tuple[bytes, str, str]]:
        """Return (stream, entity, field) of every field in which values stand against each other."""
        self.settle()
        rows = self.connection.execute(
            "SELECT stream, entity, field FROM register WHERE heads > 1 ORDER BY stream, entity, field"
        )
        return [(bytes(stream), entity, field) for stream, entity, field in rows]

    def events_of_case(
        self, case_id: str, limit: int = 300
    ) -> list[tuple[bytes, bytes, int, bytes, int | None, str]]:
        """Return (stream, device, n, event, recv_ms, stream kind) of a case, newest first; drafts first."""
        self.settle()
        drafts = self.connection.execute(
            "SELECT d.stream, x'', d.n, d.event, NULL, s.kind FROM draft d JOIN case_stream s ON s.stream = d.stream"
            " WHERE s.case_id = ? ORDER BY d.created_ms DESC, d.n DESC LIMIT ?",
            (case_id, limit),
        ).fetchall()
        events = self.connection.execute(
            "SELECT e.stream, e.device, e.n, e.event, e.recv_ms, s.kind FROM event e"
            " JOIN case_stream s ON s.stream = e.stream WHERE s.case_id = ? ORDER BY e.wseq DESC, e.n DESC LIMIT ?",
            (case_id, limit),
        ).fetchall()
        return [*drafts, *events]

    # --- the tray, incidents, forms -----------------------------------------------------------------

    def tray_names(self) -> dict[tuple[bytes, int], tuple[str, str]]:
        """Return (name, case id) for each quarantined event, as they were when it was set aside."""
        rows = self.connection.execute("SELECT stream, n, name, case_id FROM quarantine")
        return {(bytes(stream), n): (name, case_id) for stream, n, name, case_id in rows}

    def counts(self) -> tuple[int, int]:
        """Return how many items the tray holds, and how many incidents there are."""
        tray = self.connection.execute(
            "SELECT (SELECT count(*) FROM quarantine) + (SELECT count(*) FROM intent WHERE refusal <> '')"
        ).fetchone()[0]
        incidents = self.connection.execute("SELECT count(*) FROM incident").fetchone()[0]
        return int(tray), int(incidents)

    def refused_intents(self) -> list[tuple[Intent, str]]:
        """Return control acts that were refused for good, with the code."""
        rows = self.connection.execute(
            "SELECT id, kind, payload, urgent, created_ms, refusal FROM intent WHERE refusal <> ''"
        )
        return [
            (Intent(i, kind, payload, bool(urgent), at), code) for i, kind, payload, urgent, at, code in rows
        ]

    def incidents(self) -> list[tuple[int, str, int]]:
        """Return (id, kind, time) of incidents, newest first."""
        return list(self.connection.execute("SELECT id, kind, at_ms FROM incident ORDER BY id DESC"))

    def save_form(self, form_id: str, fields: dict[str, Value]) -> None:
        """Keep what is being typed."""
        with self.transaction():
            self.connection.execute(
                "INSERT OR REPLACE INTO form_draft VALUES (?, ?)", (form_id, encode_fields(fields))
            )

    def load_form(self, form_id: str) -> dict[str, Value]:
        """Return what was being typed, empty if nothing."""
        row = self.connection.execute(
            "SELECT fields FROM form_draft WHERE form_id = ?", (form_id,)
        ).fetchone()
        return {} if row is None else decode_fields(row[0])

    def drop_form(self, form_id: str) -> None:
        """Forget a form."""
        with self.transaction():
            self.connection.execute("DELETE FROM form_draft WHERE form_id = ?", (form_id,))

    def note_access(self, act: str, record: str, at_ms: int) -> None:
        """Add to this PC's chained log of who looked at what (features 69, kept here for now)."""
        with self.transaction():
            row = self.connection.execute("SELECT hash FROM audit ORDER BY id DESC LIMIT 1").fetchone()
            before = b"" if row is None else bytes(row[0])
            self.connection.execute(
                "INSERT INTO audit (at_ms, act, record, hash) VALUES (?, ?, ?, ?)",
                (at_ms, act, record, _link(before, at_ms, act, record)),
            )

    def access_broken_at(self) -> int | None:
        """Return the first line of the log of access that does not follow from those before it, None if all do.

        The chain shows a line changed, taken out or put in between; who can write the database can
        also write a whole chain anew, so it is evidence of a slip or of haste, not proof.
        """
        before = b""
        for number, at_ms, act, record, link in self.connection.execute(
            "SELECT id, at_ms, act, record, hash FROM audit ORDER BY id"
        ):
            if bytes(link) != _link(before, at_ms, act, record):
                return int(number)
            before = bytes(link)
        return None


def _link(before: bytes, at_ms: int, act: str, record: str) -> bytes:
    return hashlib.sha256(before + f"{at_ms}\x00{act}\x00{record}".encode()).digest()


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
