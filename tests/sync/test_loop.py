"""The loop: what is written at one PC is soon at the other, and a network's moods harm nothing."""

import socket
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.simulation.memory_store import MemoryStore
from tests.sync.http import Pc, found, join, open_pc, share
from tests.wardcentral.running import serving
from wardclient.sync.core import keep_identity
from wardclient.sync.transport import Transport, TransportError
from wardclient.vault.identity import Identity
from wardclient.vault.sealing import HybridSealing
from wardproto.messages import PushReply, PushRequest


class HangingUploads(Transport):
    """A way on which blocks get stuck until they are let go."""

    go = threading.Event()
    stuck = threading.Event()

    def blocks(self, push: PushRequest) -> PushReply:
        """Hang, then send."""
        self.stuck.set()
        self.go.wait(20)
        return super().blocks(push)


def test_what_one_office_shares_appears_at_the_other_without_being_asked_for(tmp_path: Path) -> None:
    """Two loops in the background: the long poll brings the news."""
    with serving(tmp_path) as central:
        city = found(central.url)
        partner = join(city, central.url, "hellowork", ("hw", "adm"))
        city.loop.start()
        partner.loop.start()
        try:
            joint = share(city)
            city.write(joint, "shared")
            city.loop.urge()
            assert partner.wait_until(lambda: partner.values(joint) == {"shared"})
            assert city.wait_until(lambda: city.client.status().unsent == 0)
            assert not city.loop.trouble
        finally:
            city.close()
            partner.close()


def test_work_goes_on_without_the_service_and_arrives_when_it_is_back(tmp_path: Path) -> None:
    """Stopped and started again on the same folder: nothing lost, nothing twice."""
    secret = b"k" * 32
    with serving(tmp_path, secret=secret) as central:
        city = found(central.url)
        stream = city.client.new_stream()
        city.write(stream, "before")
        city.loop.sync_once()
    city.write(stream, "meanwhile")
    with pytest.raises(TransportError):
        city.loop.sync_once()
    assert city.loop.trouble in {"away", "cut"}
    assert city.client.status().unsent == 1
    with serving(tmp_path, secret=secret) as central:
        back = open_pc(city.store, central.url)
        back.loop.sync_once()
        assert back.client.status().unsent == 0
        assert not back.loop.trouble
        assert back.values(stream) == {"before", "meanwhile"}
        back.close()
    city.close()


def test_an_upload_that_hangs_holds_no_download_back(tmp_path: Path) -> None:
    """While blocks are stuck on their way out, what others write comes in."""
    with serving(tmp_path) as central:
        city = found(central.url)
        partner = join(city, central.url, "hellowork", ("hw", "adm"), transport=HangingUploads)
        joint = share(city)
        city.loop.sync_once()
        partner.loop.start()
        try:
            assert partner.wait_until(lambda: joint in partner.client.state.streams)
            partner.write(joint, "stuck")
            partner.loop.urge()
            assert HangingUploads.stuck.wait(20)
            city.write(joint, "news")
            city.loop.sync_once()
            assert partner.wait_until(lambda: "news" in partner.values(joint))
            assert partner.client.status().unsent == 1
            HangingUploads.go.set()
            assert partner.wait_until(lambda: partner.client.status().unsent == 0)
        finally:
            HangingUploads.go.set()
            city.close()
            partner.close()


def test_a_save_never_waits_for_the_network(tmp_path: Path) -> None:
    """With a call under way the write lane is free."""
    with serving(tmp_path) as central:
        city = found(central.url)
        slow = open_pc(city.store, central.url, Hanging)
        slow.loop.start()
        try:
            assert Hanging.asked.wait(20)
            stream = slow.client.new_stream()
            slow.write(stream, "saved")
            assert slow.values(stream) == {"saved"}
        finally:
            slow.loop.stop()
            Hanging.go.set()
            slow.close()
            city.close()


class Hanging(Transport):
    """A way on which everything gets stuck."""

    asked = threading.Event()
    go = threading.Event()

    def _exchange(self, *arguments: Any) -> Any:
        self.asked.set()
        self.go.wait(20)
        return super()._exchange(*arguments)


