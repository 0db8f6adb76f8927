"""Ordering all openings by how they fit a person, against reading the same columns bare.

Ours: wardclient.openings.ranking.rank: every listed opening scored by its parts, the best 200 by their
whole sheet, a page of 50. Peer: the same narrow columns of the same rows fetched and thrown away, which any
ranking outside SQL must pay.

By itself: ``python bench/matching.py [--rows N]``.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
if __name__ == "__main__":
    sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from bench.harness import Result, paired  # noqa: E402 - found only after the path is set
from bench.search_openings import FULL_ROWS, QUICK_ROWS, TODAY, filled  # noqa: E402
from wardclient.openings import ranking  # noqa: E402
from wardclient.openings.derive import PART  # noqa: E402
from wardclient.openings.filters import Filters  # noqa: E402
from wardclient.openings.matching import Wishes  # noqa: E402
from wardclient.openings.search import hits  # noqa: E402

NAME = "matching"
BAR = 3.0
WISHES = Wishes(
    occupations=("055-01", "092"),
    areas=("14101", "14109"),
    home="14102",
    commute_minutes=40,
    full_part=PART,
    pay=1250,
    pay_by=PART,
    earliest=540,
    latest=990,
    licences=("普通自動車運転免許",),
    licences_stated=True,
    overtime_ok=False,
    considerations=("重い物",),
)


def run(quick: bool = False, rows: int | None = None) -> Result:
    """Rank in paired rounds; ``seconds`` is what a person waits for one ranking."""
    count = rows or (QUICK_ROWS if quick else FULL_ROWS)
    with tempfile.TemporaryDirectory() as folder:
        connection = filled(Path(folder), count)
        source, parameters = hits(connection, "", Filters(), TODAY)
        bare = f"SELECT {ranking.NARROW} {source}"

        def ours() -> float:
            begin = time.perf_counter()
            page = ranking.rank(connection, "", Filters(), TODAY, WISHES)
            assert page.rows[0].match.score >= page.rows[-1].match.score
            return time.perf_counter() - begin

        def peer() -> float:
            begin = time.perf_counter()
            connection.execute(bare, parameters).fetchall()
            return time.perf_counter() - begin

        measured = paired(ours, peer, rounds=5)
        total = ranking.rank(connection, "", Filters(), TODAY, WISHES).total
        connection.close()
    return measured.result(NAME, BAR, {"openings": count, "ranked": total, "seconds": min(measured.ours)})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=QUICK_ROWS)
    found = run(rows=parser.parse_args().rows)
    print(found.line())
    print(dict(found.more))
