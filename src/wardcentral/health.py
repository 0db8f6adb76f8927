"""Whether the service is alive, and whether it should be sent work.

Alive (``/health/live``) says only that the event loop runs: whoever restarts a process asks this.
Ready (``/health/ready``) says that the store answered a read a moment ago and that the process is not about
to stop: whoever spreads calls over processes asks this. Neither says anything of wards or devices.
"""

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from wardcentral.problems import ProblemError
from wardcentral.service import Service

KEPT_SECONDS = 1.0
"""How long one look at the store answers all who ask: strangers may ask, and must cost it nothing."""
LOOK_SECONDS = 2.0
"""A store that needs longer for one row is no store to send work to."""


class Health:
    """The doors ``/health/live`` and ``/health/ready``."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._looking = asyncio.Lock()
        self._until = 0.0
        self._problem = ""

    async def live(self, _: Request) -> Response:
        """Answer that the process is alive."""
        return Response(b"ok\n", media_type="text/plain")

    async def ready(self, _: Request) -> Response:
        """Answer that work may be sent here; ProblemError stopping, storage, damaged or busy."""
        if self._service.draining:
            raise ProblemError("stopping")
        async with self._looking:
            loop = asyncio.get_running_loop()
            if loop.time() >= self._until:
                self._problem = await self._look()
                self._until = loop.time() + KEPT_SECONDS
        if self._problem:
            raise ProblemError(self._problem)
        return Response(b"ready\n", media_type="text/plain")

    async def _look(self) -> str:
        """Return what is wrong with the store; empty when it answers."""
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                await self._service.look()
        except ProblemError as error:
            return error.code
        except TimeoutError:
            return "busy"
        except Exception:  # noqa: BLE001 - whatever a driver throws: the store did not answer
            return "storage"
        return ""
