"""What the monitoring is given: counts that are true, and nothing of wards or devices."""

import json
import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import yaml  # type: ignore[import-untyped]
from prometheus_client.parser import text_string_to_metric_families

from tests.wardcentral.builders import SIGNING, pc
from tests.wardcentral.running import Caller, Process, calling, found, joined, now_ms, problem, serving
from tests.wardcentral.scraping import free_port, read, until, value
from wardcentral.app import Limits
from wardcentral.folder import Folder
from wardcentral.metrics import listening
from wardcentral.problems import PROBLEMS

PACKAGING = Path(__file__).parents[2] / "packaging"
LABELS = {"route", "method", "status", "reason", "bucket", "le", "implementation", "major", "minor"} | {
    "patchlevel",
    "version",
}


@pytest.fixture
def central(tmp_path: Path) -> Iterator[Process]:
    """A data folder, ready to be served."""
    made = Process(tmp_path / "central")
    assert made.run("init").returncode == 0
    yield made
    if made.process is not None:
        made.end(lambda process: process.kill())


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    """An HTTP client."""
    with calling() as made:
        yield made


def a_day(client: httpx.Client, url: str, key: bytes) -> Caller:
    """Found a ward, bring in Hello Work, write, read, be refused."""
    city = found(client, url, key)
    corner = joined(city, pc("hellowork", "hw"))
    own = city.stream()
    push, _, joint = city.ward.consent(city.pc, "hellowork", now_ms() - 1000, now_ms() + 3_600_000)
    city.control(push)
    city.blocks(city.ward.block(city.pc, own), city.ward.block(city.pc, joint))
    corner.page()
    assert problem(client.get(url + city.target("log"))) == "signature"
    assert problem(client.get(f"{url}/w/{'0' * 64}/nothing")) == "not_found"
    assert problem(client.delete(url + city.target("log"))) == "method"
    return city


def test_a_process_gives_counts_of_what_it_did_and_nothing_of_whom(
    central: Process, client: httpx.Client
) -> None:
    """A day of work of a real process: requests by template, commits, refusals; no id and no address in it."""
    port = free_port()
    url = central.start("--listen", "127.0.0.1:0", "--metrics", f"127.0.0.1:{port}")
    metrics = f"http://127.0.0.1:{port}/metrics"
    city = a_day(client, url, SIGNING.public(Folder(central.folder).secret()))
    text = read(client, metrics)
    blocks = {"route": "/w/{ward}/blocks", "method": "POST", "status": "200"}
    assert value(text, "wardcentral_requests_total", **blocks) == 1
    assert value(text, "wardcentral_requests_total", route="none", method="GET", status="404") == 1
    assert value(text, "wardcentral_requests_total", route="/w/{ward}/log", method="other", status="405") == 1
    assert value(text, "wardcentral_refused_total", reason="signature") == 1
    assert value(text, "wardcentral_request_seconds_count", route="/w/{ward}/blocks") == 1
    commits = value(text, "wardcentral_commit_seconds_count")
    assert commits >= 6
    assert value(text, "wardcentral_commit_jobs_sum") >= commits
    assert value(text, "wardcentral_commits_undone_total") == 0
    members = [device.hex() for device in city.ward.state.members]
    for secret in (city.ward.id.hex(), *members, "127.0.0.1", "hellowork"):
        assert secret not in text
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            assert set(sample.labels) <= LABELS
            assert sample.labels.get("reason", "malformed") in PROBLEMS


def test_waiting_polls_are_counted_while_they_wait(central: Process, client: httpx.Client) -> None:
    """The gauge goes up with each poll and down with the news; their time is not in the histogram."""
    port = free_port()
    url = central.start("--listen", "127.0.0.1:0", "--metrics", f"127.0.0.1:{port}")
    metrics = f"http://127.0.0.1:{port}/metrics"
    city = found(client, url, SIGNING.public(Folder(central.folder).secret()))
    size = city.page().size
    polls = [threading.Thread(target=city.wake, args=(size,)) for _ in range(3)]
    for poll in polls:
        poll.start()
    until(lambda: value(read(client, metrics), "wardcentral_waiting_polls") == 3)
    city.stream()
    for poll in polls:
        poll.join(20)
    assert value(read(client, metrics), "wardcentral_waiting_polls") == 0
    assert value(read(client, metrics), "wardcentral_request_seconds_count", route="/w/{ward}/wake") == 0


