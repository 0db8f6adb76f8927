"""The generator makes files like the real one, the same each time."""

import csv
import io
from datetime import date

from wardclient.openings.columns import resolve
from wardclient.practice.openings import DAMAGES, OpeningsSpec, header, write_openings_to

SPEC = OpeningsSpec(rows=300, today=date(2026, 11, 20))


def made(spec: OpeningsSpec) -> bytes:
    """Return the bytes of a file."""
    stream = io.BytesIO()
    write_openings_to(stream, spec)
    return stream.getvalue()


def rows(raw: bytes) -> list[list[str]]:
    """Return the cells of a file."""
    return list(csv.reader(io.StringIO(raw.decode("cp932"), newline=""), strict=True))


def test_the_shape_is_the_real_ones() -> None:
    """418 columns, cp932, full-width header, the unused office, dates with slashes."""
    cells = rows(made(SPEC))
    assert tuple(cells[0]) == header()
    assert all(len(row) == 418 for row in cells)
    assert header()[0] == "求人番号"
    assert header()[2] == "受付年月日（西暦）"
    assert header()[26] == "就業場所住所１（名称）"
    assert len(set(header())) == 418
    assert all(row[0].startswith("14990-") for row in cells[1:])
    assert any("\r\n" in cell for row in cells for cell in row)


def test_the_same_seed_makes_the_same_file() -> None:
    """Tests and demonstrations can name an opening."""
    assert made(SPEC) == made(SPEC)
    assert made(SPEC) != made(OpeningsSpec(rows=300, today=SPEC.today, seed=2))


def test_a_second_day_differs_where_it_says() -> None:
    """Vanished rows are absent, changed ones differ, the rest is the same to the byte."""
    first = {row[0]: row for row in rows(made(SPEC))}
    second = {row[0]: row for row in rows(made(OpeningsSpec(300, SPEC.today, changed=5, vanished=3, new=4)))}
    assert len(first.keys() - second.keys()) == 9
    assert len(second.keys() - first.keys()) == 12
    both = first.keys() & second.keys()
    assert sum(first[number] != second[number] for number in both) == 15


def test_every_damage_changes_its_own_row_only() -> None:
    """The rows around a damaged one are as they were."""
    places = {10 * place + 5: kind for place, kind in enumerate(DAMAGES)}
    whole = made(SPEC).split(b"\r\n14990-")
    for index, kind in places.items():
        damaged = made(OpeningsSpec(300, SPEC.today, damage={index: kind})).split(b"\r\n14990-")
        assert damaged[: index + 1] == whole[: index + 1]
        assert damaged[-200:] == whole[-200:]
        assert damaged != whole


def test_employers_withheld_and_both_kinds_of_hours_occur() -> None:
    """A practice ward shows every case the screens have to handle."""
    at = resolve(header()).places
    cells = rows(made(SPEC))[1:]
    assert {row[at["disclosure_scope"]] for row in cells} == {"1", "3"}
    assert {row[at["full_part_name"]] for row in cells} == {"フルタイム", "パート"}
    assert "" in {row[at["hours1"]] for row in cells}
