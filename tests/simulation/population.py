"""Which PCs an invariant speaks of."""

from collections.abc import Iterator

from tests.simulation.world import Device, World
from wardclient.sync.closing import REMOVED, ended_key


def honest(world: World) -> Iterator[Device]:
    """PCs that keep to the rules, and of which docs/decisions/0018 does not say that they are enrolled anew."""
    return (device for device in world.devices if not device.hostile and not device.holed)


def members(world: World) -> Iterator[Device]:
    """Honest PCs that are members now, by the log and by what they know themselves.

    A PC whose removal is in a log that was lost stays stopped, although the service counts it as a member again.
    """
    return (
        d
        for d in honest(world)
        if world.log.state.member(d.id) is not None and d.up.core.flag("stopped") != REMOVED
    )


def readable(world: World, device: Device) -> list[bytes]:
    """Streams that a member's PC holds content of."""
    return [
        stream
        for stream, teams in world.truth.streams.items()
        if device.team in teams
        and not (
            world.log.state.streams[stream].partner == device.team and device.store.get(ended_key(stream))
        )
    ]
