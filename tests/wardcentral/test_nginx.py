"""The sample of a proxy, read by a real nginx and used through TLS, where nginx is installed (Debian: nginx-light)."""

import shutil
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.wardcentral.certificates import Files
from tests.wardcentral.running import Caller, Process, calling, found, now_ms
from tests.wardcentral.scraping import free_port, until
from tests.wardcentral.test_events import event
from wardcentral.folder import Folder
from wardproto.signing import Ed25519Signing

SAMPLE = Path(__file__).resolve().parents[2] / "packaging" / "proxy" / "nginx.conf"
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
pytestmark = pytest.mark.skipif(NGINX is None, reason="no nginx here")


@dataclass
class Proxy:
    """A proxy in front of a service."""

    url: str
    service: str
    key: bytes
    trusted: ssl.SSLContext


def sample(folder: Path, port: int, service: str, files: Files) -> Path:
    """Write nginx's configuration around the sample, with this test's ports and files in place of the named ones."""
    text = SAMPLE.read_text(encoding="utf-8")
    for given, here in (
        ("127.0.0.1:8470", service.removeprefix("http://")),
        ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
        ("/etc/wardcentral/chain.pem", str(files.chain)),
        ("/etc/wardcentral/key.pem", str(files.key)),
        ("/var/log/nginx/", f"{folder}/"),
    ):
        assert given in text
        text = text.replace(given, here)
    whole = folder / "nginx.conf"
    kept = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy"))
    unused = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in ("fastcgi", "uwsgi", "scgi"))
    whole.write_text(
        f"daemon off;\nmaster_process off;\npid {folder}/pid;\nerror_log {folder}/start.log;\n"
        f"events {{}}\nhttp {{\n{kept}{unused}{text}}}\n",
        encoding="utf-8",
    )
    return whole


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """The service as a process, nginx before it."""
    folder = tmp_path_factory.mktemp("proxy")
    files = Files(folder / "chain.pem", folder / "key.pem")
    files.make()
    central = Process(folder / "central")
    central.run("init")
    service = central.start("--listen", "127.0.0.1:0", "--proxy", "127.0.0.1")
    port = free_port()
    assert NGINX is not None
    command = [NGINX, "-p", str(folder), "-c", str(sample(folder, port, service, files))]
    try:
        checked = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stderr
        nginx = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            trusted = ssl.create_default_context(cafile=str(files.chain))
            url = f"https://127.0.0.1:{port}"
            until(lambda: answers(url, trusted))
            key = Ed25519Signing().public(Folder(central.folder).secret())
            yield Proxy(url, service, key, trusted)
        finally:
            nginx.terminate()
            nginx.wait(10)
    finally:
        central.end(lambda process: process.terminate())


def answers(url: str, trusted: ssl.SSLContext) -> bool:
    """Whether the proxy takes calls."""
    try:
        return httpx.get(f"{url}/health/live", verify=trusted, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


@pytest.fixture
def caller(proxy: Proxy) -> Iterator[Caller]:
    """The founder of a ward, who calls through the proxy; a founding itself is for this machine alone."""
    with calling() as direct, httpx.Client(verify=proxy.trusted, trust_env=False, timeout=30) as client:
        founder = found(direct, proxy.service, proxy.key)
        yield Caller(proxy.url, founder.ward, founder.pc, client)


def test_signed_calls_pass_as_they_came(caller: Caller) -> None:
    """Control, blocks, a page and a poll that waits: the signature covers path, query and body."""
    own = caller.stream()
    caller.blocks(caller.ward.block(caller.pc, own))
    assert caller.page().size == 3
    assert caller.wake(2).size == 3


def test_events_are_not_held_back(caller: Caller) -> None:
    """The greeting and the news come while the answer is open."""
    own = caller.stream()
    target = caller.target("events?after=0")
    headers = caller.pc.headers("GET", target, b"", now_ms())
    with caller.client.stream("GET", caller.url + target, headers=headers) as answer:
        lines = answer.iter_lines()
        assert event(lines) == ("hello", 2)
        caller.blocks(caller.ward.block(caller.pc, own))
        assert event(lines) == ("size", 3)


def test_nothing_else_passes(proxy: Proxy, caller: Caller) -> None:
    """Neither metrics nor readiness nor another spelling; and no plain connection."""
    for path in ("/metrics", "/health/ready", "/health", "/w/", f"/w/{caller.ward.id.hex()}/log/", "/"):
        assert caller.client.get(proxy.url + path).status_code == 404
    assert httpx.get(proxy.url.replace("https", "http") + "/server", trust_env=False).status_code == 400


def test_what_is_too_big_or_not_ours_is_refused(proxy: Proxy, caller: Caller) -> None:
    """A body over the limit ends at the proxy; strict transport is said once."""
    answer = caller.client.get(proxy.url + "/server")
    assert answer.headers.get_list("strict-transport-security") == ["max-age=31536000"]
    huge = caller.client.post(proxy.url + caller.target("blocks"), content=bytes(33 * 2**20))
    assert huge.status_code == 413
