"""From registers to read models: what the lists and the search need, and nothing more.

The same code runs after a save, after a page of the log, and in a rebuild. What was touched is
collected during a transaction and projected once, before it commits.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import attrgetter

from wardclient.casework.duplicates import keys_of
from wardclient.casework.names import display_name, kana_key
from wardclient.casework.search_text import SEPARATOR, case_index_text
from wardclient.ledger.events import Value
from wardclient.ledger.registers import Register
from wardclient.storage.case_states import state_of_case
from wardclient.storage.cipher import Connection
from wardclient.storage.schema import DERIVED_NAMES, DERIVED_TABLES
from wardclient.storage.state import SqlState, read_register

INDEX_AT_ONCE = 64
"""Cases of one transaction that are indexed with it; after a bulk sync the index follows in batches."""
SHAPING = ("case", "disclosure")
"""Entities that say which case a stream belongs to."""


@dataclass(frozen=True, slots=True)
class CaseLine:
    """The columns of ``case_row`` after its id and case_id, in order."""

    name: str = ""
    kana: str = ""
    kana_key: str = ""
    birth_date: str = ""
    address: str = ""
    case_no: str = ""
    target_group: str = ""
    status: str = ""
    consent: str = ""
    consent_from: str = ""
    consent_until: str = ""
    consent_stream: str = ""
    owner: str = ""
    caseworker: str = ""
    last_contact: str = ""
    next_on: str = ""
    conflicts: int = 0


COLUMNS = tuple(CaseLine.__dataclass_fields__)
_row = attrgetter(*COLUMNS)


class Projection:
    """Keeps the read models of one database in step with its registers."""

    def __init__(self, connection: Connection, state: SqlState) -> None:
        """Work through ``connection``, inside the store's transactions."""
        self._connection = connection
        self._state = state
        self._touched: dict[bytes, set[str]] = {}
        self._cases: set[str] = set()

    def touch(self, pairs: Iterable[tuple[bytes, str]]) -> None:
        """Note (stream, entity) pairs that changed."""
        for stream, entity in pairs:
            self._touched.setdefault(stream, set()).add(entity)

    def touch_stream(self, stream: bytes) -> None:
        """Note that a whole stream changed."""
        self._touched.setdefault(stream, set()).update(SHAPING)

    def forget(self) -> None:
        """The transaction was undone."""
        self._touched.clear()
        self._cases.clear()

    def leave(self, stream: bytes) -> None:
        """A stream goes: its case is projected without it."""
        row = self._connection.execute(
            "SELECT case_id FROM case_stream WHERE stream = ?", (stream,)
        ).fetchone()
        self._touched.pop(stream, None)
        if row is not None:
            self._connection.execute("DELETE FROM case_stream WHERE stream = ?", (stream,))
            self._cases.add(row[0])

    def drop(self) -> None:
        """Drop all that is derived and make it empty again."""
        for name in DERIVED_NAMES:
            self._connection.execute(f"DROP TABLE IF EXISTS {name}")
        for statement in DERIVED_TABLES:
            self._connection.execute(statement)
        self.forget()

    def flush(self, *, index: bool | None = None) -> None:
        """Project everything noted since the last flush."""
        for stream, entities in self._touched.items():
            if any(entity in entities for entity in SHAPING):
                self._place(stream)
        self._cases |= self._cases_of(self._touched)
        at_once = len(self._cases) <= INDEX_AT_ONCE if index is None else index
        for case_id in sorted(self._cases):
            self._project(case_id, index=at_once)
        self.forget()

    def index_pending(self, limit: int) -> int:
        """Index up to ``limit`` cases that the search does not know yet; return how many are left."""
        rows = self._connection.execute(
            "SELECT id, case_id FROM case_row WHERE indexed = 0 ORDER BY id LIMIT ?", (limit,)
        ).fetchall()
        for number, case_id in rows:
            streams = self._streams(case_id)
            self._index(number, self._values(streams, "person"), self._values(streams, "case"))
        return int(self._connection.execute("SELECT count(*) FROM case_row WHERE indexed = 0").fetchone()[0])

    def values_of(self, case_id: str, entity: str) -> dict[str, Value]:
        """Return the shown values of an entity over all streams of a case."""
        return self._values(self._streams(case_id), entity)

    # --- parts -------------------------------------------------------------------------

    def _place(self, stream: bytes) -> None:
        """Learn which case a stream belongs to; the case that it leaves is projected, too."""
        self._cases |= self._cases_of((stream,))
        said = _shown(self._state.registers_of(stream, "disclosure"))
        case = _shown(self._state.registers_of(stream, "case"))
        case_id = _text(said.get("case_id")) or _text(case.get("case_id"))
        if not case_id:
            self._connection.execute("DELETE FROM case_stream WHERE stream = ?", (stream,))
            return
        kind = "joint" if said else "own"
        self._connection.execute(
            "INSERT OR REPLACE INTO case_stream VALUES (?, ?, ?, ?, ?)",
            (stream, case_id, kind, _text(said.get("owner")), _text(said.get("consent_id"))),
        )

    def _cases_of(self, streams: Iterable[bytes]) -> set[str]:
        found = set()
        for stream in streams:
            row = self._connection.execute(
                "SELECT case_id FROM case_stream WHERE stream = ?", (stream,)
            ).fetchone()
            if row is not None:
                found.add(row[0])
        return found

    def _streams(self, case_id: str) -> list[tuple[bytes, str]]:
        rows = self._connection.execute(
            "SELECT stream, kind FROM case_stream WHERE case_id = ? ORDER BY kind DESC, stream", (case_id,)
        )
        return [(bytes(stream), kind) for stream, kind in rows]

    def _project(self, case_id: str, *, index: bool) -> None:
        streams = self._streams(case_id)
        person = self._values(streams, "person")
        if not display_name(person):
            self._remove(case_id)
            return
        case = self._values(streams, "case")
        line = self._line(streams, person, case)
        number = self._upsert(case_id, line)
        self._connection.execute("DELETE FROM case_block WHERE case_id = ?", (case_id,))
        self._connection.executemany(
            "INSERT INTO case_block VALUES (?, ?)",
            [(block, case_id) for block in sorted(keys_of(person).blocks())],
        )
        if index:
            self._index(number, person, case)

    def _line(
        self, streams: list[tuple[bytes, str]], person: Mapping[str, Value], case: Mapping[str, Value]
    ) -> CaseLine:
        consent = self._consent(streams)
        days = self._days(streams)
        own = any(kind == "own" for _, kind in streams)
        return CaseLine(
            name=display_name(person),
            kana=_text(person.get("name_kana")),
            kana_key=kana_key(person),
            birth_date=_text(person.get("birth_date")),
            address=_text(person.get("address1")),
            case_no=_text(case.get("case_no")) if own else "",
            target_group=_text(case.get("target_group")),
            status=self._status(streams, _text(case.get("status"))),
            consent=_text(consent.get("state")),
            consent_from=_text(consent.get("valid_from")),
            consent_until=_text(consent.get("valid_until")),
            consent_stream=_text(consent.get("stream")),
            owner=_text(consent.get("owner")),
            caseworker=_text(case.get("caseworker_id")),
            last_contact=days["held_on"],
            next_on=days["next_on"],
            conflicts=self._conflicts(streams),
        )

    def _status(self, streams: list[tuple[bytes, str]], status: str) -> str:
        """Return the state to show: what was written, or what came of it since."""
        names = [stream for stream, _ in streams]
        registers = (self._state.registers_of(name, "case").get("status") for name in names)
        written = [r.shown for r in registers if r is not None and r.shown is not None]
        return state_of_case(self._connection, names, status, written)

    def _upsert(self, case_id: str, line: CaseLine) -> int:
        names = ", ".join(COLUMNS)
        marks = ", ".join("?" * len(COLUMNS))
        updates = ", ".join(f"{name} = excluded.{name}" for name in COLUMNS)
        self._connection.execute(
            f"INSERT INTO case_row (case_id, {names}, indexed) VALUES (?, {marks}, 0)"  # noqa: S608  # constants
            f" ON CONFLICT (case_id) DO UPDATE SET {updates}, indexed = 0",
            (case_id, *_row(line)),
        )
        row = self._connection.execute("SELECT id FROM case_row WHERE case_id = ?", (case_id,)).fetchone()
        return int(row[0])

    def _remove(self, case_id: str) -> None:
        row = self._connection.execute("SELECT id FROM case_row WHERE case_id = ?", (case_id,)).fetchone()
        if row is not None:
            self._connection.execute("DELETE FROM case_text WHERE rowid = ?", row)
            self._connection.execute("DELETE FROM case_row WHERE id = ?", row)
            self._connection.execute("DELETE FROM case_block WHERE case_id = ?", (case_id,))

    def _index(self, number: int, person: Mapping[str, Value], case: Mapping[str, Value]) -> None:
        self._connection.execute("DELETE FROM case_text WHERE rowid = ?", (number,))
        self._connection.execute(
            "INSERT INTO case_text (rowid, body) VALUES (?, ?)",
            (number, f"{case_index_text(person, case)} {worker_token(_text(case.get('caseworker_id')))}"),
        )
        self._connection.execute("UPDATE case_row SET indexed = 1 WHERE id = ?", (number,))

    def _values(self, streams: list[tuple[bytes, str]], entity: str) -> dict[str, Value]:
        """Return the values to show: each field from the stream where it was written last."""
        best: dict[str, tuple[tuple[int, bool], Value]] = {}
        for stream, kind in streams:
            for name, register in self._state.registers_of(stream, entity).items():
                shown = register.shown
                if shown is None:
                    continue
                order = (shown.order()[0], kind == "joint")
                if name not in best or order > best[name][0]:
                    best[name] = (order, shown.value)
        return {name: value for name, (_, value) in best.items()}

    def _consent(self, streams: list[tuple[bytes, str]]) -> dict[str, Value]:
        """Return the values of the consent written last."""
        latest: tuple[int, str] = (0, "")
        for stream, _ in streams:
            for entity, order in self._written(stream, "consent:"):
                latest = max(latest, (order, entity))
        return self._values(streams, latest[1]) if latest[1] else {}

    def _written(self, stream: bytes, prefix: str) -> Iterable[tuple[str, int]]:
        rows = self._connection.execute(
            "SELECT entity, state FROM register WHERE stream = ? AND entity >= ? AND entity < ?",
            (stream, prefix, prefix[:-1] + ";"),
        )
        for entity, state in rows:
            shown = read_register(state).shown
            if shown is not None:
                yield entity, shown.order()[0]

    def _days(self, streams: list[tuple[bytes, str]]) -> dict[str, str]:
        """Return the latest day on which a note or session was held, and for which a next one is agreed."""
        latest = {"held_on": "", "next_on": ""}
        for stream, _ in streams:
            for prefix in ("note:", "session:"):
                rows = self._connection.execute(
                    "SELECT field, state FROM register WHERE stream = ? AND entity >= ? AND entity < ?"
                    " AND field IN ('held_on', 'next_on')",
                    (stream, prefix, prefix[:-1] + ";"),
                )
                for field, state in rows:
                    shown = read_register(state).shown
                    latest[field] = max(latest[field], _text(shown.value) if shown is not None else "")
        return latest

    def _conflicts(self, streams: list[tuple[bytes, str]]) -> int:
        return sum(
            self._connection.execute(
                "SELECT count(*) FROM register WHERE stream = ? AND heads > 1", (stream,)
            ).fetchone()[0]
            for stream, _ in streams
        )


def worker_token(label: str) -> str:
    """Return the word of the index that stands for a caseworker. It begins with what nobody types."""
    return f"{SEPARATOR}w{label.encode().hex()}"


def _shown(registers: Mapping[str, Register]) -> dict[str, Value]:
    return {name: register.shown.value for name, register in registers.items() if register.shown is not None}


def _text(value: Value) -> str:
    return value if isinstance(value, str) else ""
