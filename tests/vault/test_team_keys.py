"""Team generations, epochs, the ward key: who is given a key opens it, and nobody else does."""

import os
from dataclasses import dataclass, field

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wardclient.vault.identity import Identity
from wardclient.vault.sealing import BadWrapError, CannotOpenError, HybridSealing
from wardclient.vault.team_keys import (
    GrantWithoutConsentError,
    grant_generation,
    grant_ward_key,
    new_epoch,
    new_generation,
    open_epoch,
    open_generation,
    open_name,
    open_previous,
    open_ward_key,
    seal_name,
    ward_key_commit,
)
from wardproto.records import NewEpoch, TeamGeneration
from wardproto.wire import wrap_hash, wraps_hash

REAL = HybridSealing()
WARD = bytes(range(32))
STREAM = b"s" * 16


@dataclass
class Team:
    """A team as its members make it: generations with their secrets and wraps."""

    name: str = "city"
    members: list[Identity] = field(default_factory=list)
    made: list[tuple[TeamGeneration, tuple[bytes, ...], bytes]] = field(default_factory=list)

    def rotate(self, *, cut: bool = False) -> TeamGeneration:
        """Make the next generation for the present members."""
        keys = {m.device: m.wrap_public(REAL) for m in self.members}
        previous = self.made[-1][2] if self.made and not cut else None
        number = len(self.made) + 1
        secret, record, wraps = new_generation(
            REAL, WARD, self.name, number, keys, self.members[0].device, previous
        )
        self.made.append((record, wraps, secret))
        return record

    def open(self, me: Identity, gen: int) -> bytes:
        """Open a generation as ``me``, with the wrap at this device's place."""
        record, wraps, _ = self.made[gen - 1]
        wrap = wraps[record.recipients.index(me.device)]
        return open_generation(REAL, WARD, record, me.device, me.wrap_secret, wrap, self.members[0].device)


def team(size: int = 2) -> Team:
    """Return a team of new devices with its first generation."""
    made = Team(members=[Identity.create(REAL) for _ in range(size)])
    made.rotate()
    return made


# --- generations ------------------------------------------------------------------


def test_every_member_opens_the_same_secret() -> None:
    """Each out of its own wrap; the record names the members in order and binds the wraps."""
    city = team(3)
    record, wraps, secret = city.made[0]
    assert {city.open(m, 1) for m in city.members} == {secret}
    assert record.recipients == tuple(sorted(m.device for m in city.members))
    assert record.wraps_hash == wraps_hash(tuple(wrap_hash(wrap) for wrap in wraps))
    assert (record.gen, record.prev_sealed, REAL.public_of(secret)) == (1, b"", record.public)


def test_a_wrap_opens_for_its_own_device_only() -> None:
    """With another member's secret, or at another member's place, it does not."""
    city = team(2)
    one, two = city.members
    record, wraps, _ = city.made[0]
    of_one = wraps[record.recipients.index(one.device)]
    for device, secret in ((one.device, two.wrap_secret), (two.device, one.wrap_secret)):
        with pytest.raises(BadWrapError):
            open_generation(REAL, WARD, record, device, secret, of_one, one.device)


def test_a_removed_device_cannot_open_the_next_generation() -> None:
    """It is not among the recipients, no wrap opens for it, and what it holds opens nothing newer."""
    city = team(3)
    gone = city.members.pop()
    held = city.open(gone, 1)
    record = city.rotate()
    _, wraps, secret = city.made[1]
    assert gone.device not in record.recipients
    for wrap in wraps:
        for device in (gone.device, *record.recipients):
            with pytest.raises(BadWrapError):
                open_generation(REAL, WARD, record, device, gone.wrap_secret, wrap, city.members[0].device)
    # The seal of the old secret under the new one gives nothing away to who holds the old one.
    with pytest.raises(BadWrapError):
        open_previous(REAL, WARD, record, held, city.made[0][0].public)
    assert held != secret


