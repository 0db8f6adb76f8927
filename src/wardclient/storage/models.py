"""Read models as SQLModel tables, for typed queries by people and tools.

Imported late: SQLModel costs half a second. The tables themselves are made by `schema`, whose
statements a test compares with these classes.
"""

from sqlmodel import Field, SQLModel


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
