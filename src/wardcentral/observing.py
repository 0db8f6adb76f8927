"""What is noted of each request: its route, its status, its time. Nothing of who asked or for what."""

import logging
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from wardcentral.answers import REFUSED
from wardcentral.logs import REQUESTS
from wardcentral.metrics import Metrics, known_method

STRICT = (b"strict-transport-security", b"max-age=31536000")
"""Over TLS: from now on never without."""
requests_log = logging.getLogger(REQUESTS)
WAITING_ROUTES = frozenset({"/w/{ward}/wake", "/w/{ward}/events"})
"""Their time is the time that the caller asked to wait."""


class Observed:
    """Counts the answers of an application by the template of their route."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and count its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                if scope.get("scheme") == "https":
                    message["headers"] = [*message.get("headers", ()), STRICT]
            await send(message)

        begun = time.monotonic()
        try:
            await self._app(scope, receive, sending)
        finally:
            route = route_of(scope)
            seconds = None if route in WAITING_ROUTES else time.monotonic() - begun
            # 0: the caller was gone before anything was answered.
            self._metrics.answered(route, scope["method"], status, seconds)
            if requests_log.isEnabledFor(logging.INFO):
                _note(scope, route, status, seconds)
            if REFUSED in scope:
                self._metrics.refused(scope[REFUSED])


def _note(scope: Scope, route: str, status: int, seconds: float | None) -> None:
    fields: dict[str, object] = {"route": route, "method": known_method(scope["method"]), "status": status}
    if seconds is not None:
        fields["ms"] = round(seconds * 1000)
    if REFUSED in scope:
        fields["code"] = scope[REFUSED]
    requests_log.info("request", extra=fields)


def route_of(scope: Scope) -> str:
    """Return the template of the route that answered; ``none`` where there is none.

    Never the path itself: it holds the ward.
    """
    endpoint = scope.get("endpoint")
    for route in getattr(scope.get("app"), "routes", ()):
        if endpoint is not None and getattr(route, "endpoint", None) is endpoint:
            return str(route.path)
    return "none"
