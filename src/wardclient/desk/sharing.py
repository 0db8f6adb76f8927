"""What the control plane says about the sharing of a stream, as this PC knows it."""

from typing import Literal

from wardproto.control import ControlState, Member
from wardproto.readers import audience

Known = Literal["open", "early", "ended", "expired", "unknown"]


def known(state: ControlState, stream: bytes, now_ms: int) -> Known:
    """Return where a joint stream stands: not yet accepted, open, to come, ended, or past its period."""
    found = state.streams.get(stream)
    if found is None or found.kind != "joint":
        return "unknown"
    consent = state.consents[found.consent]
    if consent.ended_ms is not None or found.closed:
        return "ended"
    if now_ms >= consent.until_ms:
        return "expired"
    return "early" if now_ms < consent.from_ms else "open"


def writable(state: ControlState, stream: bytes, now_ms: int) -> bool:
    """Whether a stream takes work: open, or waiting to be (its drafts go when it is)."""
    return audience(state, stream, now_ms).state not in ("closed",)


def partner_devices(state: ControlState, stream: bytes, *, without_ack: bool = False) -> list[bytes]:
    """Return the partner's devices that may hold a joint stream; only those without a deletion note."""
    found = state.streams.get(stream)
    if found is None:
        return []
    devices = [d for d in state.team_devices(found.partner) if _could_have(state.members[d], state, stream)]
    return [d for d in devices if not without_ack or (stream, d) not in state.shreds]


def _could_have(member: Member, state: ControlState, stream: bytes) -> bool:
    """A device that joined after the end never had anything of the stream."""
    ended = state.consents[state.streams[stream].consent].ended_at
    return ended is None or member.added < ended


def team_of(state: ControlState, device: bytes) -> str:
    """Return the team of a device, active or removed; empty when it is not known."""
    member = state.members.get(device)
    return "" if member is None else member.team
