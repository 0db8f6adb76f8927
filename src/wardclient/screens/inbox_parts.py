"""What the parts of the inbox show: the columns of their lists, the field of a conflict."""

from wardclient.casework.fields import Field, field_of
from wardclient.desk.restore_rows import RestoreRow
from wardclient.desk.rows import ConflictView, IncidentRow, TrayRow
from wardclient.locale import _, mark
from wardclient.widgets.bars import moment
from wardclient.widgets.grid import Column

TRAY: tuple[Column[TrayRow], ...] = (
    Column(mark("時刻"), 14, lambda r: moment(r.at)),
    Column(mark("氏名"), 12, lambda r: r.name),
    Column(mark("内容"), 24, lambda r: r.what, share=1),
)
INCIDENTS: tuple[Column[IncidentRow], ...] = (
    Column(mark("時刻"), 14, lambda r: moment(r.at)),
    Column(mark("内容"), 40, lambda r: r.text, share=1),
)
RESTORES: tuple[Column[RestoreRow], ...] = (
    Column(mark("時刻"), 14, lambda r: moment(r.at)),
    Column(mark("書いた人"), 12, lambda r: r.author or _("中央サービス")),
    Column(mark("内容"), 40, lambda r: r.text.partition("\n")[0], share=1),
)


def conflict_field(conflict: ConflictView) -> Field | None:
    """Return the field in conflict: the id ends in its kind and name."""
    parts = conflict.conflict_id.split("/")
    return field_of(parts[-2], parts[-1]) if len(parts) > 1 else None
