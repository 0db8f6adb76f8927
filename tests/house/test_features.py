"""The table of features is whole, and what it points at is there."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(r"^\| (\d+) \| ([^|]+) \| (done|part|planned) \| ([^|]*)\|$")


def test_every_feature_has_a_state_and_every_path_exists() -> None:
    """All 80 numbers in order; what is done or part names something that exists."""
    lines = (ROOT / "docs" / "features.md").read_text(encoding="utf-8").splitlines()
    rows = [match for line in lines if (match := ROW.match(line))]
    assert [int(row[1]) for row in rows] == list(range(1, 81))
    shown = {row[1]: [path.strip() for path in row[4].split(",") if path.strip()] for row in rows}
    assert [row[1] for row in rows if row[3] != "planned" and not shown[row[1]]] == []
    assert [path for paths in shown.values() for path in paths if not (ROOT / path).exists()] == []
