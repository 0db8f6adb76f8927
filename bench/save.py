"""Save on a form, to painted screen: ours against a bare SQLCipher commit and a bare Textual repaint.

Ours is the real desk on a fresh home with one case: one field is changed and the bench waits until
the case's screen has drawn the new value. The peer commits one row to a SQLCipher file of the same
kind and repaints one label in an empty application. Neither waits for a network: the service that
founded the ward is stopped first.
"""

import asyncio
import datetime as dt
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from textual._context import active_app
from textual.app import App, ComposeResult
from textual.widgets import Static

from bench.harness import Result, percentile
from wardclient.app import WardApp
from wardclient.demo import service
from wardclient.desk.api import Desk
from wardclient.desk.door import HomeDoor
from wardclient.desk.setup import found
from wardclient.screens.case import CaseScreen
from wardclient.storage.cipher import connect
from wardclient.widgets.prose import Prose

NAME = "save"
BAR = 2.0
LOOK_SECONDS = 0.0005
"""How often the bench looks whether the screen shows it: looking without a pause would keep the interpreter from the
threads that are waited for."""
REST_SECONDS = 0.05
"""Between two measured acts: a person's next one comes when the screen is at rest."""
WORDS = "bench-aoi-sora-tsurumi"
PERSON = {
    "family_name": "架空",
    "given_name": "試子",
    "name_kana": "カクウ\u3000タメシコ",
    "birth_date": "1986-04-02",
    "municipality": "14101",
    "address1": "鶴見中央9-99-9",
    "phone": "0800000000",
}


def home_of_one_case(folder: Path) -> tuple[Path, str]:
    """Found a ward with one case and stop its service; return the home and the case."""
    url = service.ensure(folder / "central")
    home = folder / "home"
    try:
        found(
            home, WORDS, server=url, ward_code="14101", label="CW 3係", team="city", roles=("adm", "cw", "sv")
        )
        desk = HomeDoor(home, background=False).unlock(WORDS)
        case_id = desk.open_case(PERSON, {"target_group": "C1"}, none_match=True)
        desk.lock()
    finally:
        service.stop(folder / "central")
    return home, case_id


async def until(holds: Callable[[], bool]) -> None:
    """Let the application work until ``holds``."""
    deadline = time.perf_counter() + 20
    while not holds():
        if time.perf_counter() > deadline:
            msg = "the screen never showed what was saved"
            raise RuntimeError(msg)
        await asyncio.sleep(LOOK_SECONDS)


class Bare(App[None]):
    """One label."""

    def compose(self) -> ComposeResult:
        """The label."""
        yield Static("0", id="label", markup=False)


async def measure(folder: Path, rounds: int) -> tuple[list[float], list[float]]:
    """Return seconds of each round, ours and the peer's, in turn."""
    home, case_id = home_of_one_case(folder)
    connection = connect(folder / "bare.db", bytes(32))
    connection.execute("CREATE TABLE saved (n INTEGER PRIMARY KEY, at TEXT, phone TEXT)")
    app, bare = WardApp(HomeDoor(home, offline=True)), Bare()
    ours: list[float] = []
    peer: list[float] = []

    async with app.run_test(size=(80, 24)), bare.run_test(size=(80, 24)):
        # Both applications run in one loop; each round says whose turn it is.
        active_app.set(app)
        desk = await asyncio.to_thread(app.door.unlock, WORDS)
        app.post_message(type(app.get_screen("door")).Opened(desk))  # type: ignore[attr-defined]
        await until(lambda: app.sync is not None and len(app.screen_stack) > 1)
        screen = CaseScreen(case_id)
        app.push_screen(screen)
        await until(lambda: bool(screen.query("#overview-text")))
        text, label = screen.query_one("#overview-text", Prose), bare.query_one("#label", Static)
        await until(lambda: bool(text.plain))
        for number in range(rounds + 1):
            phone = f"080{number:04d}{dt.datetime.now(dt.UTC).microsecond % 10000:04d}"
            shown = f"{phone[:3]}-{phone[3:7]}-{phone[7:]}"
            active_app.set(app)
            await asyncio.sleep(REST_SECONDS)
            begin = time.perf_counter()
            screen.ask(partial(change, case_id, phone), answered, group="save")
            await until(partial(stands, text, shown))
            await painted(app)
            mine = time.perf_counter() - begin
            active_app.set(bare)
            await asyncio.sleep(REST_SECONDS)
            begin = time.perf_counter()
            await asyncio.to_thread(commit, connection, number, phone)
            label.update(shown)
            await painted(bare)
            theirs = time.perf_counter() - begin
            if number:
                ours.append(mine)
                peer.append(theirs)
        active_app.set(app)
        app.lock()
        await asyncio.to_thread(app.wait_closed)
    connection.close()
    return ours, peer


def change(case_id: str, phone: str, desk: Desk) -> None:
    """Save one field."""
    desk.change(case_id, "person", {"phone": phone})


def answered(_result: None) -> None:
    """The screen is repainted by the desk's own message, not by the answer."""


def stands(text: Prose, shown: str) -> bool:
    """Return whether the screen's text holds what was saved."""
    return shown in text.plain


async def painted(app: App[Any]) -> None:
    """Wait until the application has drawn what was changed."""
    drawn = asyncio.Event()
    app.screen.call_after_refresh(drawn.set)
    await drawn.wait()


def commit(connection: Any, number: int, phone: str) -> None:
    """Write one row and commit."""
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("INSERT INTO saved VALUES (?, datetime('now'), ?)", (number, phone))
    connection.execute("COMMIT")


def run(quick: bool = False) -> Result:
    """Measure in turn, medians."""
    rounds = 15 if quick else 60
    with tempfile.TemporaryDirectory() as folder:
        ours, peer = asyncio.run(measure(Path(folder), rounds))
    ours.sort()
    peer.sort()
    more = {
        "what": "field changed to its screen drawn, against one commit and one repaint",
        "rounds": rounds,
        "ours_p95_ms": percentile(ours, 0.95) * 1000,
        "peer_p95_ms": percentile(peer, 0.95) * 1000,
    }
    middle = len(ours) // 2
    return Result(NAME, ours[middle] * 1000, peer[middle] * 1000, BAR, more=more)
