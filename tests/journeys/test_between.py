"""The misbehaving network of these tests misbehaves as it says, and otherwise changes nothing."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.journeys import between as network
from tests.journeys.between import Between
from tests.journeys.offices import Central


@pytest.fixture
def between(tmp_path: Path) -> Iterator[Between]:
    """A real service behind the proxy."""
    central = Central(tmp_path / "central")
    central.directory.mkdir()
    central.start()
    try:
        with Between(central.url) as between:
            yield between
    finally:
        central.stop()


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    """A client as the workstation's."""
    with httpx.Client(trust_env=False, timeout=10) as client:
        yield client


def test_it_passes_on_and_records(between: Between, client: httpx.Client) -> None:
    """Status, headers and body come through unchanged, over one connection, and are kept."""
    answers = [client.get(f"{between.url}/server") for _ in range(3)]
    through = answers[-1]
    assert [answer.status_code for answer in answers] == [200] * 3
    assert through.headers["wc-time"].isdigit()
    assert [call.kind for call in between.calls] == ["server"] * 3
    assert through.content in between.bodies()


@pytest.mark.parametrize("fault", [network.hang_up, network.lose_answer, network.half_answer])
def test_it_cuts(between: Between, client: httpx.Client, fault: network.Fault) -> None:
    """The caller sees a broken connection, and the next call works."""
    between.misbehave = lambda _: fault
    with pytest.raises(httpx.TransportError):
        client.get(f"{between.url}/server")
    assert len(between.calls[0].answers) == (0 if fault is network.hang_up else 1)
    between.misbehave = lambda _: None
    assert client.get(f"{between.url}/health").status_code == 200


def test_it_answers_in_the_services_place(between: Between, client: httpx.Client) -> None:
    """An error page, or a page that has nothing to do with the question."""
    between.misbehave = lambda _: network.error_500
    assert client.get(f"{between.url}/server").status_code == 500
    between.misbehave = lambda _: network.nonsense
    assert b"log in" in client.get(f"{between.url}/server").content
    assert between.calls[0].answers == []


def test_a_service_that_is_away_is_a_cut(tmp_path: Path, client: httpx.Client) -> None:
    """Nothing listens behind the proxy."""
    with Between("http://127.0.0.1:9") as between, pytest.raises(httpx.TransportError):
        client.get(f"{between.url}/server")
