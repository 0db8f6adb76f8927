"""The HTTP face (endpoints: wardproto.messages).

No endpoint answers without a device's signature except /health…, /server, the founding of a
ward, and the join box, where a newcomer's request is signed by the key of its invite.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route

from wardcentral.answers import Endpoint, decoded, guarded, problem, wire
from wardcentral.bodies import Bodies
from wardcentral.core import Snapshot
from wardcentral.events import EventDoor
from wardcentral.feed import FeedDoors
from wardcentral.feed_store import FeedStore
from wardcentral.guard import Buckets, Claim, Guard, read_claim
from wardcentral.health import Health
from wardcentral.incoming import MAX_WRAP
from wardcentral.joining import MAX_JOIN
from wardcentral.live import MAX_LIVE_BODY, Live
from wardcentral.live_relay import LiveRelay, Passed
from wardcentral.observing import Observed
from wardcentral.places import address_of, invite_of, number_of, numbers_of, target_of, ward_of
from wardcentral.problems import ProblemError
from wardcentral.restore_notice import in_order
from wardcentral.service import Service
from wardcentral.spent import Spent
from wardproto.control import ADMIN_ROLE, MAX_CONTROL
from wardproto.messages import (
    CONTENT_TYPE,
    DEVICE_HEADER,
    FOUNDING_HEADER,
    MAX_PAGE,
    MAX_PUSH,
    MAX_SIZES,
    Asked,
    ControlPush,
    LivePost,
    PushReply,
    PushRequest,
    RestoreNotices,
    ServerHello,
    Wake,
)
from wardproto.wire import (
    MAX_BLOCK,
    MAX_HEADER,
    MAX_WRAPS,
    PROTO,
)

MAX_CONTROL_BODY = MAX_CONTROL + MAX_WRAPS * (MAX_WRAP // 2) + 4096
MAX_BLOCKS_BODY = MAX_PUSH * (MAX_BLOCK + MAX_HEADER + 4 * MAX_WRAP)
_NO_METHOD = 405


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one caller may ask for. The defaults are far above what the workstation does."""

    device_rate: float = 200.0
    device_burst: float = 1_000.0
    stranger_rate: float = 20.0
    stranger_burst: float = 200.0
    body_seconds: float = 20.0
    body_rate: float = 32 * 1024.0
    """Bytes a second that a body must come with, after its first ``body_seconds``."""
    buffered: int = 256 * 1024 * 1024
    """Bytes of bodies held at one time, all callers together."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A believed request: the ward as it is, the device that signed, the body."""

    snapshot: Snapshot
    device: bytes
    body: bytes


