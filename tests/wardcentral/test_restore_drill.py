"""The drill of docs/operations/backup.md, with the operator's commands, a real service and real PCs, on both stores."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bench.witness import Crowd, Witness
from tests.sync.http import SIGNING, Pc, found, join, open_pc, share
from tests.wardcentral.postgres import make_database, owner_of
from tests.wardcentral.running import ANY_PORT, COMMAND, Process
from wardcentral.cli import DATABASE
from wardcentral.folder import Folder
from wardclient.sync.core import HALTED
from wardclient.sync.sealing import checked
from wardclient.sync.transport import TransportError
from wardproto.restored import read_notice


@dataclass
class Installation:
    """A machine with the service, the folders of the copies, and the machine that takes its place."""

    folder: Path
    addresses: tuple[str, str]
    monkeypatch: pytest.MonkeyPatch
    processes: list[Process] = field(default_factory=list)

    def machine(self, number: int, *options: str) -> Process:
        """Set up a machine; its database is its own."""
        self.monkeypatch.setenv(DATABASE, self.addresses[number])
        process = Process(self.folder / f"machine{number}")
        made = process.run("init", *options)
        assert made.returncode == 0, made.stderr
        self.processes.append(process)
        return process

    def copies(self, source: str) -> tuple[str, ...]:
        """The options that name the two folders."""
        return (source, str(self.folder / "log"), "--keys", str(self.folder / "keys"))

    def back_up(self) -> int:
        """Take a copy; return how many new entries it holds."""
        done = self.processes[0].run("backup", *self.copies("--to"), "--json")
        assert done.returncode == 0, done.stderr
        return int(json.loads(done.stdout)["entries"])

    def lose_and_restore(self, *options: str) -> Process:
        """The first machine burns down; the second is restored from the copies, with the same key."""
        lost = self.processes[0]
        lost.end(lambda process: process.kill())
        # The key is kept apart from the copies: here in the folder that did not burn.
        second = self.machine(1, "--key-from", str(lost.folder))
        restored = second.run("restore", *self.copies("--from"), *options)
        assert restored.returncode == 0, restored.stderr
        assert second.run("verify").returncode == 0
        return second


@pytest.fixture(params=["sqlite", "postgres"])
def installation(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Installation]:
    """Two machines, over each store."""
    addresses = ("", "")
    if request.param == "postgres":
        superuser = request.getfixturevalue("postgres")
        addresses = (
            owner_of(superuser, make_database(superuser)),
            owner_of(superuser, make_database(superuser)),
        )
    made = Installation(tmp_path, addresses, monkeypatch)
    yield made
    for process in made.processes:
        if process.process is not None:
            process.end(lambda running: running.kill())


def moved(pc: Pc, server: str) -> Pc:
    """The PC's program starts again, and its service is at another address now."""
    pc.close()
    return open_pc(pc.store, server)


def test_nothing_is_lost_when_the_copy_was_whole(installation: Installation) -> None:
    """Copied, lost, restored, opened: both offices go on, and what was written in between arrives."""
    first = installation.machine(0)
    url = first.start(*ANY_PORT)
    city = found(url)
    corner = join(city, url, "hellowork", ("adm", "hw"))
    stream = share(city)
    city.loop.sync_once()
    city.write(stream, "before")
    city.loop.sync_once()
    corner.loop.sync_once()
    assert corner.values(stream) == {"before"}
    assert installation.back_up() > 4
    assert installation.back_up() == 0
    second = installation.lose_and_restore()
    status = json.loads(second.run("status", "--json").stdout)
    assert [line["opened_ms"] for line in status["restored"]] == [0]
    city.write(stream, "while it was away")
    url = second.start(*ANY_PORT)
    city, corner = moved(city, url), moved(corner, url)
    with pytest.raises(TransportError, match="moving"):
        city.loop.sync_once()
    assert city.store.outbox_streams(), "nothing is written before the ward is opened"
    opened = second.run("reopen", "--json")
    assert json.loads(opened.stdout)["opened"] == [city.client.core.ward.hex()]
    city.loop.sync_once()
    corner.loop.sync_once()
    assert not city.store.outbox_streams()
    assert corner.values(stream) == {"before", "while it was away"}
    assert not city.store.get(HALTED)
    assert not city.store.tables.incidents
    status = json.loads(second.run("status", "--json").stdout)
    assert status["restored"][0]["opened_ms"] > 0
    second.end(lambda process: process.terminate())
    assert second.run("verify").returncode == 0
    city.close()
    corner.close()