def test_calls_over_a_limit_are_counted_by_the_kind_of_limit(tmp_path: Path) -> None:
    """Who called too often is not in it."""
    limits = Limits(device_rate=0.001, device_burst=2, stranger_rate=0.001, stranger_burst=2)
    with (
        serving(tmp_path, limits=limits) as running,
        listening(running.service.metrics, "127.0.0.1", 0) as port,
    ):
        city = found(running.client, running.url, running.key)
        codes = [city.call("GET", "log").status_code for _ in range(5)]
        assert codes == [200, 200, 429, 429, 429]
        strangers = [running.client.get(running.url + city.target("log")).status_code for _ in range(3)]
        assert strangers[-1] == 429
        text = read(running.client, f"http://127.0.0.1:{port}/metrics")
    assert value(text, "wardcentral_rate_limited_total", bucket="device") == 3
    assert value(text, "wardcentral_rate_limited_total", bucket="address") >= 1
    assert value(text, "wardcentral_refused_total", reason="rate") >= 4


def test_the_service_itself_gives_no_metrics(tmp_path: Path) -> None:
    """The public address has no door to them."""
    with serving(tmp_path) as running:
        assert running.client.get(f"{running.url}/metrics").status_code == 404


@pytest.mark.parametrize("where", ["0.0.0.0:0", "192.0.2.1:9470", "nowhere", "127.0.0.1:x"])
def test_metrics_are_only_given_on_the_same_machine(central: Process, where: str) -> None:
    """Another address is a usage error, before anything is served."""
    done = central.run("serve", "--listen", "127.0.0.1:0", "--metrics", where)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_taken_port_for_metrics_is_said(central: Process) -> None:
    """The service does not go on without its monitoring unseen."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        where = f"127.0.0.1:{other.getsockname()[1]}"
        done = central.run("serve", "--listen", "127.0.0.1:0", "--metrics", where)
    assert done.returncode == 1
    assert where in done.stderr


def expressions() -> dict[str, list[str]]:
    """Return every query of the dashboard and the alerts."""
    board = json.loads((PACKAGING / "grafana" / "wardcentral.json").read_text(encoding="utf-8"))
    rules = yaml.safe_load((PACKAGING / "prometheus" / "wardcentral.rules.yml").read_text(encoding="utf-8"))
    variables = [each["query"]["query"] for each in board["templating"]["list"] if each["type"] == "query"]
    return {
        "dashboard": variables + [t["expr"] for panel in board["panels"] for t in panel["targets"]],
        "alerts": [rule["expr"] for group in rules["groups"] for rule in group["rules"]],
    }


def test_every_name_in_the_dashboard_and_the_alerts_is_given(central: Process, client: httpx.Client) -> None:
    """A panel that asks for a name that is never there would stay empty and calm."""
    port = free_port()
    url = central.start("--listen", "127.0.0.1:0", "--metrics", f"127.0.0.1:{port}")
    a_day(client, url, SIGNING.public(Folder(central.folder).secret()))
    text = read(client, f"http://127.0.0.1:{port}/metrics")
    given = {s.name for family in text_string_to_metric_families(text) for s in family.samples}
    for source, queries in expressions().items():
        assert queries, source
        for query in queries:
            names = set(re.findall(r"\b(?:wardcentral|process)_\w+", query)) | set(
                re.findall(r"\bup\b", query)
            )
            assert names, query
            assert names - {"up"} <= given, query


def test_every_label_in_the_dashboard_and_the_alerts_exists() -> None:
    """A selector by a label or a reason that is never set would match nothing."""
    scraped = {"job", "instance"}
    for queries in expressions().values():
        for query in queries:
            for inside in re.findall(r"\{([^}]*)\}", query):
                assert set(re.findall(r"(\w+)\s*=", inside)) <= LABELS | scraped
            for reason in re.findall(r'reason="(\w+)"', query):
                assert reason in PROBLEMS


def test_every_alert_names_a_page_that_exists() -> None:
    """Who is woken at night finds what to do."""
    rules = yaml.safe_load((PACKAGING / "prometheus" / "wardcentral.rules.yml").read_text(encoding="utf-8"))
    for group in rules["groups"]:
        for rule in group["rules"]:
            assert (PACKAGING.parent / rule["annotations"]["page"]).is_file(), rule["alert"]
