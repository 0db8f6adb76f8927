"""The first record of a ward, and what a device says of itself when it joins one. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from wardclient.vault.identity import Identity
from wardclient.vault.sealing import Sealing
from wardclient.vault.team_keys import grant_ward_key, new_generation, seal_name, ward_key_commit
from wardproto.control import ControlState, make_payload
from wardproto.messages import ControlPush
from wardproto.records import ControlWire, Genesis, NewDevice
from wardproto.signing import Signing
from wardproto.wire import ID_BYTES, control_hash, encode, signed_bytes, ward_id

WARD_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Founding:
    """A genesis record ready to be sent."""

    ward: bytes
    push: ControlPush
    name: bytes
    """Hash of the record: what the server's answer names."""


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A device that is to be an admin from the first record on."""

    device: bytes
    staff: bytes
    label: str
    roles: tuple[str, ...]
    sign_key: bytes
    wrap_key: bytes


def newcomer(
    signing: Signing, sealing: Sealing, identity: Identity, label: str, roles: Sequence[str]
) -> Newcomer:
    """Return what others are told of a device."""
    return Newcomer(
        identity.device,
        identity.staff,
        label,
        tuple(sorted(roles)),
        identity.sign_public(signing),
        sealing.public_of(identity.wrap_secret),
    )


def genesis(
    signing: Signing,
    sealing: Sealing,
    founder: Identity,
    admins: Sequence[Newcomer],
    team: str,
    server_key: bytes,
    at_ms: int,
) -> Founding:
    """Return the record that founds a ward, signed by ``founder``, who is one of the ``admins``.

    All admins are of ``team``; the other team's first device makes that team's key itself.
    """
    ward_key = sealing.random(WARD_KEY_BYTES)
    devices = tuple(named(ward_key, admin, team) for admin in admins)
    members = {admin.device: admin.wrap_key for admin in admins}
    # The ward's id is the hash of this record: what is in it cannot be bound to it.
    _, generation, wraps = new_generation(sealing, b"", team, 1, members, founder.device)
    ward_wraps = tuple(
        grant_ward_key(sealing, b"", admin.device, admin.wrap_key, ward_key, founder.device)
        for admin in admins
    )
    body = Genesis(
        devices,
        server_key,
        (generation,),
        b"",
        (),
        1,
        sealing.random(ID_BYTES),
        ward_key_commit(ward_key),
    )
    payload = make_payload(ControlState(), founder.device, at_ms, body)
    signature = signing.sign(founder.sign_secret, signed_bytes("ctl", payload))
    push = ControlPush(encode(ControlWire(payload, signature)), (*wraps, *ward_wraps))
    return Founding(ward_id(payload), push, control_hash(payload))


def named(ward_key: bytes, device: Newcomer, team: str) -> NewDevice:
    """Return a device as the control plane holds it: its label sealed for the members of the ward."""
    return NewDevice(
        device.device,
        device.staff,
        team,
        device.roles,
        device.sign_key,
        device.wrap_key,
        seal_name(ward_key, device.device, device.label),
    )


__all__ = ["Founding", "Newcomer", "genesis", "named", "newcomer"]
