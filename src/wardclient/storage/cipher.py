"""Open SQLCipher files. Every connection of the program is made here.

The key is 32 random bytes given raw, so that opening costs 2 ms and no passphrase
ever reaches SQLite. Three traps this module closes, each with a test:
stdlib sqlite3 ignores ``PRAGMA key`` and writes clear text (we assert
``cipher_version``); SQLCipher logs on stderr, over the screen, when a key is wrong
(``cipher_log_level``); and temporary tables would go to disk in clear text
(``temp_store=MEMORY``).
"""

import os
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlcipher

KEY_BYTES = 32

Connection = Any
"""A sqlcipher3 connection. The library ships no type information."""


class WrongKeyError(Exception):
    """The file cannot be opened with this key: wrong key, or not one of our files."""


class DamagedError(Exception):
    """The file opens and fails its integrity check, or its pages fail their HMAC."""


def connect(path: Path, key: bytes, *, synchronous: str = "FULL", read_only: bool = False) -> Connection:
    """Return a connection to the SQLCipher file at ``path``, made if it is missing.

    Transactions are explicit (``BEGIN IMMEDIATE`` … ``COMMIT``): ``isolation_level`` is None.
    Raises WrongKeyError when the first page does not open.
    """
    if len(key) != KEY_BYTES:
        raise WrongKeyError
    if not read_only:
        # SQLite would make the file readable for others; its WAL takes over the rights of the file.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    connection = sqlcipher.connect(str(path), check_same_thread=False, isolation_level=None)
    try:
        connection.execute("PRAGMA cipher_log_level=NONE")
        connection.execute(f"PRAGMA key=\"x'{key.hex()}'\"")
        version = connection.execute("PRAGMA cipher_version").fetchone()
        if not version or not version[0]:
            message = "SQLCipher is missing: refusing to write clear text"
            raise RuntimeError(message)
        connection.execute("PRAGMA temp_store=MEMORY")
        connection.execute("PRAGMA cache_size=-65536")
        connection.execute("PRAGMA busy_timeout=10000")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if read_only:
            connection.execute("PRAGMA query_only=ON")
        else:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute(f"PRAGMA synchronous={synchronous}")
        connection.execute("PRAGMA foreign_keys=ON")
    except sqlcipher.DatabaseError as error:
        connection.close()
        raise WrongKeyError from error
    return connection
