"""Which services a PC speaks to over TLS: those that the authorities of this PC vouch for."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sync.http import SIGNING, found
from tests.wardcentral.certificates import Files
from tests.wardcentral.running import Process
from wardcentral.folder import Folder
from wardclient.sync.transport import Transport, TransportError


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """The certificate of the service."""
    made = Files(tmp_path / "chain.pem", tmp_path / "key.pem")
    made.make()
    return made


@pytest.fixture
def url(tmp_path: Path, files: Files) -> Iterator[str]:
    """A service over TLS."""
    central = Process(tmp_path / "central")
    assert central.run("init").returncode == 0
    yield central.start(*files.options())
    central.end(lambda process: process.terminate())


def test_an_authority_that_the_city_added_is_believed(
    url: str, files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As IT adds it to the PC: a ward is founded and works over TLS, with the service's own key."""
    monkeypatch.setenv("SSL_CERT_FILE", str(files.chain))
    transport = Transport(url, SIGNING)
    try:
        key = transport.hello().key
    finally:
        transport.close()
    assert key == SIGNING.public(Folder(tmp_path / "central").secret())
    city = found(url)
    try:
        city.write(city.client.new_stream(), "over TLS")
        city.loop.sync_once()
        assert city.client.status().unsent == 0
    finally:
        city.close()


def test_a_certificate_that_nobody_vouches_for_is_refused(url: str) -> None:
    """Nothing is sent; there is no switch to go on all the same."""
    transport = Transport(url, SIGNING)
    try:
        with pytest.raises(TransportError, match="away"):
            transport.hello()
    finally:
        transport.close()


def test_a_ward_that_moved_from_a_plain_address_is_still_checked(url: str) -> None:
    """A PC that began without TLS checks the certificate of the cell it is sent to."""
    transport = Transport("http://127.0.0.1:1", SIGNING)
    try:
        transport._server = url
        with pytest.raises(TransportError, match="away"):
            transport.hello()
    finally:
        transport.close()