class Doors:
    """The endpoints."""

    def __init__(self, service: Service, limits: Limits, relay: LiveRelay | None) -> None:
        metrics = service.metrics
        self._service = service
        self.hints = Live(service.clock_ms, relay)
        self.spent = Spent(service)
        self._bodies = Bodies(limits.body_seconds, limits.body_rate, limits.buffered)
        self._guard = Guard(
            service.signing,
            service.clock_ms(),
            Buckets(limits.device_rate, limits.device_burst, lambda: metrics.limited("device")),
            Buckets(limits.stranger_rate, limits.stranger_burst, lambda: metrics.limited("address")),
        )
        metrics.look_at(
            queued=service.committer.waiting, held=self._bodies.held, draining=lambda: service.draining
        )

    async def server(self, _: Request) -> Response:
        """Who the server is, and its time."""
        return wire(ServerHello(self._service.key, self._service.clock_ms(), PROTO))

    async def control(self, request: Request) -> Response:
        """Admit one control record; a genesis record founds the ward."""
        if DEVICE_HEADER not in request.headers:
            return await self._found(request)
        async with self._caller(request, MAX_CONTROL_BODY) as caller:
            push = decoded(caller.body, ControlPush)
            answer = await self._service.push_control(caller.snapshot.ward, push, caller.device)
        return wire(PushReply((answer,)))

    async def _found(self, request: Request) -> Response:
        self._guard.stranger(address_of(request), self._service.clock_ms())
        async with self._bodies.read(request, MAX_CONTROL_BODY) as body:
            push = decoded(body, ControlPush)
            token = request.headers.get(FOUNDING_HEADER, "")
            answer = await self._service.found(ward_of(request), push, token)
        return wire(PushReply((answer,)))

    async def blocks(self, request: Request) -> Response:
        """Admit up to MAX_PUSH blocks, each on its own."""
        async with self._caller(request, MAX_BLOCKS_BODY, pushing=True) as caller:
            items = decoded(caller.body, PushRequest).items
            if len(items) > MAX_PUSH:
                raise ProblemError("too_big")
            answers = await self._service.push_blocks(caller.snapshot, items, caller.device)
        return wire(PushReply(answers))

    async def pages(self, request: Request) -> Response:
        """One page of the log, as this device may see it."""
        after = number_of(request, "after", 0)
        limit = number_of(request, "limit", MAX_PAGE)
        asked = Asked(numbers_of(request, "sizes", MAX_SIZES), number_of(request, "last", 0))
        async with self._caller(request, 0, removed=True) as caller:
            found = await self._service.page(caller.snapshot, caller.device, after, limit, asked)
        return wire(found)

    async def restored(self, request: Request) -> Response:
        """What the service has signed about restores of the ward."""
        async with self.believed(request, 0) as caller:
            ward = caller.snapshot.ward
            found = await asyncio.to_thread(self._service.notices, ward)
            if not self._service.alone:
                # Made on another machine, or before this one had its folder.
                found += await self._service.ask(lambda reader: reader.notices(ward))
        return wire(RestoreNotices(in_order(found, self._service.signing, self._service.key)))

    async def wake(self, request: Request) -> Response:
        """Wait until the ward's log is longer than ``after``."""
        after = number_of(request, "after", 0)
        async with self.believed(request, 0) as caller:
            ward = caller.snapshot.ward
        waiting = asyncio.ensure_future(self._service.wake(ward, after))
        leaving = asyncio.ensure_future(_left(request))
        try:
            await asyncio.wait({waiting, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if not waiting.done():
                raise ProblemError("cut")
            return wire(Wake(waiting.result(), self._service.clock_ms()))
        finally:
            waiting.cancel()
            leaving.cancel()

    async def live(self, request: Request) -> Response:
        """Take a presence hint and hand out the others' of the same stream."""
        async with self.believed(request, MAX_LIVE_BODY) as caller:
            reply = self.hints.post(caller.snapshot, caller.device, decoded(caller.body, LivePost))
        self.hints.sweep_in(asyncio.get_running_loop())
        return wire(reply)

    async def put_join(self, request: Request) -> Response:
        """Keep a newcomer's request under its invite."""
        self._guard.stranger(address_of(request), self._service.clock_ms())
        ward, invite = ward_of(request), invite_of(request)
        snapshot = await self._service.snapshot(ward)
        async with self._bodies.read(request, MAX_JOIN) as body:
            await self._service.put_join(snapshot, invite, body)
        return Response(status_code=204)

    async def get_join(self, request: Request) -> Response:
        """The request that waits under an invite, for an admin of the ward."""
        async with self.believed(request, 0) as caller:
            member = caller.snapshot.state.member(caller.device)
            if member is None or ADMIN_ROLE not in member.roles:
                raise ProblemError("forbidden")
            invite = invite_of(request)
            held = await self._service.get_join(caller.snapshot, invite)
        return Response(held, media_type=CONTENT_TYPE)

    @asynccontextmanager
    async def believed(self, request: Request, limit: int) -> AsyncIterator[Caller]:
        """Believe a request that reads or writes no entry: nothing later would notice that the ward moved."""
        async with self._caller(request, limit) as caller:
            await self._service.serves(caller.snapshot.ward)
            yield caller

    @asynccontextmanager
    async def _caller(
        self, request: Request, limit: int, *, removed: bool = False, pushing: bool = False
    ) -> AsyncIterator[Caller]:
        """Believe the request; the body is held while the block runs.

        ``removed`` devices are let in only where they may still learn of their removal. ``pushing``: what comes
        is looked at again under the ward's lock.
        """
        try:
            claim, snapshot = await self._claimed(request, removed=removed, pushing=pushing)
        except ProblemError as refused:
            self._count_stranger(request, refused)
            raise
        async with self._bodies.read(request, limit) as body:
            self._believe(request, claim, snapshot, body)
            if not pushing:
                await self.spent.spend(snapshot.ward, claim.device, claim.nonce)
            yield Caller(snapshot, claim.device, body)

    async def _claimed(self, request: Request, *, removed: bool, pushing: bool) -> tuple[Claim, Snapshot]:
        claim = read_claim(request.headers)
        self._guard.in_time(claim, self._service.clock_ms())
        snapshot = await self._service.snapshot(ward_of(request), pushing=pushing)
        member = snapshot.state.members.get(claim.device)
        if pushing and (member is None or not member.active):
            # Let in by another process since, it may be.
            snapshot = await self._service.snapshot(ward_of(request))
            member = snapshot.state.members.get(claim.device)
        if member is None or not (member.active or removed):
            raise ProblemError("not_member")
        return claim, snapshot

    def _believe(self, request: Request, claim: Claim, snapshot: Snapshot, body: bytes) -> None:
        member = snapshot.state.members[claim.device]
        try:
            now_ms = self._service.clock_ms()
            self._guard.believe(claim, member, request.method, target_of(request), body, now_ms)
        except ProblemError as refused:
            self._count_stranger(request, refused)
            raise

    def _count_stranger(self, request: Request, refused: ProblemError) -> None:
        if refused.code in {"signature", "not_member", "unknown_ward"}:
            self._guard.stranger(address_of(request), self._service.clock_ms())


def create_app(
    service: Service,
    limits: Limits | None = None,
    feeds: FeedStore | None = None,
    relay: LiveRelay | None = None,
) -> Starlette:
    """Return the ASGI application over a service.

    Without ``feeds`` it carries no feed of openings; ``relay`` passes presence on to other processes.
    """
    doors = Doors(service, limits or Limits(), relay)
    events = EventDoor(service, doors.believed)
    health = Health(service)

    @asynccontextmanager
    async def life(_: Starlette) -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()

        def take(passed: Passed) -> None:
            loop.call_soon_threadsafe(doors.hints.take, passed)

        service.start(loop)
        cleaning = asyncio.create_task(doors.spent.keep_clean())
        if relay is not None:
            relay.start(take)
        try:
            yield
        finally:
            service.stop_waiting()
            cleaning.cancel()
            await asyncio.gather(cleaning, return_exceptions=True)
            if relay is not None:
                await asyncio.to_thread(relay.stop)
            await asyncio.to_thread(service.stop)

    def route(path: str, endpoint: Endpoint, method: str) -> Route:
        return Route(path, guarded(endpoint, service.clock_ms), methods=[method])

    feed_routes: list[Route] = []
    if feeds is not None:
        feed = FeedDoors(feeds, service.signing, doors.believed, service.serves)
        feed_routes = [
            route("/w/{ward}/feed", feed.get_manifest, "GET"),
            route("/w/{ward}/feed", feed.put_manifest, "PUT"),
            route("/w/{ward}/feed/missing", feed.missing, "POST"),
            route("/w/{ward}/feed/chunk/{chunk}", feed.get_chunk, "GET"),
            route("/w/{ward}/feed/chunk/{chunk}", feed.put_chunk, "PUT"),
        ]

    async def no_route(request: Request, error: Exception) -> Response:
        if not (isinstance(error, HTTPException) and error.status_code == _NO_METHOD):
            return problem("not_found", service.clock_ms())
        response = problem("method", service.clock_ms())
        response.headers["allow"] = ", ".join(sorted(_methods(request)))
        return response

    app = Starlette(
        routes=[
            route("/health", health.live, "GET"),
            route("/health/live", health.live, "GET"),
            route("/health/ready", health.ready, "GET"),
            route("/server", doors.server, "GET"),
            route("/w/{ward}/control", doors.control, "POST"),
            route("/w/{ward}/blocks", doors.blocks, "POST"),
            route("/w/{ward}/log", doors.pages, "GET"),
            route("/w/{ward}/wake", doors.wake, "GET"),
            route("/w/{ward}/events", events.events, "GET"),
            route("/w/{ward}/restored", doors.restored, "GET"),
            route("/w/{ward}/live", doors.live, "POST"),
            route("/w/{ward}/join/{invite}", doors.put_join, "PUT"),
            route("/w/{ward}/join/{invite}", doors.get_join, "GET"),
            *feed_routes,
        ],
        middleware=[Middleware(Observed, service.metrics)],
        exception_handlers={HTTPException: no_route},
        lifespan=life,
    )
    # A door has one writing. A redirect would also go to whatever host the caller named.
    app.router.redirect_slashes = False
    return app


def _methods(request: Request) -> set[str]:
    """The methods that the path of a request has."""
    routes = (route for route in request.app.routes if isinstance(route, Route))
    return {
        method
        for route in routes
        if route.matches(request.scope)[0] is not Match.NONE
        for method in route.methods or ()
    }


async def _left(request: Request) -> None:
    """Return when the caller has hung up."""
    while True:
        if (await request.receive())["type"] == "http.disconnect":
            return
