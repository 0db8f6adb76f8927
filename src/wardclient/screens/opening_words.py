"""An opening in words: its head beside the list, its sheet with every condition."""

from wardclient.desk.rows import OpeningRow, OpeningView
from wardclient.locale import _
from wardclient.screens.words import long_day
from wardclient.widgets.cells import pad, width, wrap
from wardclient.widgets.prose import Part


def head_of(row: OpeningRow) -> list[Part]:
    """Return what stands beside the list."""
    parts: list[Part] = [(f"{row.title}\n", "bold $ward-accent"), f"{row.employer}\n\n"]
    for label, value in (
        (_("求人番号"), row.opening_no),
        (_("場所"), row.place),
        (_("賃金"), row.pay),
        (_("時間"), row.hours),
        (_("雇用形態"), row.employment_type),
        (_("受付"), long_day(row.received_on)),
        (_("有効期限"), long_day(row.valid_until)),
    ):
        if value:
            parts += [(f"{label}\n", "$ward-quiet"), f"  {value}\n"]
    if not row.listed:
        parts.append((_("新しいファイルにはもうありません"), "$ward-warn"))
    return parts


def sheet_of(view: OpeningView, room: int) -> list[Part]:
    """Return the sheet for ``room`` cells, the words of the file and the source line."""
    cells = min(max((width(label) for label, _text in view.conditions), default=0), 26)
    parts: list[Part] = []
    for label, text in view.conditions:
        lines = wrap(text, max(room - cells - 2, 20))
        names = wrap(label, cells)
        for index in range(max(len(lines), len(names))):
            name = names[index] if index < len(names) else ""
            line = lines[index] if index < len(lines) else ""
            parts += [(pad(name, cells) + "  ", "$ward-quiet"), f"{line}\n"]
    parts += ["\n", (view.source_line, "$ward-quiet")]
    return parts
