"""A key in the search box of a large ward, to the repainted list: ours against bare query and repaint.

Ours is the real screen on the real desk: the text changes, the desk is asked in its lane, the list
is drawn. The peer is an application of one plain text field and one label: its text changes too, the
same question is asked by prepared SQL in the same lane, the names go into the label. Both are
counted to the end of their painting; both paint twice, the typed character and the result. A person's patience,
50 ms at the 95th percentile, is a second bar (``holds`` in the details).
"""

import asyncio
import tempfile
import time
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from textual._context import active_app
from textual.app import App, ComposeResult
from textual.widgets import Input, Static

from bench.harness import Result, percentile, spread
from bench.save import REST_SECONDS, WORDS, home_of_one_case, painted, until
from bench.search_cases import FIXED, bare
from wardclient.app import WardApp
from wardclient.casework.search_text import case_query_text
from wardclient.desk.door import HomeDoor
from wardclient.desk.workstation import Workstation
from wardclient.ledger.events import Put, make_event
from wardclient.practice.people import people
from wardclient.screens.cases import CasesScreen
from wardclient.sync.ports import OpenedEvent
from wardclient.widgets.ime import ImeInput

NAME = "keystroke"
BAR = 1.5
PATIENCE_MS = 50
QUICK_CASES, FULL_CASES = 5_000, 100_000
AT_ONCE = 1_000
SHOWN = 17


def fill(desk: Workstation, cases: int) -> None:
    """Put invented cases into the desk's own database, indexed."""
    store = desk.place.store
    events = (opened(number, one.person, one.case) for number, one in enumerate(people(cases), 1))
    while page := list(islice(events, AT_ONCE)):
        with store.transaction():
            store.apply(page)
    while store.index_pending(2_000):
        pass


def opened(number: int, person: Any, case: Any) -> OpenedEvent:
    """Return the event that opens one case."""
    stream = number.to_bytes(16, "big")
    whole = {**case, "case_id": stream.hex(), "caseworker_id": f"窓口{number % 40}"}
    ops = [
        Put(entity, field, value)
        for entity, values in (("person", person), ("case", whole))
        for field, value in values.items()
    ]
    return OpenedEvent(
        stream, b"d" * 16, 1, make_event(1, "open_case", number << 16, b"s" * 16, ops), 1, number
    )


def questions(rounds: int) -> list[str]:
    """Return what stands in the box after each key."""
    found = [text[:length] for text in FIXED for length in range(1, len(text) + 1)]
    usable = [text for text in found if case_query_text(text) and text == text.strip()]
    return (usable * (1 + rounds // len(usable)))[:rounds]


class Bare(App[None]):
    """A text field and a label."""

    def compose(self) -> ComposeResult:
        """Both."""
        yield Input(id="search")
        yield Static("", id="label", markup=False)


def shows(screen: CasesScreen, text: str) -> bool:
    """Return whether the list is that of ``text``."""
    return screen.searched == text


async def measure(folder: Path, cases: int, rounds: int) -> tuple[list[float], list[float]]:
    """Return seconds of each key, ours and the peer's, in turn."""
    home, _case = home_of_one_case(folder)
    app, empty = WardApp(HomeDoor(home, offline=True)), Bare()
    ours: list[float] = []
    peer: list[float] = []
    async with app.run_test(size=(80, 24)), empty.run_test(size=(80, 24)):
        active_app.set(app)
        desk = await asyncio.to_thread(app.door.unlock, WORDS)
        assert isinstance(desk, Workstation)
        await asyncio.to_thread(desk.place.lane.run, lambda: fill(desk, cases))
        app.post_message(type(app.get_screen("door")).Opened(desk))  # type: ignore[attr-defined]
        await until(lambda: isinstance(app.screen, CasesScreen) and bool(app.screen.grid.rows))
        screen = app.screen
        assert isinstance(screen, CasesScreen)
        field, label = screen.query_one("#search", ImeInput), empty.query_one("#label", Static)
        plain = empty.query_one("#search", Input)
        connection = desk.place.store.connection
        for number, text in enumerate(questions(rounds)):
            active_app.set(app)
            await asyncio.sleep(REST_SECONDS)
            begin = time.perf_counter()
            field.value = text
            await until(partial(shows, screen, text))
            await painted(app)
            mine = time.perf_counter() - begin
            active_app.set(empty)
            asked = await asyncio.to_thread(
                desk.place.lane.run, partial(bare, connection, case_query_text(text), desk.me().label)
            )
            await asyncio.sleep(REST_SECONDS)
            begin = time.perf_counter()
            plain.value = text
            rows, _count = await asyncio.to_thread(desk.place.lane.run, asked)
            label.update("\n".join(f"{row[2]} {row[3]} {row[4]}" for row in rows[:SHOWN]))
            await painted(empty)
            theirs = time.perf_counter() - begin
            if number:
                ours.append(mine)
                peer.append(theirs)
        active_app.set(app)
        app.lock()
        await asyncio.to_thread(app.wait_closed)
    return ours, peer


def run(quick: bool = False) -> Result:
    """Type, in turn with the peer; medians."""
    cases, rounds = (QUICK_CASES, 80) if quick else (FULL_CASES, 200)
    with tempfile.TemporaryDirectory() as folder:
        ours, peer = asyncio.run(measure(Path(folder), cases, rounds))
    mine, theirs = spread(ours), spread(peer)
    more = {
        "what": "text in the box to the list drawn, against prepared SQL and one label",
        "cases": cases,
        "keys": len(ours),
        "ours_ms": mine,
        "peer_ms": theirs,
        "p95_ratio": percentile(sorted(ours), 0.95) / percentile(sorted(peer), 0.95),
        "patience_ms": PATIENCE_MS,
        "holds": mine["p95"] < PATIENCE_MS,
    }
    return Result(NAME, mine["median"], theirs["median"], BAR, more=more)
