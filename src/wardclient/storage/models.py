"""Read models as SQLModel tables, for typed queries by people and tools.

What a case says beyond its line in a list is read from `register`, `member_set` and `fact`, which the reducer keeps
by plain SQL; they and the lists are described here alike. Imported late: SQLModel costs half a second. The tables
themselves are made by `schema`, whose statements a test compares with these classes.
"""

from typing import ClassVar

from sqlmodel import Field, SQLModel

NO_ROWID: dict[str, bool] = {"sqlite_with_rowid": False}


class CaseModel(SQLModel, table=True):
    """One case as this PC may see it: own and joint streams merged."""

    __tablename__ = "case_row"

    id: int = Field(primary_key=True)
    case_id: str
    name: str
    kana: str
    kana_key: str
    birth_date: str
    address: str
    case_no: str
    target_group: str
    status: str
    consent: str
    """What the latest consent record says: given, refused, withdrawn, or empty."""
    consent_from: str
    consent_until: str
    consent_stream: str
    owner: str
    caseworker: str
    last_contact: str
    next_on: str
    conflicts: int
    indexed: int


class CaseStreamModel(SQLModel, table=True):
    """Which streams make up a case, whose they are, and under which consent."""

    __tablename__ = "case_stream"
    __table_args__: ClassVar[dict[str, bool]] = NO_ROWID

    stream: bytes = Field(primary_key=True)
    case_id: str
    kind: str
    owner: str
    consent_id: str


class CaseBlockModel(SQLModel, table=True):
    """Hashed keys under which people who may be the same are found."""

    __tablename__ = "case_block"
    __table_args__: ClassVar[dict[str, bool]] = NO_ROWID

    block: str = Field(primary_key=True)
    case_id: str = Field(primary_key=True)


class RegisterModel(SQLModel, table=True):
    """One field of one record: its heads, and how many stand."""

    __tablename__ = "register"
    __table_args__: ClassVar[dict[str, bool]] = NO_ROWID

    stream: bytes = Field(primary_key=True)
    entity: str = Field(primary_key=True)
    field: str = Field(primary_key=True)
    state: bytes
    heads: int


class MemberSetModel(SQLModel, table=True):
    """One set of one record."""

    __tablename__ = "member_set"
    __table_args__: ClassVar[dict[str, bool]] = NO_ROWID

    stream: bytes = Field(primary_key=True)
    entity: str = Field(primary_key=True)
    field: str = Field(primary_key=True)
    state: bytes


class FactModel(SQLModel, table=True):
    """One record that is only ever appended."""

    __tablename__ = "fact"
    __table_args__: ClassVar[dict[str, bool]] = NO_ROWID

    stream: bytes = Field(primary_key=True)
    entity: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    device: bytes = Field(primary_key=True)
    n: int = Field(primary_key=True)
    i: int = Field(primary_key=True)
    data: bytes
    hlc: int
    staff: bytes
    recv_ms: int | None = None


class UnreducedModel(SQLModel, table=True):
    """Streams whose newest events are not reduced yet (decision 0004)."""

    __tablename__ = "unreduced"
    __table_args__: ClassVar[dict[str, bool]] = NO_ROWID

    stream: bytes = Field(primary_key=True)
