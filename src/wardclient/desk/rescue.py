"""When the database is damaged: set it aside, begin anew, keep what was not sent.

A device's identity stands once more in a small sealed file beside the database, because a
damaged database may not give it back. Everything that was sent comes from the central service
again; what was not is in the journal and goes to the tray, readable and never sent by itself.
"""

from contextlib import suppress
from typing import TYPE_CHECKING

from wardclient.vault.sealing import CannotOpenError, open_small, seal_small
from wardproto.wire import MalformedError, decode, encode

if TYPE_CHECKING:
    from wardclient.storage.home import Home
    from wardclient.storage.log_store import SqlStore

KEPT = ("identity", "device", "ward", "team", "ward_key")
PURPOSE = b"wardclient/identity"
FILE = "identity"


def keep_identity_file(home: "Home", key: bytes, store: "SqlStore") -> None:
    """Write the sealed copy of who this device is."""
    found = [(name, store.get(name) or b"") for name in KEPT]
    (home.path / FILE).write_bytes(seal_small(key, PURPOSE, encode(found)))


def set_aside_and_begin_anew(home: "Home", key: bytes) -> None:
    """Move the damaged files away and make a database that fetches everything again."""
    from wardclient.storage.opening import open_store, rescue

    rescue(home, key)
    store = open_store(home, key)
    try:
        with store.transaction():
            for name, value in _kept(home, key):
                if value and not store.get(name):
                    store.put(name, value)
    finally:
        store.close()


def _kept(home: "Home", key: bytes) -> list[tuple[str, bytes]]:
    with suppress(OSError, CannotOpenError, MalformedError):
        data = open_small(key, PURPOSE, (home.path / FILE).read_bytes())
        return decode(data, list[tuple[str, bytes]])
    return []