def test_one_wrap_opens_five_generations_of_history() -> None:
    """A newcomer is given the newest secret and walks back to the first."""
    city = team(2)
    for _ in range(4):
        city.rotate()
    newcomer = Identity.create(REAL)
    record, _, secret = city.made[4]
    admin = city.members[1]
    wrap = grant_generation(
        REAL, WARD, record, newcomer.device, newcomer.wrap_public(REAL), secret, admin.device
    )
    found = open_generation(REAL, WARD, record, newcomer.device, newcomer.wrap_secret, wrap, admin.device)
    history = [found]
    for (later, _, _), (before, _, _) in zip(city.made[:0:-1], city.made[-2::-1], strict=True):
        previous = open_previous(REAL, WARD, later, history[-1], before.public)
        assert previous is not None
        history.append(previous)
    assert history == [secret for _, _, secret in reversed(city.made)]
    assert open_previous(REAL, WARD, city.made[0][0], history[-1], b"") is None


def test_a_cut_ends_the_history() -> None:
    """A generation that does not carry the one before opens nothing older."""
    city = team(1)
    record = city.rotate(cut=True)
    assert record.prev_sealed == b""
    assert open_previous(REAL, WARD, record, city.made[1][2], city.made[0][0].public) is None


@settings(max_examples=15)
@given(st.lists(st.sampled_from(["add", "remove", "rotate", "cut"]), max_size=6), st.randoms())
def test_any_course_of_a_team_keeps_its_secrets(course: list[str], chance: object) -> None:
    """Whatever happens to a team, a generation opens exactly for its members, and backwards up to a cut."""
    city = team(2)
    everybody = list(city.members)
    for act in course:
        if act == "add":
            city.members.append(Identity.create(REAL))
            everybody.append(city.members[-1])
        elif act == "remove" and len(city.members) > 1:
            city.members.pop(chance.randrange(1, len(city.members)))  # type: ignore[attr-defined]
        city.rotate(cut=act == "cut")
    for number, (record, wraps, secret) in enumerate(city.made, 1):
        for one in everybody:
            if one.device in record.recipients:
                assert city.open(one, number) == secret
            else:
                with pytest.raises(BadWrapError):
                    open_generation(
                        REAL, WARD, record, one.device, one.wrap_secret, wraps[0], city.members[0].device
                    )
        if record.prev_sealed:
            before, _, older = city.made[number - 2]
            assert open_previous(REAL, WARD, record, secret, before.public) == older


def test_another_secret_under_a_good_binding_is_refused() -> None:
    """A granter that wraps something else than the secret of the named public key is found out."""
    city = team(1)
    me, record = city.members[0], city.made[0][0]
    _, other = REAL.new_pair()
    for planted in (other, b"", b"k" * 32):
        wrap = grant_generation(REAL, WARD, record, me.device, me.wrap_public(REAL), planted, me.device)
        with pytest.raises(BadWrapError):
            open_generation(REAL, WARD, record, me.device, me.wrap_secret, wrap, me.device)


@pytest.mark.parametrize("changed", ["ward", "team", "gen", "public", "granter", "wrap"])
def test_a_generation_is_bound_to_its_place(changed: str) -> None:
    """A wrap shown with another ward, team, number, public key or granter, or cut, does not open."""
    city = team(1)
    me = city.members[0]
    record, (wrap,), _ = city.made[0]
    public, _ = REAL.new_pair()
    ward = bytes(32) if changed == "ward" else WARD
    granter = os.urandom(16) if changed == "granter" else me.device
    wrap = wrap[:-1] if changed == "wrap" else wrap
    other: dict[str, object] = {"team": "hellowork", "gen": 2, "public": public}
    if changed in other:
        record = msgspec.structs.replace(record, **{changed: other[changed]})
    with pytest.raises(BadWrapError):
        open_generation(REAL, ward, record, me.device, me.wrap_secret, wrap, granter)


def test_a_history_that_was_tampered_with_is_refused() -> None:
    """A flipped bit, another place, another public key for the generation before: each raises."""
    city = team(1)
    record = city.rotate()
    secret, public = city.made[1][2], city.made[0][0].public
    flipped = bytearray(record.prev_sealed)
    flipped[20] ^= 1
    bad = [
        (msgspec.structs.replace(record, prev_sealed=bytes(flipped)), WARD, public),
        (msgspec.structs.replace(record, prev_sealed=b"short"), WARD, public),
        (msgspec.structs.replace(record, gen=3), WARD, public),
        (msgspec.structs.replace(record, team="hellowork"), WARD, public),
        (record, bytes(32), public),
        (record, WARD, record.public),
    ]
    for planted, ward, before in bad:
        with pytest.raises(BadWrapError):
            open_previous(REAL, ward, planted, secret, before)


