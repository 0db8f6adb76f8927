"""Who asks: the device signature of a request, its time and nonce, and how often.

A request is good within five minutes of the server's time, once. A client whose clock is
further off is told the server's time and signs again. What was signed before this process
started is refused in the same way, because the nonces seen before are not known any more.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from wardcentral.problems import ProblemError
from wardproto.control import Member
from wardproto.messages import (
    DEVICE_HEADER,
    NONCE_BYTES,
    NONCE_HEADER,
    REQUEST_WINDOW_MS,
    SIGNATURE_HEADER,
    TIME_HEADER,
    request_bytes,
)
from wardproto.signing import Signing
from wardproto.wire import ID_BYTES, signed_bytes

_SIGNATURE_BYTES = 64
_TIME_DIGITS = 16
_MOST_BUCKETS = 20_000
LONGEST_WAIT = 300
"""Seconds: no caller is told to stay away for longer."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a request says of itself, not yet believed."""

    device: bytes
    time_ms: int
    nonce: bytes
    signature: bytes


def read_claim(headers: Mapping[str, str]) -> Claim:
    """Return the claim in the headers; ProblemError("signature") where there is none."""
    time = headers.get(TIME_HEADER, "")
    if not (time.isascii() and time.isdigit() and len(time) <= _TIME_DIGITS):
        raise ProblemError("signature")
    return Claim(
        _hexadecimal(headers.get(DEVICE_HEADER, ""), ID_BYTES),
        int(time),
        _hexadecimal(headers.get(NONCE_HEADER, ""), NONCE_BYTES),
        _hexadecimal(headers.get(SIGNATURE_HEADER, ""), _SIGNATURE_BYTES),
    )


def _hexadecimal(text: str, length: int) -> bytes:
    # bytes.fromhex alone would allow blanks: one value must have one writing.
    if len(text) != 2 * length:
        raise ProblemError("signature")
    try:
        value = bytes.fromhex(text)
    except ValueError:
        raise ProblemError("signature") from None
    if len(value) != length:
        raise ProblemError("signature")
    return value


class Buckets:
    """One token bucket a key: ``rate`` a second on average, ``burst`` at once. Bounded in memory."""

    def __init__(self, rate: float, burst: float, over: Callable[[], None] = lambda: None) -> None:
        """``over`` is called for each call that is refused."""
        self._over = over
        self._rate = rate
        self._burst = burst
        self._left: dict[bytes, tuple[float, int]] = {}

    def take(self, key: bytes, now_ms: int) -> None:
        """Take one token; ProblemError("rate") where there is none."""
        left, at_ms = self._left.pop(key, (self._burst, now_ms))
        left = min(self._burst, left + max(0, now_ms - at_ms) / 1000 * self._rate)
        if len(self._left) >= _MOST_BUCKETS:
            # The one that was silent for longest is the fullest: a flood of new names frees no busy caller.
            del self._left[next(iter(self._left))]
        if left < 1.0:
            self._left[key] = (left, now_ms)
            self._over()
            raise ProblemError("rate", wait_seconds=self._seconds_to(1.0 - left))
        self._left[key] = (left - 1.0, now_ms)

    def __len__(self) -> int:
        """Return how many buckets are remembered."""
        return len(self._left)

    def _seconds_to(self, missing: float) -> int:
        """Return the whole seconds, 1 to 300, until so many tokens have come."""
        return max(1, min(LONGEST_WAIT, math.ceil(missing / self._rate)))


class Nonces:
    """The nonces of the last ten minutes at least, in two generations."""

    def __init__(self) -> None:
        self._young: set[bytes] = set()
        self._old: set[bytes] = set()
        self._turned_ms = 0

    def spend(self, nonce: bytes, now_ms: int) -> bool:
        """Return whether the nonce is new, and remember it."""
        if now_ms - self._turned_ms > 2 * REQUEST_WINDOW_MS:
            self._old, self._young, self._turned_ms = self._young, set(), now_ms
        if nonce in self._young or nonce in self._old:
            return False
        self._young.add(nonce)
        return True


class Guard:
    """Believes a request or refuses it."""

    def __init__(self, signing: Signing, started_ms: int, devices: Buckets, strangers: Buckets) -> None:
        self._signing = signing
        self._started_ms = started_ms
        self._devices = devices
        self._strangers = strangers
        self._nonces = Nonces()

    def in_time(self, claim: Claim, now_ms: int) -> None:
        """ProblemError("clock") for a request from another time."""
        if abs(claim.time_ms - now_ms) > REQUEST_WINDOW_MS or claim.time_ms < self._started_ms:
            raise ProblemError("clock")

    def believe(
        self, claim: Claim, member: Member, method: str, target: str, body: bytes, now_ms: int
    ) -> None:
        """Return when the device did sign this request and had not sent it before."""
        message = request_bytes(method, target, body, claim.time_ms, claim.nonce, claim.device)
        if not self._signing.verify(member.new.sign_key, signed_bytes("request", message), claim.signature):
            raise ProblemError("signature")
        self._devices.take(claim.device, now_ms)
        # Only believed requests are remembered: a stranger cannot fill the memory.
        if not self._nonces.spend(claim.device + claim.nonce, now_ms):
            raise ProblemError("replay")

    def stranger(self, address: str, now_ms: int) -> None:
        """Count a request that no member signed; ProblemError("rate") when there are too many."""
        self._strangers.take(address.encode(), now_ms)
