"""What an event would have written, in words: for work that is shown outside its case."""

from wardclient.casework import fields as catalogue
from wardclient.desk.looks import LOOKED
from wardclient.ledger.events import Put, Value, read_event, read_ops
from wardclient.locale import language


def what(event: bytes) -> str:
    """Return what an unsent event would have written, in words: field names and texts."""
    parts: list[str] = []
    known = read_event(event)
    if known.type == LOOKED:
        return (
            "自分の側の端末へ知らせる、ケースを開いた記録"
            if language() == "ja"
            else "Looks, for the own office's PCs"
        )
    for op in read_ops(known):
        if isinstance(op, Put) and op.field not in ("case_id", "person_id"):
            kind = op.entity.partition(":")[0]
            field = next((f for f in catalogue.FIELDS.get(kind, ()) if f.name == op.field), None)
            parts.append(f"{field.label(language()) if field else op.field}: {_shown(field, op.value)}")
    return "、".join(parts)


def _shown(field: catalogue.Field | None, value: Value) -> str:
    return catalogue.shown(field, value) if field is not None else str(value)
