"""The way to the central service: signed HTTP requests, and every failure given a name.

One small adapter over httpx, so that another library can take its place. It knows nothing of
the log; it moves bytes, keeps the server's time, and says what went wrong.
"""

import json
import os
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlsplit

import httpx

from wardclient.sync.event_lines import sizes
from wardproto.feed import FeedNames
from wardproto.messages import (
    CONTENT_TYPE,
    FOUNDING_HEADER,
    NONCE_BYTES,
    NOT_ASKED,
    TIME_HEADER,
    Asked,
    ControlPush,
    JoinRequest,
    LivePost,
    LiveReply,
    LogPage,
    PushReply,
    PushRequest,
    RestoreNotices,
    ServerHello,
    Wake,
    signed_headers,
)
from wardproto.signing import Signing
from wardproto.wire import MalformedError, decode, encode

CONNECT_SECONDS = 5.0
READ_SECONDS = 30.0
WAKE_SECONDS = 65.0
LIVE_SECONDS = 5.0
"""A hint that takes longer is not worth waiting for."""
MAX_ANSWER = 24 * 1024 * 1024
"""A page is at most 8 MiB of bodies; anything much larger is not an answer of ours."""
T = TypeVar("T")
OK, NO_CONTENT, NOT_FOUND, LIMIT = 200, 204, 404, 500
LONGEST_WAIT = 300.0
"""Seconds that a service may ask to wait."""
MAX_HOPS = 5
"""So often one request is sent: a ward that goes from cell to cell is not followed in circles."""
MAX_ADDRESS = 200
MAX_PROBLEM = 65_536


class TransportError(Exception):
    """No usable answer. ``code`` is the server's problem code, or one of these.

    ``away``: nobody there; ``slow``: no answer in time; ``cut``: the connection broke;
    ``server``: it failed and did not say how; ``nonsense``: not an answer of this protocol.
    """

    def __init__(self, code: str, wait_seconds: float = 0.0) -> None:
        """Keep the code, and how long the service asked to wait."""
        super().__init__(code)
        self.code = code
        self.wait_seconds = wait_seconds


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """Who signs the requests."""

    ward: bytes
    device: bytes
    sign_secret: bytes