def test_after_a_lost_tail_two_pcs_go_on_together(installation: Installation) -> None:
    """What came after the last copy is gone from the service: acknowledged, the PCs that saw it bring it back."""
    first = installation.machine(0)
    url = first.start(*ANY_PORT)
    city = found(url)
    corner = join(city, url, "hellowork", ("adm", "hw"))
    stream = share(city)
    city.loop.sync_once()
    city.write(stream, "copied")
    city.loop.sync_once()
    installation.back_up()
    city.write(stream, "lost with the machine")
    late = city.client.new_stream()
    city.loop.sync_once()
    city.write(late, "a case of its own")
    city.loop.sync_once()
    corner.loop.sync_once()
    assert corner.values(stream) == {"copied", "lost with the machine"}
    assert not city.store.outbox_streams()
    had = city.client.core.memory.cursor
    second = installation.lose_and_restore()
    assert second.run("reopen").returncode == 0
    url = second.start(*ANY_PORT)
    city, corner = moved(city, url), moved(corner, url)
    for pc in (corner, city):
        with suppress(TransportError):
            pc.loop.sync_once()
        assert pc.client.status().halted == "restored"
        ((kind, size, detail),) = pc.store.tables.incidents.values()
        told = read_notice(detail, SIGNING, pc.client.core.state.server_key)
        assert told is not None
        assert (kind, size, told.ward, told.known) == ("restored", had - 3, pc.client.core.ward, had - 3)
        assert pc.values(stream) == {"copied", "lost with the machine"}
    corner.write(stream, "written while it waits")
    corner.loop.sync_once()
    assert corner.client.status().halted == "restored"
    assert corner.client.core.memory.cursor == had
    assert json.loads(second.run("status", "--json").stdout)["wards"][0]["entries"] == had - 3
    assert city.client.acknowledge()
    for pc in (city, corner, city, corner):
        pc.loop.sync_once()
    both = {"copied", "lost with the machine", "written while it waits"}
    for pc in (city, corner):
        assert pc.client.status().halted == ""
        assert pc.values(stream) == both
        assert not pc.store.outbox_streams()
        assert not pc.store.set_aside()
        assert {kind for kind, _, _ in pc.store.tables.incidents.values()} == {"restored"}
    assert city.values(late) == {"a case of its own"}
    assert len({checked(pc.client.core).root for pc in (city, corner)}) == 1  # type: ignore[union-attr]
    second.end(lambda process: process.terminate())
    assert second.run("verify").returncode == 0
    city.close()
    corner.close()


def test_put_back_to_a_moment_before_a_mistake(installation: Installation) -> None:
    """The operator chooses an earlier number: the notice says how much the copies held beyond it."""
    first = installation.machine(0)
    city = found(first.start(*ANY_PORT))
    stream = city.client.new_stream()
    for number in range(3):
        city.write(stream, str(number))
        city.loop.sync_once()
    copied = installation.back_up()
    second = installation.lose_and_restore("--until", str(copied - 2))
    shown = second.run("status")
    assert str(copied - 2) in shown.stdout
    (line,) = json.loads(second.run("status", "--json").stdout)["restored"]
    assert (line["entries"], line["known"]) == (copied - 2, copied)
    city.close()


