"""TLS by files made here, their renewal without a stop, and proxies whose word counts."""

import os
import signal
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from cryptography import x509

from tests.wardcentral.builders import SIGNING
from tests.wardcentral.certificates import Files
from tests.wardcentral.running import Process, calling, found
from tests.wardcentral.scraping import until
from wardcentral.folder import Folder

MANY = 500
"""Calls one after the other: more than the 200 at once and 20 a second that a stranger has."""
posix = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """A pair of files."""
    made = Files(tmp_path / "chain.pem", tmp_path / "key.pem")
    made.make()
    return made


@pytest.fixture
def central(tmp_path: Path) -> Iterator[Process]:
    """A data folder, ready to be served."""
    made = Process(tmp_path / "central")
    assert made.run("init").returncode == 0
    yield made
    if made.process is not None:
        made.end(lambda process: process.kill())


def serial_at(url: str) -> int:
    """Return the serial number of the certificate that is shown."""
    pem = ssl.get_server_certificate(("127.0.0.1", int(url.rpartition(":")[2])), timeout=20)
    return x509.load_pem_x509_certificate(pem.encode()).serial_number


def test_a_ward_is_founded_over_tls(central: Process, files: Files) -> None:
    """The client checks the certificate; every answer tells it never to come without TLS."""
    url = central.start(*files.options())
    assert url.startswith("https://127.0.0.1:")
    trusted = ssl.create_default_context(cafile=str(files.chain))
    with httpx.Client(verify=trusted, trust_env=False) as client:
        city = found(client, url, SIGNING.public(Folder(central.folder).secret()))
        assert city.page().size == 1
        answer = client.get(f"{url}/server")
        assert answer.headers["strict-transport-security"] == "max-age=31536000"
    with calling() as stranger, pytest.raises(httpx.ConnectError, match="verify"):
        stranger.get(f"{url}/server")
    with calling() as plain, pytest.raises(httpx.TransportError):
        plain.get(url.replace("https:", "http:") + "/server")


@pytest.mark.parametrize(
    ("newest", "spoken"),
    [(ssl.TLSVersion.TLSv1_3, "TLSv1.3"), (ssl.TLSVersion.TLSv1_2, "TLSv1.2"), (ssl.TLSVersion.TLSv1_1, "")],
)
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1")
def test_nothing_older_than_tls_1_2_is_spoken(
    central: Process, files: Files, newest: ssl.TLSVersion, spoken: str
) -> None:
    """A client that only knows 1.1 is refused in the handshake."""
    url = central.start(*files.options())
    context = ssl.create_default_context(cafile=str(files.chain))
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = min(newest, ssl.TLSVersion.TLSv1_1)
    context.maximum_version = newest
    with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), 20) as plain:
        if not spoken:
            with pytest.raises(ssl.SSLError):
                context.wrap_socket(plain, server_hostname="127.0.0.1")
            return
        with context.wrap_socket(plain, server_hostname="127.0.0.1") as connection:
            assert connection.version() == spoken


@posix
def test_a_renewed_certificate_is_taken_without_a_stop(central: Process, files: Files) -> None:
    """After SIGHUP new connections get the new one; a broken one changes nothing; open connections go on."""
    url = central.start(*files.options())
    assert central.process is not None
    with httpx.Client(verify=ssl.create_default_context(cafile=str(files.chain)), trust_env=False) as client:
        city = found(client, url, SIGNING.public(Folder(central.folder).secret()))
        second = files.make()
        assert serial_at(url) != second
        central.process.send_signal(signal.SIGHUP)
        until(lambda: serial_at(url) == second)
        files.key.write_text("no key")
        central.process.send_signal(signal.SIGHUP)
        # Two calls over the connection from before: the process has had a tick to fail in.
        assert city.page().size == 1
    code, log = central.end(lambda process: process.terminate())
    assert code == 0
    assert "Traceback" not in log
    assert "no key" not in log


@posix
def test_a_broken_renewal_leaves_the_certificate_before(central: Process, files: Files) -> None:
    """It is said in the log, and the service is reached as before."""
    first = files.make()
    log = files.chain.parent / "log"
    url = central.start(*files.options(), "--log", str(log))
    files.make()
    files.key.write_text("no key")
    assert central.process is not None
    central.process.send_signal(signal.SIGHUP)
    until(lambda: "いままでの証明書" in log.read_text(encoding="utf-8"))
    assert serial_at(url) == first


@pytest.mark.parametrize("fault", ["missing", "garbage", "other", "passphrase", "half"])
def test_files_that_cannot_be_used_are_said_before_anything_is_served(
    central: Process, files: Files, fault: str
) -> None:
    """No file, no certificate, another one's key, a key with a passphrase, one file of two."""
    options = files.options()
    if fault == "missing":
        files.chain.unlink()
    elif fault == "garbage":
        files.chain.write_text("no certificate")
    elif fault == "other":
        chain = files.chain.read_bytes()
        files.make()
        files.chain.write_bytes(chain)
    elif fault == "passphrase":
        files.make(b"passphrase")
    else:
        options = options[:-2]
    done = central.run("serve", *options)
    assert done.returncode == (2 if fault == "half" else 1)
    assert "証明書" in done.stderr or "--certificate-key" in done.stderr
    assert "Traceback" not in done.stderr


# --- behind a proxy


def refusals(client: httpx.Client, url: str, forwarded: list[str]) -> list[int]:
    """Ask for a ward without a signature, each time as another one behind a proxy."""
    return [
        client.get(f"{url}/w/{'0' * 64}/log", headers={"x-forwarded-for": one}).status_code
        for one in forwarded
    ]


def test_without_a_named_proxy_nobody_says_where_a_call_came_from(central: Process) -> None:
    """Whoever writes an address of its own into the header counts as one caller all the same."""
    with calling() as client:
        url = central.start()
        codes = refusals(client, url, [f"192.0.2.{n % 250}" for n in range(MANY)])
        assert codes[0] == 401
        assert 429 in codes


def test_the_word_of_a_named_proxy_counts(central: Process) -> None:
    """Callers behind it are counted apart, and one of them cannot lock the others out."""
    with calling() as client:
        url = central.start("--listen", "127.0.0.1:0", "--proxy", "127.0.0.1")
        assert 429 not in refusals(client, url, [f"192.0.2.{n % 250}" for n in range(MANY)])
        greedy = refusals(client, url, ["198.51.100.7"] * MANY)
        assert 429 in greedy
        # What the caller itself wrote stands before what the proxy added.
        assert 429 in refusals(client, url, ["203.0.113.9, 198.51.100.7"] * 50)
        assert 429 not in refusals(client, url, ["198.51.100.7, 203.0.113.9"] * 50)


def test_the_word_of_another_address_does_not_count(central: Process) -> None:
    """Only the named proxies are believed."""
    with calling() as client:
        url = central.start("--listen", "127.0.0.1:0", "--proxy", "192.0.2.1", "--proxy", "2001:db8::/64")
        assert 429 in refusals(client, url, [f"198.51.100.{n % 250}" for n in range(MANY)])


@pytest.mark.parametrize("proxy", ["*", "0.0.0.0/0", "::/0", "proxy.example", ""])
def test_not_everybody_can_be_a_proxy(central: Process, proxy: str) -> None:
    """All addresses, or a name, is a usage error."""
    assert central.run("serve", "--proxy", proxy).returncode == 2
