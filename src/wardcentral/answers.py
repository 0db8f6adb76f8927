"""How an endpoint answers, and that nothing it does wrong gets past it."""

import functools
import logging
import traceback
from collections.abc import Awaitable, Callable
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import Response

from wardcentral.places import target_of
from wardcentral.problems import CLOSING, WAITS, ProblemError, document
from wardproto.control import RefusedError
from wardproto.messages import CONTENT_TYPE, PROBLEM_TYPE, TIME_HEADER
from wardproto.wire import MalformedError, decode, encode

T = TypeVar("T")
Endpoint = Callable[[Request], Awaitable[Response]]
SECURITY = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
}
"""No browser has anything to do here; should one come all the same, it may do nothing with an answer."""
REFUSED = "wardcentral.refused"
"""Where a request's scope says the problem code of its answer."""
log = logging.getLogger("wardcentral")


def guarded(endpoint: Endpoint, clock_ms: Callable[[], int]) -> Endpoint:
    """Turn every failure of an endpoint into a problem document; nothing is thrown past here."""

    @functools.wraps(endpoint)
    async def answer(request: Request) -> Response:
        def refused_with(code: str, address: str = "", wait_seconds: int = 0) -> Response:
            request.scope[REFUSED] = code
            return problem(code, clock_ms(), address, wait_seconds)

        try:
            response = await endpoint(request)
        except ProblemError as error:
            response = refused_with(error.code, error.address, error.wait_seconds)
            if error.address:
                response.headers["location"] = error.address + target_of(request)
            return response
        except RefusedError as refused:
            return refused_with("not_member" if refused.code == "not_member" else "malformed")
        except Exception as error:  # noqa: BLE001
            last = traceback.extract_tb(error.__traceback__)[-1]
            # The message of an error may hold what was sent; its class and place do not.
            log.error("%s at %s:%s", type(error).__name__, last.name, last.lineno)  # noqa: TRY400
            return refused_with("failed")
        _mark(response, clock_ms())
        return response

    return answer


def problem(code: str, now_ms: int, address: str = "", wait_seconds: int = 0) -> Response:
    """Return the problem document of a code, with the server's time."""
    response = Response(document(code, now_ms, address), ProblemError(code).status, media_type=PROBLEM_TYPE)
    if code in CLOSING:
        response.headers["connection"] = "close"
    if code in WAITS:
        response.headers["retry-after"] = str(wait_seconds or WAITS[code])
    _mark(response, now_ms)
    return response


def _mark(response: Response, now_ms: int) -> None:
    response.headers[TIME_HEADER] = str(now_ms)
    response.headers["cache-control"] = "no-store"
    response.headers.update(SECURITY)


def wire(record: object) -> Response:
    """Return a wire record as an answer."""
    return Response(encode(record), media_type=CONTENT_TYPE)


def decoded(body: bytes, kind: type[T]) -> T:
    """Return a body as a ``kind``; ProblemError("malformed") when it is anything else."""
    try:
        return decode(body, kind)
    except MalformedError:
        raise ProblemError("malformed") from None
