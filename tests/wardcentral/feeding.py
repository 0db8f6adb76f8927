"""A feed of openings at a service, published and read by the test's own PCs."""

import os
from dataclasses import dataclass, field

import httpx

from tests.wardcentral.builders import SIGNING
from tests.wardcentral.running import Caller, now_ms, problem
from wardproto.feed import (
    FeedChunk,
    FeedManifest,
    FeedStep,
    Signed,
    chunk_name,
    open_chunk,
    open_manifest,
    pack_chunk,
    seal_manifest,
)


@dataclass
class Publisher:
    """A PC that publishes a new base each time."""

    caller: Caller
    newest: Signed | None = None
    chunks: dict[bytes, bytes] = field(default_factory=dict)

    def chunk(self) -> tuple[bytes, bytes]:
        """Return a new chunk and its name."""
        packed = pack_chunk(FeedChunk(b'["a"]', tuple(os.urandom(200) for _ in range(20)), ()))
        return chunk_name(packed), packed

    def put_chunk(self, name: bytes, packed: bytes) -> httpx.Response:
        """Send a chunk."""
        return self.caller.call("PUT", f"feed/chunk/{name.hex()}", packed)

    def signed(self, *names: bytes) -> Signed:
        """Sign the next manifest."""
        number = 1 if self.newest is None else self.newest.manifest.number + 1
        previous = b"" if self.newest is None else self.newest.hash
        step = FeedStep(number, b"", "2026-11-20", names, 20 * len(names), 0, 1)
        return seal_manifest(
            SIGNING,
            self.caller.pc.secret,
            FeedManifest(
                self.caller.ward.id, number, previous, self.caller.pc.id, now_ms(),
                "M114", "2026-11-20", "source", 20, bytes(32), (step,),
            ),
        )  # fmt: skip

    def put(self, signed: Signed) -> httpx.Response:
        """Send a manifest."""
        return self.caller.call("PUT", "feed", signed.envelope)

    def publish(self) -> None:
        """Publish, as a workstation does: what a moving ward does not take is sent again."""
        made = dict(self.chunk() for _ in range(3))
        signed = self.signed(*made)
        for name, packed in made.items():
            assert self.put_chunk(name, packed).status_code == 204
        assert self.put(signed).status_code == 204
        self.newest, self.chunks = signed, made

    def refused(self) -> str:
        """Return the code with which the service takes neither chunk nor manifest."""
        codes = {problem(self.put_chunk(*self.chunk())), problem(self.put(self.signed()))}
        assert len(codes) == 1
        return codes.pop()

    def check(self, url: str) -> None:
        """The newest manifest and its chunks are at this address, as they were published."""
        assert self.newest is not None
        at = Caller(url, self.caller.ward, self.caller.pc, self.caller.client)
        told = at.call("GET", "feed")
        assert told.status_code == 200, told.text
        assert open_manifest(SIGNING, self.caller.ward.state, told.content).hash == self.newest.hash
        for name, packed in self.chunks.items():
            got = at.call("GET", f"feed/chunk/{name.hex()}").content
            assert got == packed
            open_chunk(name, got)
