"""A PC that is told to wait waits, and no longer than is sensible."""

import json
import socket
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sync.http import SIGNING, found, misbehaving, open_pc, response
from tests.wardcentral.running import now_ms, serving
from wardcentral.app import Limits
from wardclient.sync.calls import LONGEST_RETRY_MS, Lane, PullCall
from wardclient.sync.transport import LONGEST_WAIT, Credentials, Transport, TransportError

WHO = Credentials(b"w" * 32, b"d" * 16, b"s" * 32)


def told(header: str) -> TransportError:
    """What a call fails with at a service that answers 429 with this header."""

    def answer(connection: socket.socket) -> None:
        body = json.dumps({"code": "rate"}).encode()
        connection.sendall(response("429 Too Many Requests", body, header))

    with misbehaving(answer) as server:
        transport = Transport(server, SIGNING, WHO)
        try:
            with pytest.raises(TransportError) as failed:
                transport.log(0, 10)
        finally:
            transport.close()
    return failed.value


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("retry-after: 7\r\n", 7.0),
        ("", 0.0),
        ("retry-after: soon\r\n", 0.0),
        ("retry-after: -3\r\n", 0.0),
        ("retry-after: 999999\r\n", LONGEST_WAIT),
        ("retry-after: 99999999999999999999\r\n", 0.0),
    ],
)
def test_how_long_to_wait_is_read_and_bounded(header: str, seconds: float) -> None:
    """A hostile service cannot keep a PC away for days, nor make it fail with nonsense."""
    failed = told(header)
    assert (failed.code, failed.wait_seconds) == ("rate", seconds)


@given(st.integers(0, 300_000), st.floats(0, 1), st.integers(0, 12))
def test_a_lane_is_not_due_before_the_time_it_was_told(least_ms: int, jitter: float, fails: int) -> None:
    """It waits as long as it was told, a quarter longer at most, or as long as its own failures say."""
    call = PullCall(b"w" * 32, 0, 10)
    lane = Lane(fails=fails, flying=call)
    lane.failed(call, 1_000, jitter, least_ms)
    assert not least_ms or not lane.is_due(1_000 + least_ms - 1)
    assert lane.is_due(1_000 + max(least_ms * 5 // 4, LONGEST_RETRY_MS * 3 // 2))


class Timed(Transport):
    """Counts calls in the background and says when a refused one was seen."""

    def __init__(self, *arguments: object, **options: object) -> None:
        """Count from nothing."""
        super().__init__(*arguments, **options)  # type: ignore[arg-type]
        self.calls = 0
        self.refused = threading.Event()

    def _send(self, *arguments: object, **options: object) -> bytes:
        self.calls += 1
        try:
            return super()._send(*arguments, **options)  # type: ignore[arg-type]
        except TransportError as error:
            if error.code == "rate":
                self.refused.set()
            raise


def test_a_pc_over_its_limit_stays_away_and_loses_nothing(tmp_path: Path) -> None:
    """Told to wait it does not ask in a circle; once the time is over everything gets through."""
    ahead_ms = 0

    def clock_ms() -> int:
        return now_ms() + ahead_ms

    limits = Limits(device_rate=0.02, device_burst=40)
    with serving(tmp_path, limits=limits, clock_ms=clock_ms) as central:
        city = open_pc(found(central.url).store, central.url, Timed)
        way = city.transport
        assert isinstance(way, Timed)
        stream = city.client.new_stream()
        city.loop.start()
        try:
            for number in range(500):
                city.write(stream, str(number))
                city.loop.urge()
                if way.refused.wait(0.02):
                    break
            # Each of the three directions may still have had one call under way.
            before = way.calls
            for number in range(20):
                city.write(stream, f"while it waits {number}")
                city.loop.urge()
                city.loop.urge()
                way.refused.clear()
                way.refused.wait(0.05)
            assert way.calls <= before + 3
            assert city.in_lane(city.client.status).unsent > 0
        finally:
            city.loop.stop()
        ahead_ms = 3_600_000
        city.loop.sync_once()
        assert city.in_lane(city.client.status).unsent == 0
        city.close()