def test_a_member_with_a_key_that_is_none_is_named_by_the_error() -> None:
    """Nonsense in place of a wrap key raises, and no half-made generation comes back."""
    with pytest.raises(BadWrapError):
        new_generation(REAL, WARD, "city", 1, {b"d" * 16: bytes(1216)}, b"d" * 16)


# --- epochs -----------------------------------------------------------------------


@dataclass
class Epoch:
    """An epoch of a joint stream with both teams' secrets."""

    key: bytes
    record: NewEpoch
    wraps: tuple[bytes, ...]
    secrets: dict[str, bytes]


RECIPIENTS = (("city", 3), ("hellowork", 5))


def epoch(recipients: tuple[tuple[str, int], ...] = RECIPIENTS) -> Epoch:
    """Return a new epoch 4 of the stream, made by device g."""
    pairs = {name: REAL.new_pair() for name, _ in RECIPIENTS}
    publics = {name: public for name, (public, _) in pairs.items()}
    key, record, wraps = new_epoch(REAL, WARD, STREAM, 4, recipients, publics, b"g" * 16)
    return Epoch(key, record, wraps, {name: secret for name, (_, secret) in pairs.items()})


def test_every_reader_of_an_epoch_holds_the_same_key() -> None:
    """Both teams open it; the record names exactly them and binds the wraps (invariant I11)."""
    made = epoch()
    for at, recipient in enumerate(RECIPIENTS):
        opened = open_epoch(
            REAL,
            WARD,
            STREAM,
            4,
            made.record,
            recipient,
            made.secrets[recipient[0]],
            made.wraps[at],
            b"g" * 16,
            readers=("city", "hellowork"),
        )
        assert opened == made.key
    assert made.record.recipients == RECIPIENTS
    assert made.record.wraps_hash == wraps_hash(tuple(wrap_hash(wrap) for wrap in made.wraps))


def test_a_key_other_than_the_one_committed_to_is_refused() -> None:
    """Rule K: a member that gives the two teams different keys is found out by the second."""
    made, other = epoch(), epoch()
    record = msgspec.structs.replace(made.record, commit=other.record.commit)
    with pytest.raises(BadWrapError):
        open_epoch(
            REAL, WARD, STREAM, 4, record, RECIPIENTS[0], made.secrets["city"], made.wraps[0], b"g" * 16
        )


def test_rule_k_holds_for_a_well_bound_wrap_of_another_key() -> None:
    """Even when the binding names the commitment, the key inside must be the one committed to."""
    from wardclient.vault.sealing import wrap_info

    made = epoch()
    public = REAL.public_of(made.secrets["city"])
    info = wrap_info(WARD, STREAM, 4, b"city", 3, made.record.commit, b"g" * 16)
    for planted in (b"x" * 32, made.key[:31], made.key + b"x", b""):
        wrap = REAL.wrap(public, planted, info)
        with pytest.raises(BadWrapError):
            open_epoch(
                REAL, WARD, STREAM, 4, made.record, RECIPIENTS[0], made.secrets["city"], wrap, b"g" * 16
            )


class Untouched(HybridSealing):
    """A sealing that must not be asked to unwrap."""

    def unwrap(self, secret: bytes, wrap: bytes, info: bytes) -> bytes:
        if info != b"probe":
            raise AssertionError("the wrap was opened")
        return super().unwrap(secret, wrap, info)


def test_a_wrap_outside_the_readers_is_not_touched() -> None:
    """Rule X: where R does not list the team, the wrap is refused before anything is unwrapped."""
    made = epoch()
    with pytest.raises(GrantWithoutConsentError):
        open_epoch(
            Untouched(),
            WARD,
            STREAM,
            4,
            made.record,
            RECIPIENTS[1],
            made.secrets["hellowork"],
            made.wraps[1],
            b"g" * 16,
            readers=("city",),
        )


