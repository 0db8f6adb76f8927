"""Team generations, epoch keys and the ward key: making them, and opening them with every check."""

from collections.abc import Collection, Mapping

from wardclient.vault.sealing import (
    BadWrapError,
    CannotOpenError,
    Sealing,
    commit,
    open_small,
    seal_small,
    wrap_info,
)
from wardproto.records import NewEpoch, Recipient, TeamGeneration
from wardproto.wire import digest, wrap_hash, wraps_hash

KEY_BYTES = 32
WARD_KEY = b"ward-key"


class GrantWithoutConsentError(Exception):
    """A wrap was offered for a stream whose readers do not include the team: it is not opened (rule X)."""


def new_generation(
    sealing: Sealing,
    ward: bytes,
    team: str,
    gen: int,
    members: Mapping[bytes, bytes],
    granter: bytes,
    previous: bytes | None = None,
) -> tuple[bytes, TeamGeneration, tuple[bytes, ...]]:
    """Return (secret, record, wraps) of a new generation for ``members`` (device -> wrap key).

    ``previous`` is the last generation's secret, sealed under this one so that one wrap opens
    the team's history; None for the first generation and for a cut.
    """
    public, secret = sealing.new_pair()
    recipients = tuple(sorted(members))
    wraps = tuple(
        sealing.wrap(members[device], secret, team_info(ward, team, gen, device, public, granter))
        for device in recipients
    )
    sealed = b"" if previous is None else seal_small(_under(secret), _purpose(ward, team, gen), previous)
    bound = wraps_hash(tuple(wrap_hash(wrap) for wrap in wraps))
    return secret, TeamGeneration(team, gen, public, recipients, bound, sealed), wraps


def team_info(ward: bytes, team: str, gen: int, device: bytes, public: bytes, granter: bytes) -> bytes:
    """Return what the wrap of a team generation is bound to."""
    return wrap_info(ward, team.encode(), gen, device, 0, digest("team-public", public), granter)


def open_generation(
    sealing: Sealing,
    ward: bytes,
    record: TeamGeneration,
    device: bytes,
    own_secret: bytes,
    wrap: bytes,
    granter: bytes,
) -> bytes:
    """Return the secret of a generation out of this device's wrap.

    BadWrapError when what opens is not the secret of the public key that the control plane names.
    A newcomer's wrap comes from the admin that admits it, and is bound to that ``granter``.
    """
    info = team_info(ward, record.team, record.gen, device, record.public, granter)
    secret = sealing.unwrap(own_secret, wrap, info)
    if sealing.public_of(secret) != record.public:
        raise BadWrapError
    return secret


def grant_generation(
    sealing: Sealing,
    ward: bytes,
    record: TeamGeneration,
    device: bytes,
    wrap_key: bytes,
    secret: bytes,
    granter: bytes,
) -> bytes:
    """Return a wrap of a generation's secret for a newcomer; BadWrapError for a key that is none."""
    info = team_info(ward, record.team, record.gen, device, record.public, granter)
    return sealing.wrap(wrap_key, secret, info)


def open_previous(
    sealing: Sealing, ward: bytes, record: TeamGeneration, secret: bytes, public: bytes
) -> bytes | None:
    """Return the secret of the generation before, None where the record carries none (first, or a cut).

    ``public`` is the public key that the control plane names for it; BadWrapError when it differs.
    """
    if not record.prev_sealed:
        return None
    try:
        previous = open_small(_under(secret), _purpose(ward, record.team, record.gen), record.prev_sealed)
    except CannotOpenError as error:
        raise BadWrapError from error
    if sealing.public_of(previous) != public:
        raise BadWrapError
    return previous


def new_epoch(
    sealing: Sealing,
    ward: bytes,
    stream: bytes,
    epoch: int,
    recipients: tuple[Recipient, ...],
    publics: Mapping[str, bytes],
    granter: bytes,
) -> tuple[bytes, NewEpoch, tuple[bytes, ...]]:
    """Return (key, record, wraps) of an epoch wrapped to exactly ``recipients`` (team public keys)."""
    key = sealing.random(KEY_BYTES)
    bound = commit(ward, stream, epoch, key)
    wraps = tuple(
        sealing.wrap(publics[team], key, wrap_info(ward, stream, epoch, team.encode(), gen, bound, granter))
        for team, gen in recipients
    )
    return key, NewEpoch(bound, recipients, wraps_hash(tuple(wrap_hash(w) for w in wraps))), wraps


def open_epoch(
    sealing: Sealing,
    ward: bytes,
    stream: bytes,
    epoch: int,
    record: NewEpoch,
    recipient: Recipient,
    team_secret: bytes,
    wrap: bytes,
    granter: bytes,
    readers: Collection[str] | None = None,
) -> bytes:
    """Return the epoch key (rule K): BadWrapError unless it is the one committed to.

    Rule X: GrantWithoutConsentError, before the wrap is touched, for a recipient whom the signed
    record does not name, and for a team that is not among ``readers``: R at the entry's position,
    given by every caller that has not asked it itself.
    """
    team, gen = recipient
    if recipient not in record.recipients or (readers is not None and team not in readers):
        raise GrantWithoutConsentError
    info = wrap_info(ward, stream, epoch, team.encode(), gen, record.commit, granter)
    key = sealing.unwrap(team_secret, wrap, info)
    if len(key) != KEY_BYTES or commit(ward, stream, epoch, key) != record.commit:
        raise BadWrapError
    return key


def ward_key_info(ward: bytes, device: bytes, granter: bytes) -> bytes:
    """Return what a wrap of the ward key is bound to. ``ward`` is empty inside the genesis record."""
    return wrap_info(ward, WARD_KEY, 0, device, 0, b"", granter)


def ward_key_commit(ward_key: bytes) -> bytes:
    """Return what the genesis record says of the ward key, so that nobody can be given another."""
    return digest("ward-key", ward_key)


def grant_ward_key(
    sealing: Sealing, ward: bytes, device: bytes, wrap_key: bytes, ward_key: bytes, granter: bytes
) -> bytes:
    """Return a wrap of the ward key for a device; BadWrapError for a key that is none."""
    return sealing.wrap(wrap_key, ward_key, ward_key_info(ward, device, granter))


def open_ward_key(
    sealing: Sealing,
    ward: bytes,
    device: bytes,
    own_secret: bytes,
    wrap: bytes,
    granter: bytes,
    commit: bytes,
) -> bytes:
    """Return the ward key out of a wrap; BadWrapError unless it is the one that genesis commits to.

    ``commit`` is `ControlState.ward_commit`. HPKE says nothing of who made a wrap: without the
    commitment the server could hand out a key of its own, and read the names sealed under it.
    """
    key = sealing.unwrap(own_secret, wrap, ward_key_info(ward, device, granter))
    if len(key) != KEY_BYTES or ward_key_commit(key) != commit:
        raise BadWrapError
    return key


def seal_name(ward_key: bytes, device: bytes, label: str) -> bytes:
    """Return the label of a device, sealed for the members of the ward."""
    return seal_small(ward_key, b"name" + device, label.encode())


def open_name(ward_key: bytes, device: bytes, sealed: bytes) -> str:
    """Return a device's label; CannotOpenError."""
    try:
        return open_small(ward_key, b"name" + device, sealed).decode()
    except UnicodeDecodeError as error:
        raise CannotOpenError from error


def _under(secret: bytes) -> bytes:
    return digest("team-prev", secret)


def _purpose(ward: bytes, team: str, gen: int) -> bytes:
    return digest("team-gen", ward, team.encode(), gen.to_bytes(8, "big"))
