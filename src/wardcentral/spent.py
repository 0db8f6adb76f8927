"""Requests are good once, at whichever process: where several serve one database, what one has believed the others refuse.

A push of blocks is left out: sent again it gets the answer that was given, and its way to the receipt is the one that must
be short. The table is unlogged, so a crash or a failover of the database forgets it: then each process's own memory is left.
"""

import asyncio
import hashlib
import logging

from wardcentral.problems import ProblemError
from wardcentral.service import Service
from wardproto.messages import REQUEST_WINDOW_MS

SWEEP_SECONDS = 60.0
KEEP_MS = 2 * REQUEST_WINDOW_MS
"""A request may be of a clock that is one window ahead, and is good for one window after that."""
_NAME_BYTES = 16
log = logging.getLogger("wardcentral")


class Spent:
    """What was believed by any process, for as long as it could be believed again."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def spend(self, ward: bytes, device: bytes, nonce: bytes) -> None:
        """Return for the first process that spends a nonce; ProblemError("replay") for any other."""
        if self._service.alone:
            return
        # Whoever takes the table learns no device from it.
        name = hashlib.blake2b(device + nonce, digest_size=_NAME_BYTES).digest()
        if not await self._service.ask(lambda reader: reader.spend(ward, name)):
            raise ProblemError("replay")

    async def keep_clean(self) -> None:
        """Forget, every minute until cancelled, what no process would believe any more."""
        while not self._service.alone:
            try:
                await self._service.ask(lambda reader: reader.forget_spent(KEEP_MS))
            except Exception as error:  # noqa: BLE001 - the database is away, or another process sweeps
                log.info("what was spent is not forgotten yet: %s", type(error).__name__)
            await asyncio.sleep(SWEEP_SECONDS)
