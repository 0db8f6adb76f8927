"""Keys in memory: held in one place, gone at once."""

import pytest

from wardclient.vault.keyring import KeyRing, RingClosedError, wipe


def test_a_closed_ring_has_overwritten_its_keys() -> None:
    """A view that was handed out shows zeros after closing; the ring answers no more."""
    ring = KeyRing()
    ring.hold("database", b"k" * 32)
    view = ring.key("database")
    assert bytes(view) == b"k" * 32
    ring.close()
    assert bytes(view) == bytes(32)
    assert ring.closed
    for use in (lambda: ring.key("database"), lambda: ring.hold("database", b"x")):
        with pytest.raises(RingClosedError):
            use()
    ring.close()


def test_a_replaced_or_dropped_key_is_overwritten() -> None:
    """No old key stays behind in the ring."""
    ring = KeyRing()
    ring.hold("a", b"one")
    first = ring.key("a")
    ring.hold("a", b"two")
    assert (bytes(first), bytes(ring.key("a"))) == (bytes(3), b"two")
    second = ring.key("a")
    ring.drop("a")
    ring.drop("never held")
    assert bytes(second) == bytes(3)
    with pytest.raises(KeyError):
        ring.key("a")


def test_a_view_cannot_change_the_key() -> None:
    """What is handed out is for reading."""
    ring = KeyRing()
    ring.hold("a", b"one")
    with pytest.raises(TypeError):
        ring.key("a")[0] = 0


def test_leaving_the_block_closes_even_by_an_error() -> None:
    """The ring as a context manager."""
    ring = KeyRing()

    def use() -> None:
        with ring:
            ring.hold("a", b"one")
            ring.key("b")

    with pytest.raises(KeyError):
        use()
    assert ring.closed


def test_a_ring_never_shows_a_key() -> None:
    """Its text, which may come into a log, says how many keys there are and no more."""
    with KeyRing() as ring:
        ring.hold("a", b"secret-bytes")
        assert "secret" not in repr(ring) + str(ring)


def test_wiping_is_in_place() -> None:
    """The same object becomes zeros."""
    key = bytearray(b"secret")
    wipe(key)
    assert key == bytes(6)
