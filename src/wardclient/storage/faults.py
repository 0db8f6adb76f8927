"""What goes wrong in a database, told apart once."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlcipher3.dbapi2 as sqlcipher

from wardclient.storage.cipher import DamagedError


class DiskFullError(Exception):
    """There is no room; the transaction was undone and nothing is half written."""


@contextmanager
def storage_faults() -> Iterator[None]:
    """Raise DiskFullError or DamagedError for what SQLite says; everything else as it is."""
    try:
        yield
    except sqlcipher.Error as error:
        text = str(error)
        if "full" in text or "disk I/O error" in text:
            raise DiskFullError from error
        if "malformed" in text or "not a database" in text or "corrupt" in text:
            raise DamagedError from error
        raise
