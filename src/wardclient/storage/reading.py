"""What the desk reads of the store: lists, search, places of things. No writing but notes of access."""

import hashlib
import json
from abc import abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from wardclient.casework.duplicates import KnownPerson, keys_of
from wardclient.ledger.events import Value, decode_fields, encode_fields
from wardclient.ledger.registers import Register
from wardclient.storage.case_search import CaseSearch
from wardclient.storage.projection import Projection
from wardclient.storage.state import SqlState
from wardclient.sync.ports import Intent


@dataclass(frozen=True, slots=True)
class StoredStream:
    """A stream that belongs to a case. ``owner`` is empty for an own stream: the team that holds it."""

    stream: bytes
    kind: str
    owner: str
    consent_id: str


class Reading(CaseSearch):
    """The reading half of the store. What a bulk left is reduced before anybody looks at it."""

    _state: SqlState
    _projection: Projection

    @abstractmethod
    def transaction(self) -> AbstractContextManager[None]:
        """One atomic change."""

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

    def authored(self, stream: bytes, entity: str, kind: str) -> list[tuple[bytes, bytes]]:
        """Return (device, data) of an entity's immutable records of a kind, oldest first."""
        self.settle(stream)
        rows = self.connection.execute(
            "SELECT device, data FROM fact WHERE stream = ? AND entity = ? AND kind = ? ORDER BY hlc, device, n, i",
            (stream, entity, kind),
        )
        return [(bytes(device), bytes(data)) for device, data in rows]

    def has_entity(self, stream: bytes, entity: str) -> bool:
        """Return whether a stream says anything of an entity."""
        self.settle(stream)
        asked = "SELECT 1 FROM register WHERE stream = ? AND entity = ? LIMIT 1"
        return self.connection.execute(asked, (stream, entity)).fetchone() is not None

    def streams_of_entity(self, entity: str) -> list[bytes]:
        """Return the streams in which an entity of this name stands."""
        self.settle()
        rows = self.connection.execute(
            "SELECT DISTINCT stream FROM register WHERE entity = ? ORDER BY stream", (entity,)
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

    def cases_with(self, prefix: str) -> list[str]:
        """Return the ids of cases that have an entity of a kind (``referral:``, ``registration``), sorted."""
        self.settle()
        rows = self.connection.execute(
            "SELECT DISTINCT s.case_id FROM register r JOIN case_stream s ON s.stream = r.stream"
            " WHERE r.entity >= ? AND r.entity < ? ORDER BY s.case_id",
            (prefix, prefix.rstrip(":") + ";"),
        )
        return [row[0] for row in rows]

    def drafts_in(self, stream: bytes) -> int:
        """Return how many events of a stream are unsent."""
        return int(
            self.connection.execute("SELECT count(*) FROM draft WHERE stream = ?", (stream,)).fetchone()[0]
        )

    def unsent_of(self, cases: Sequence[str]) -> set[str]:
        """Return those of some cases that have unsent events."""
        rows = self.connection.execute(
            "SELECT s.case_id FROM case_stream s WHERE s.case_id IN (SELECT value FROM json_each(?))"
            " AND EXISTS (SELECT 1 FROM draft d WHERE d.stream = s.stream)",
            (json.dumps(list(cases)),),
        )
        return {row[0] for row in rows}

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

    def incident_detail(self, number: int) -> tuple[str, int, bytes, int] | None:
        """Return (kind, wseq, evidence, time) of an incident."""
        return self.connection.execute(  # type: ignore[no-any-return]
            "SELECT kind, wseq, detail, at_ms FROM incident WHERE id = ?", (number,)
        ).fetchone()

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
        """Add to this PC's chained log of who looked at what; its days travel to the own office (`desk.looks`)."""
        with self.transaction():
            row = self.connection.execute("SELECT hash FROM audit ORDER BY id DESC LIMIT 1").fetchone()
            before = b"" if row is None else bytes(row[0])
            self.connection.execute(
                "INSERT INTO audit (at_ms, act, record, hash) VALUES (?, ?, ?, ?)",
                (at_ms, act, record, _link(before, at_ms, act, record)),
            )

    def accesses(self, record: str) -> list[tuple[int, str]]:
        """Return (time in ms, act) of what was looked at or printed of a record on this PC, oldest first."""
        found = self.connection.execute(
            "SELECT at_ms, act FROM audit WHERE record = ? ORDER BY id", (record,)
        )
        return [(int(at_ms), str(act)) for at_ms, act in found]

    def access_began(self) -> int | None:
        """Return the time in ms of the first line of the log, None while there is none."""
        (first,) = self.connection.execute("SELECT min(at_ms) FROM audit").fetchone()
        return None if first is None else int(first)

    def accesses_after(self, number: int) -> list[tuple[int, int, str, str]]:
        """Return (number, time in ms, act, record) of the lines of the log after one, oldest first."""
        found = self.connection.execute(
            "SELECT id, at_ms, act, record FROM audit WHERE id > ? ORDER BY id", (number,)
        )
        return [(int(line), int(at_ms), str(act), str(record)) for line, at_ms, act, record in found]

    def acts(self, act: str) -> list[tuple[int, str]]:
        """Return (time in ms, record) of every line of the log with this act, oldest first."""
        found = self.connection.execute("SELECT at_ms, record FROM audit WHERE act = ? ORDER BY id", (act,))
        return [(int(at_ms), str(record)) for at_ms, record in found]

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