class Transport:
    """Calls to one central service. Safe to use from several threads."""

    def __init__(
        self,
        server: str,
        signing: Signing,
        credentials: Credentials | None = None,
        clock_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
        read_seconds: float = READ_SECONDS,
        moved: Callable[[str], None] = lambda _server: None,
    ) -> None:
        """Connect lazily; nothing is sent until the first call.

        ``moved`` is told the new address when the ward lives in another cell now.
        """
        self._server = server.rstrip("/")
        self._signing = signing
        self.credentials = credentials
        self._clock_ms = clock_ms
        self._offset_ms = 0
        self._read_seconds = read_seconds
        self._moved = moved
        timeout = httpx.Timeout(read_seconds, connect=CONNECT_SECONDS)
        # trust_env off: a proxy variable must not send case traffic somewhere else.
        # The authorities of this PC, to which a city adds its own; httpx would take a list of its own instead.
        trusted = ssl.create_default_context()
        self._http = httpx.Client(verify=trusted, timeout=timeout, trust_env=False, follow_redirects=False)

    @property
    def server(self) -> str:
        """The service's address."""
        return self._server

    def close(self) -> None:
        """Close all connections; a waiting call ends with an error."""
        self._http.close()

    # --- calls ---------------------------------------------------------------------

    def hello(self) -> ServerHello:
        """Return the server's key and time."""
        return self._decoded(self._send("GET", "/server", b"", signed=False), ServerHello)

    def found(self, ward: bytes, push: ControlPush, token: str = "") -> PushReply:
        """Found a ward with its genesis record."""
        extra = {FOUNDING_HEADER: token} if token else {}
        answer = self._send("POST", f"/w/{ward.hex()}/control", encode(push), signed=False, extra=extra)
        return self._decoded(answer, PushReply)

    def control(self, push: ControlPush) -> PushReply:
        """Send a control record."""
        return self._decoded(self._ward("POST", "control", encode(push)), PushReply)

    def blocks(self, push: PushRequest) -> PushReply:
        """Send blocks."""
        return self._decoded(self._ward("POST", "blocks", encode(push)), PushReply)

    def restored(self) -> tuple[bytes, ...]:
        """Fetch what the service has signed about restores of the ward from copies."""
        return self._decoded(self._ward("GET", "restored"), RestoreNotices).signed

    def log(self, after: int, limit: int, asked: Asked = NOT_ASKED) -> LogPage:
        """Fetch a page of the log, with what is to be proven of its end."""
        target = f"log?after={after}&limit={limit}"
        if asked.sizes:
            target += f"&sizes={','.join(map(str, asked.sizes))}"
        if asked.last:
            target += f"&last={asked.last}"
        return self._decoded(self._ward("GET", target), LogPage)

    def wake(self, after: int) -> Wake:
        """Wait until the log is longer than ``after``, or until the server ends the wait."""
        return self._decoded(self._ward("GET", f"wake?after={after}", timeout=WAKE_SECONDS), Wake)

    @contextmanager
    def events(self, after: int, seconds: float) -> Iterator[Iterator[int | None]]:
        """Open a stream of events; give sizes of the log as they come, None for a sign of life.

        ``seconds`` without a word are ``slow``. TransportError ``nonsense`` where the answer is no such stream.
        """
        if self.credentials is None:
            raise TransportError("unsigned")
        target = f"/w/{self.credentials.ward.hex()}/events?after={after}"
        wait = httpx.Timeout(seconds, connect=CONNECT_SECONDS)
        clock_set = False
        for _ in range(MAX_HOPS):
            headers = {"accept": "text/event-stream", "accept-encoding": "identity"}
            headers |= self._signature("GET", target, b"")
            with (
                _named(),
                self._http.stream("GET", self._server + target, headers=headers, timeout=wait) as answer,
            ):
                self._note_time(answer.headers.get(TIME_HEADER, ""))
                if answer.status_code == OK:
                    if not answer.headers.get("content-type", "").startswith("text/event-stream"):
                        raise TransportError("nonsense")
                    yield _told(answer)
                    return
                body = _start_of(answer)
            code = _problem(answer.status_code, body)
            if code == "moved":
                self._follow(body)
            elif code == "clock" and not clock_set:
                clock_set = True
            else:
                raise TransportError(code, _waiting_time(answer.headers.get("retry-after", "")))
        raise TransportError("moved")

    def live(self, post: LivePost) -> LiveReply:
        """Leave a presence hint; return those of the others."""
        return self._decoded(self._ward("POST", "live", encode(post), timeout=LIVE_SECONDS), LiveReply)

    def put_join(self, ward: bytes, invite: bytes, request: JoinRequest) -> None:
        """Leave a join request for the admin."""
        self._send("PUT", f"/w/{ward.hex()}/join/{invite.hex()}", encode(request), signed=False)

    def get_join(self, invite: bytes) -> JoinRequest | None:
        """Return the join request of an invite, None while nobody has come."""
        try:
            answer = self._ward("GET", f"join/{invite.hex()}")
        except TransportError as error:
            if error.code == "not_found":
                return None
            raise
        return self._decoded(answer, JoinRequest)

    # --- the openings feed (wardproto.feed)

    def feed(self) -> bytes | None:
        """Return the newest manifest of the feed, as it lies there; None where there is none."""
        try:
            return self._ward("GET", "feed")
        except TransportError as error:
            if error.code == "not_found":
                return None
            raise

    def put_feed(self, envelope: bytes) -> None:
        """Publish a manifest."""
        self._ward("PUT", "feed", envelope)

    def feed_missing(self, names: FeedNames) -> FeedNames:
        """Return which chunks the service does not have."""
        return self._decoded(self._ward("POST", "feed/missing", encode(names)), FeedNames)

    def feed_chunk(self, name: bytes) -> bytes:
        """Fetch a chunk."""
        return self._ward("GET", f"feed/chunk/{name.hex()}")

    def put_feed_chunk(self, name: bytes, packed: bytes) -> None:
        """Send a chunk."""
        self._ward("PUT", f"feed/chunk/{name.hex()}", packed)

    # --- parts ------------------------------------------------------------------------

    def _ward(self, method: str, path: str, body: bytes = b"", timeout: float | None = None) -> bytes:
        if self.credentials is None:
            raise TransportError("unsigned")
        return self._send(method, f"/w/{self.credentials.ward.hex()}/{path}", body, timeout=timeout)

    def _send(
        self,
        method: str,
        target: str,
        body: bytes,
        *,
        signed: bool = True,
        extra: dict[str, str] | None = None,
        timeout: float | None = None,
    ) -> bytes:
        """Send a request; sign again where the clock was off, send again where the ward moved."""
        clock_set = False
        for _ in range(MAX_HOPS):
            # Answers are taken as they come: nothing that a server packs can grow here.
            headers = {"content-type": CONTENT_TYPE, "accept-encoding": "identity", **(extra or {})}
            if signed:
                headers |= self._signature(method, target, body)
            status, answer, wait_seconds = self._exchange(method, target, body, headers, timeout)
            if status in (OK, NO_CONTENT):
                return answer
            code = _problem(status, answer)
            if code == "moved":
                self._follow(answer)
            elif code == "clock" and signed and not clock_set:
                clock_set = True
            else:
                raise TransportError(code, wait_seconds)
        raise TransportError("moved")

    def _follow(self, answer: bytes) -> None:
        """Take the address that a cell names for a ward it gave away; TransportError("moved") where it is none.

        Whoever answers there must still sign with the key that the ward pinned, so nobody can be sent
        to a service that is believed; but never from an encrypted connection to a plain one.
        """
        address = json.loads(answer).get("address")
        new = urlsplit(address) if isinstance(address, str) and len(address) <= MAX_ADDRESS else None
        schemes = {"https"} if self._server.startswith("https:") else {"https", "http"}
        if new is None or new.scheme not in schemes or not new.hostname or new.query or new.fragment:
            raise TransportError("moved")
        self._server = str(address).rstrip("/")
        self._moved(self._server)

    def _signature(self, method: str, target: str, body: bytes) -> dict[str, str]:
        who = self.credentials
        assert who is not None  # noqa: S101  # _ward has looked
        now = self._clock_ms() + self._offset_ms
        nonce = os.urandom(NONCE_BYTES)
        return signed_headers(self._signing, who.sign_secret, who.device, method, target, body, now, nonce)

    def _exchange(
        self, method: str, target: str, body: bytes, headers: dict[str, str], timeout: float | None
    ) -> tuple[int, bytes, float]:
        """Return the status, the body, and how long the answer asks to wait."""
        kept = bytearray()
        wait = httpx.Timeout(timeout or self._read_seconds, connect=CONNECT_SECONDS)
        with (
            _named(),
            self._http.stream(
                method, self._server + target, content=body, headers=headers, timeout=wait
            ) as answer,
        ):
            for chunk in answer.iter_raw():
                kept += chunk
                if len(kept) > MAX_ANSWER:
                    raise TransportError("nonsense")
            self._note_time(answer.headers.get(TIME_HEADER, ""))
            return answer.status_code, bytes(kept), _waiting_time(answer.headers.get("retry-after", ""))

    def _note_time(self, text: str) -> None:
        if text.isascii() and text.isdigit():
            self._offset_ms = int(text) - self._clock_ms()

    def _decoded(self, answer: bytes, kind: type[T]) -> T:
        try:
            return decode(answer, kind)
        except MalformedError as error:
            raise TransportError("nonsense") from error