def test_a_recipient_that_the_record_does_not_name_is_not_served() -> None:
    """Rule X again: a wrap slipped in beside the signed recipients, or for another generation."""
    made = epoch(RECIPIENTS[:1])
    for recipient in (("hellowork", 5), ("city", 4)):
        with pytest.raises(GrantWithoutConsentError):
            open_epoch(
                Untouched(),
                WARD,
                STREAM,
                4,
                made.record,
                recipient,
                made.secrets[recipient[0]],
                made.wraps[0],
                b"g" * 16,
            )


@pytest.mark.parametrize("changed", ["ward", "stream", "epoch", "granter", "secret", "wrap"])
def test_an_epoch_is_bound_to_its_place(changed: str) -> None:
    """Shown with another ward, stream, number or granter, opened by the other team, or cut: refused."""
    made = epoch()
    with pytest.raises(BadWrapError):
        open_epoch(
            REAL,
            bytes(32) if changed == "ward" else WARD,
            b"x" * 16 if changed == "stream" else STREAM,
            5 if changed == "epoch" else 4,
            made.record,
            RECIPIENTS[0],
            made.secrets["hellowork" if changed == "secret" else "city"],
            made.wraps[0][:-1] if changed == "wrap" else made.wraps[0],
            b"x" * 16 if changed == "granter" else b"g" * 16,
        )


# --- the ward key and names -----------------------------------------------------------


def test_the_ward_key_reaches_a_device_and_is_the_committed_one() -> None:
    """Wrapped for a device, it opens there, and only as what genesis says."""
    me, ward_key = Identity.create(REAL), os.urandom(32)
    commit = ward_key_commit(ward_key)
    wrap = grant_ward_key(REAL, WARD, me.device, me.wrap_public(REAL), ward_key, b"g" * 16)
    assert open_ward_key(REAL, WARD, me.device, me.wrap_secret, wrap, b"g" * 16, commit) == ward_key


@pytest.mark.parametrize("commit", [b"", bytes(32)])
def test_a_ward_key_that_genesis_does_not_name_is_refused(commit: bytes) -> None:
    """A server that makes a wrap of its own, as anyone can who knows a public key, gets no name to read."""
    me, planted = Identity.create(REAL), os.urandom(32)
    wrap = grant_ward_key(REAL, WARD, me.device, me.wrap_public(REAL), planted, b"g" * 16)
    with pytest.raises(BadWrapError):
        open_ward_key(REAL, WARD, me.device, me.wrap_secret, wrap, b"g" * 16, commit)


def test_a_ward_key_of_another_length_is_refused() -> None:
    """Even when the commitment is to it."""
    me = Identity.create(REAL)
    wrap = grant_ward_key(REAL, WARD, me.device, me.wrap_public(REAL), b"short", b"g" * 16)
    with pytest.raises(BadWrapError):
        open_ward_key(REAL, WARD, me.device, me.wrap_secret, wrap, b"g" * 16, ward_key_commit(b"short"))


@given(st.text(max_size=30))
def test_names_open_for_the_members_of_the_ward(label: str) -> None:
    """Whatever a label holds, it comes back, and the sealed form does not show it."""
    key = b"k" * 32
    sealed = seal_name(key, b"d" * 16, label)
    assert open_name(key, b"d" * 16, sealed) == label
    assert len(label) < 5 or label.encode() not in sealed


def test_a_name_belongs_to_one_device() -> None:
    """Moved to another device, under another key, damaged, or no text: refused."""
    key = b"k" * 32
    sealed = seal_name(key, b"d" * 16, "CW 3係")
    from wardclient.vault.sealing import seal_small

    for other_key, device, data in (
        (key, b"e" * 16, sealed),
        (b"x" * 32, b"d" * 16, sealed),
        (key, b"d" * 16, sealed[:-1]),
        (key, b"d" * 16, b""),
        (key, b"d" * 16, seal_small(key, b"name" + b"d" * 16, b"\xff\xfe")),
    ):
        with pytest.raises(CannotOpenError):
            open_name(other_key, device, data)
