"""Tables: the DDL by hand and the SQLModel classes say the same, and versions are kept apart."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateTable
from sqlmodel import SQLModel

from tests.storage.histories import CASES, OTHERS, STREAMS, be, opened, person, picture
from wardclient.storage import models, opening
from wardclient.storage.cipher import connect
from wardclient.storage.home import Home
from wardclient.storage.log_store import SqlStore
from wardclient.storage.schema import DERIVED_NAMES, DERIVED_TABLES, NewerDatabaseError, prepare

MODELS = (
    models.CaseModel,
    models.CaseStreamModel,
    models.CaseBlockModel,
    models.RegisterModel,
    models.MemberSetModel,
    models.FactModel,
    models.UnreducedModel,
)
SRC = Path(__file__).parents[2] / "src"


TEXTS = {"VARCHAR": "TEXT", "BLOB": "BLOB", "INTEGER": "INTEGER", "TEXT": "TEXT"}


def columns(connection: sqlite3.Connection, table: str) -> list[tuple[object, ...]]:
    """Name, kind, whether it may be empty, place in the key, of each column."""
    rows = connection.execute(f"PRAGMA table_info({table})").fetchall()
    keyed = [row[1] for row in rows if row[5]]
    return [
        # A key column of a table with a rowid may be empty as far as the statement says; here none is.
        (row[1], TEXTS[row[2]], bool(row[3]) or row[1] in keyed, row[5])
        for row in rows
    ]


def test_models_equal_the_tables() -> None:
    """Every read model is a SQLModel table: the same columns, kinds and keys as the schema makes; but the search index."""
    by_hand, by_model = sqlite3.connect(":memory:"), sqlite3.connect(":memory:")
    mine = {model.__tablename__: SQLModel.metadata.tables[str(model.__tablename__)] for model in MODELS}
    assert set(mine) == set(DERIVED_NAMES) - {"case_text"}
    for statement in DERIVED_TABLES:
        if "fts5" not in statement:
            by_hand.execute(statement)
    for name, table in mine.items():
        by_model.execute(str(CreateTable(table).compile(dialect=sqlite.dialect())))
        assert columns(by_hand, str(name)) == columns(by_model, str(name)), name
        rowids = [
            "WITHOUT ROWID"
            in str(c.execute("SELECT sql FROM sqlite_master WHERE name = ?", (name,)).fetchone())
            for c in (by_hand, by_model)
        ]
        assert rowids[0] == rowids[1]
    by_hand.close()
    by_model.close()


def test_read_models_are_dropped_by_name(store: SqlStore) -> None:
    """What a rebuild drops is all that it makes: no table of the log, none left over."""
    made = {
        statement.replace("VIRTUAL ", "").split()[2]
        for statement in DERIVED_TABLES
        if "INDEX" not in statement.split("(")[0]
    }
    assert made == set(DERIVED_NAMES)


def test_newer_database_is_left_alone(tmp_path: Path, key: bytes) -> None:
    """A database of a later version is refused, unchanged."""
    connection = connect(tmp_path / "x.db", key)
    prepare(connection)
    connection.execute("PRAGMA user_version=99")
    with pytest.raises(NewerDatabaseError):
        prepare(connection)
    assert connection.execute("PRAGMA user_version").fetchone()[0] == 99
    connection.close()


def test_new_read_models_are_built_at_the_first_start(
    home: Home, key: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the program's read models are newer than the file's, they are made anew from the events."""
    store = be(opening.open_store(home, key))
    with store.transaction():
        store.apply([opened(STREAMS[0], OTHERS[0], 1, person(CASES[0], "架空", "花子", "カクウ"))])
    before = picture(store)
    with store.transaction():
        store.connection.execute("UPDATE case_row SET name = '古い形'")
    store.close()
    monkeypatch.setattr(opening, "READ_MODELS", 99)
    store = opening.open_store(home, key)
    assert picture(store) == before
    assert store.get("read_models") == b"99"
    store.close()


def test_store_is_opened_without_sqlmodel() -> None:
    """Opening the database loads neither SQLModel nor SQLAlchemy: half a second of every start."""
    code = (
        "import sys, wardclient.storage.log_store, wardclient.storage.opening;"
        "print([m for m in ('sqlmodel', 'sqlalchemy', 'pydantic', 'textual') if m in sys.modules])"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, env={"PYTHONPATH": str(SRC)}
    )
    assert ended.stdout.strip() == "[]"