def test_exchanging_on_demand_waits_for_what_the_background_has_under_way(tmp_path: Path) -> None:
    """With the loop running, `sync_once` returns when everything is exchanged, whoever did it."""
    with serving(tmp_path) as central:
        city = found(central.url)
        city.loop.start()
        try:
            for number in range(20):
                stream = city.in_lane(city.client.new_stream)
                city.write(stream, str(number))
                city.loop.urge()
                city.loop.sync_once()
                assert city.in_lane(city.client.status).unsent == 0
        finally:
            city.close()


class Breaking(Transport):
    """A way that breaks after the service has acted, a number of times."""

    left = 0

    def blocks(self, push: PushRequest) -> PushReply:
        """Send, and perhaps lose the answer."""
        reply = super().blocks(push)
        if Breaking.left:
            Breaking.left -= 1
            raise TransportError("cut")
        return reply


@pytest.mark.parametrize(("times", "arrives"), [(2, True), (3, False)])
def test_a_connection_that_breaks_is_tried_again_a_few_times(
    tmp_path: Path, times: int, *, arrives: bool
) -> None:
    """The same bytes are sent again: there once, whatever became of the first answer."""
    with serving(tmp_path) as central:
        city = found(central.url)
        breaking = open_pc(city.store, central.url, Breaking)
        stream = breaking.client.new_stream()
        breaking.write(stream, "x")
        Breaking.left = times
        if arrives:
            breaking.loop.sync_once()
        else:
            with pytest.raises(TransportError, match="cut"):
                breaking.loop.sync_once()
        breaking.loop.sync_once()
        assert breaking.client.status().unsent == 0
        assert breaking.client.core.memory.cursor == 3
        breaking.close()
        city.close()


def test_a_store_that_fails_once_does_not_end_the_exchange(tmp_path: Path) -> None:
    """A full disk at the wrong moment: the page is asked for again and taken over whole."""
    with serving(tmp_path) as central:
        city = found(central.url)
        colleague = join(city, central.url, "city", ("cw",))
        stream = city.client.new_stream()
        city.write(stream, "x")
        city.loop.sync_once()
        store = colleague.store
        append = store.append
        failures = [OSError("no room")]

        def failing(*arguments: Any) -> None:
            if failures:
                raise failures.pop()
            append(*arguments)

        store.append = failing  # type: ignore[method-assign, assignment]
        with pytest.raises(OSError, match="no room"):
            colleague.loop.sync_once()
        assert colleague.values(stream) == set()
        colleague.loop.sync_once()
        assert colleague.values(stream) == {"x"}
        city.close()
        colleague.close()


def test_a_loop_can_be_stopped_and_started(tmp_path: Path) -> None:
    """A person cuts the connection and restores it: threads end, and work goes on as before."""
    with serving(tmp_path) as central:
        city = found(central.url)
        for _ in range(3):
            city.loop.start()
            city.loop.start()
            city.loop.stop()
            city.loop.stop()
        city.loop.start()
        stream = city.in_lane(city.client.new_stream)
        city.write(stream, "x")
        city.loop.urge()
        assert city.wait_until(lambda: city.client.status().unsent == 0)
        city.close()


def test_a_service_that_cannot_be_reached_is_not_asked_in_a_circle() -> None:
    """Tries against a closed door come with pauses, and a person who asks is told at once."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        nowhere = f"http://127.0.0.1:{sock.getsockname()[1]}"
    pc = made(nowhere)
    pc.loop.start()
    assert pc.wait_until(lambda: pc.loop.trouble == "away")
    assert Counting.calls < 20
    with pytest.raises(TransportError, match="away"):
        pc.loop.sync_once()
    pc.close()


class Counting(Transport):
    """Counts its calls."""

    calls = 0

    def _send(self, *arguments: Any, **options: Any) -> bytes:
        Counting.calls += 1
        return super()._send(*arguments, **options)


def made(server: str) -> Pc:
    """A PC that is enrolled somewhere, with its service at another address."""
    store = MemoryStore()
    keep_identity(store, Identity.create(HybridSealing()), b"w" * 32, "city")
    return open_pc(store, server, Counting)