@contextmanager
def _named() -> Iterator[None]:
    """Give every failure of the way a name."""
    try:
        yield
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        raise TransportError("away") from error
    except httpx.TimeoutException as error:
        raise TransportError("slow") from error
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, RuntimeError) as error:
        # RuntimeError: the client was closed while a call waited.
        raise TransportError("cut") from error
    except MalformedError as error:
        raise TransportError("nonsense") from error


def _told(answer: httpx.Response) -> Iterator[int | None]:
    """Give what a stream says. It is read outside the block of its request: what goes wrong is named here."""
    with _named():
        yield from sizes(answer.iter_raw())


def _start_of(answer: httpx.Response) -> bytes:
    """Return a problem document; TransportError where it is none of ours by its length."""
    kept = bytearray()
    for chunk in answer.iter_raw():
        kept += chunk
        if len(kept) > MAX_PROBLEM:
            raise TransportError("nonsense")
    return bytes(kept)


def _waiting_time(text: str) -> float:
    """Return seconds of a ``retry-after``; 0 where it says none. No service keeps a PC silent for long."""
    if not (text.isascii() and text.isdigit() and len(text) < 10):  # noqa: PLR2004
        return 0.0
    return min(float(text), LONGEST_WAIT)


def _problem(status: int, answer: bytes) -> str:
    """Return the problem code of an answer; ``nonsense`` or ``server`` when it has none."""
    try:
        code = json.loads(answer).get("code")
    except (ValueError, AttributeError):
        code = None
    if isinstance(code, str) and len(code) < 40:  # noqa: PLR2004
        return code
    return "server" if status >= LIMIT else "nonsense"
