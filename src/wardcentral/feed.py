"""The endpoints of the openings feed (wardproto.feed): who may publish, what is kept, what is given out.

The service believes nothing that it cannot check: a chunk has the hash it is named by, a manifest is
signed by a device that may publish, follows the newest one, and every chunk it names is here. It never
unpacks a chunk. Readers check all of it again.
"""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response

from wardcentral.answers import decoded, wire
from wardcentral.core import Snapshot
from wardcentral.feed_store import FeedFullError, FeedStore
from wardcentral.places import chunk_of
from wardcentral.problems import ProblemError
from wardproto.feed import (
    FEED_ROLES,
    MAX_CHUNK,
    MAX_CHUNKS,
    MAX_MANIFEST,
    FeedNames,
    FeedWrongError,
    Signed,
    chunk_name,
    follows,
    open_manifest,
)
from wardproto.messages import CONTENT_TYPE
from wardproto.signing import Signing
from wardproto.wire import HASH_BYTES

MAX_NAMES_BODY = MAX_CHUNKS * (HASH_BYTES + 2) + 64
MAX_MANIFEST_BODY = MAX_MANIFEST + 256


class _Caller(Protocol):
    @property
    def snapshot(self) -> Snapshot: ...
    @property
    def device(self) -> bytes: ...
    @property
    def body(self) -> bytes: ...


Believed = Callable[[Request, int], AbstractAsyncContextManager[_Caller]]
"""Checks the device's signature of a request and gives its body, up to a size."""


class _Serves(Protocol):
    async def __call__(self, ward: bytes, *, writing: bool = False) -> None: ...


class FeedDoors:
    """The endpoints under /w/{ward}/feed."""

    def __init__(self, feeds: FeedStore, signing: Signing, believed: Believed, serves: _Serves) -> None:
        """``serves`` raises the ProblemError that says why nothing is written for a ward here now."""
        self._feeds = feeds
        self._signing = signing
        self._believed = believed
        self._serves = serves

    async def get_chunk(self, request: Request) -> Response:
        """A chunk, for any member."""
        name = chunk_of(request)
        async with self._believed(request, 0) as caller:
            found = await asyncio.to_thread(self._feeds.chunk, caller.snapshot.ward, name)
        return _bytes(found)

    async def put_chunk(self, request: Request) -> Response:
        """Keep a chunk of a device that may publish."""
        name = chunk_of(request)
        async with self._believed(request, MAX_CHUNK) as caller:
            _may_publish(caller)
            await self._still_here(caller)
            if chunk_name(caller.body) != name:
                raise ProblemError("malformed")
            try:
                await asyncio.to_thread(self._feeds.put_chunk, caller.snapshot.ward, name, caller.body)
            except FeedFullError:
                raise ProblemError("too_big") from None
            except OSError:
                raise ProblemError("storage") from None
            await self._still_here(caller)
        return Response(status_code=204)

    async def missing(self, request: Request) -> Response:
        """Which chunks are still to be sent."""
        async with self._believed(request, MAX_NAMES_BODY) as caller:
            _may_publish(caller)
            names = decoded(caller.body, FeedNames).chunks
            if any(len(name) != HASH_BYTES for name in names):
                raise ProblemError("malformed")
            gone = await asyncio.to_thread(self._feeds.missing, caller.snapshot.ward, names)
        return wire(FeedNames(gone))

    async def get_manifest(self, request: Request) -> Response:
        """The newest manifest, for any member."""
        async with self._believed(request, 0) as caller:
            found = await asyncio.to_thread(self._feeds.manifest, caller.snapshot.ward)
        return _bytes(found)

    async def put_manifest(self, request: Request) -> Response:
        """Make a manifest the newest one."""
        async with self._believed(request, MAX_MANIFEST_BODY) as caller:
            try:
                signed = open_manifest(self._signing, caller.snapshot.state, caller.body)
            except FeedWrongError as wrong:
                raise ProblemError("forbidden" if wrong.code == "signer" else "malformed") from None
            if signed.manifest.device != caller.device:
                raise ProblemError("forbidden")
            await self._still_here(caller)
            try:
                await asyncio.to_thread(self._publish, caller.snapshot, signed)
            except OSError:
                raise ProblemError("storage") from None
            await self._still_here(caller)
        return Response(status_code=204)

    async def _still_here(self, caller: _Caller) -> None:
        """Promise only what a move that began meanwhile takes along: it copies after the freeze."""
        await self._serves(caller.snapshot.ward, writing=True)

    def _publish(self, snapshot: Snapshot, signed: Signed) -> None:
        manifest = signed.manifest
        chunks = [name for step in manifest.steps for name in step.chunks]
        newest = self._feeds.manifest(manifest.ward)
        if newest == signed.envelope:
            return  # sent again because the answer was lost
        if newest is not None and not self._follows(snapshot, newest, signed):
            raise ProblemError("feed_conflict")
        if self._feeds.missing(manifest.ward, chunks):
            raise ProblemError("feed_incomplete")
        if not self._feeds.put_manifest(manifest.ward, manifest.number, signed.envelope, chunks):
            raise ProblemError("feed_conflict")

    def _follows(self, snapshot: Snapshot, newest: bytes, signed: Signed) -> bool:
        try:
            before = open_manifest(self._signing, snapshot.state, newest)
        except FeedWrongError:
            # Of a device that was removed since: nobody believes it any more, a new base replaces it.
            return len(signed.manifest.steps) == 1
        try:
            return follows(before.manifest.number, before.hash, signed)
        except FeedWrongError:
            return False


def _may_publish(caller: _Caller) -> None:
    member = caller.snapshot.state.member(caller.device)
    if member is None or not FEED_ROLES & set(member.roles):
        raise ProblemError("forbidden")


def _bytes(found: bytes | None) -> Response:
    if found is None:
        raise ProblemError("not_found")
    return Response(found, media_type=CONTENT_TYPE)