def test_the_operator_is_told_what_is_wrong(installation: Installation) -> None:
    """A folder in use, no keys, a store that is not empty, a damaged copy, a time that is none."""
    first = installation.machine(0)
    city = found(first.start(*ANY_PORT))
    city.client.new_stream()
    city.loop.sync_once()
    city.close()
    installation.back_up()
    log, keys = installation.folder / "log", installation.folder / "keys"
    source = installation.copies("--from")

    def refused(code: int, text: str, *arguments: str) -> None:
        done = first.run(*arguments)
        assert done.returncode == code, (done.stdout, done.stderr)
        assert text in done.stderr
        assert "Traceback" not in done.stderr

    assert first.run("check-backup", *source).returncode == 0
    if not installation.addresses[0]:
        refused(1, "別のサービス", "restore", *source)
    first.end(lambda process: process.terminate())
    refused(1, "すでに記録", "restore", *source)
    refused(2, "時刻は", "restore", *source, "--until", "きのう")
    refused(1, "別々のフォルダー", "backup", "--to", str(log), "--keys", str(log / "keys"))
    refused(1, "その時点まで", "check-backup", "--from", str(keys / "none"), "--keys", str(keys))
    refused(1, "鍵箱の控えがありません", "check-backup", "--from", str(log), "--keys", str(keys / "none"))
    damaged = next(log.glob("*/*.log"))
    damaged.write_bytes(damaged.read_bytes()[:-1])
    refused(4, "壊れています", "check-backup", *source)


def test_the_services_own_role_copies_and_cannot_restore(
    postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Copying reads; restoring places wards, which only the owner may. It says so, without the address."""
    role = make_database(postgres)
    installation = Installation(tmp_path, (role, make_database(postgres)), monkeypatch)
    first = installation.machine(0)
    city = found(first.start(*ANY_PORT))
    city.close()
    assert installation.back_up() == 1
    first.end(lambda process: process.terminate())
    second = installation.machine(1, "--key-from", str(first.folder))
    refused = second.run("restore", *installation.copies("--from"))
    assert refused.returncode == 1
    assert "所有者" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert "host=" not in refused.stderr
    assert "dbname" not in refused.stderr


def test_copies_every_so_often(installation: Installation) -> None:
    """The command goes on by itself: what is written while it runs is in the next copy; nothing new, no copy."""
    first = installation.machine(0)
    city = found(first.start(*ANY_PORT))
    command = [*COMMAND, "backup", "--data", str(first.folder), *installation.copies("--to")]
    with subprocess.Popen(
        [*command, "--every", "0.05", "--json"], stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as running:
        try:
            assert running.stdout is not None
            assert json.loads(running.stdout.readline())["number"] == 1
            city.client.new_stream()
            city.loop.sync_once()
            while (line := json.loads(running.stdout.readline()))["number"] == 1:
                assert line["entries"] == 0
            assert (line["number"], line["entries"]) == (2, 1)
        finally:
            running.terminate()
    city.close()
    assert first.run("check-backup", *installation.copies("--from")).returncode == 0


def test_copies_are_whole_while_wards_are_written(installation: Installation) -> None:
    """Witnesses push to two wards all the while: each copy can be restored, and after the last no receipt is missing."""
    first = installation.machine(0)
    url = first.start(*ANY_PORT)
    key = SIGNING.public(Folder(first.folder).secret())
    witnesses = [Witness([url], key) for _ in range(2)]
    with Crowd(witnesses) as crowd:
        for _ in range(3):
            crowd.wait_for(crowd.receipts() + 15)
            assert installation.back_up() > 0
            checked = first.run("check-backup", *installation.copies("--from"))
            assert checked.returncode == 0, checked.stderr
        crowd.wait_for(crowd.receipts() + 5)
    installation.back_up()
    second = installation.lose_and_restore()
    opened = json.loads(second.run("reopen", "--json").stdout)["opened"]
    assert set(opened) == {witness.ward.id.hex() for witness in witnesses}
    url = second.start(*ANY_PORT)
    for witness in witnesses:
        witness.caller.url = url
        assert witness.check() == []
        witness.close()
