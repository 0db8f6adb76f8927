"""Notices of restores in PostgreSQL, where every process of the service reads them."""

import hashlib
from collections.abc import Iterable
from contextlib import closing

import psycopg


def keep_notices(address: str, notices: Iterable[tuple[bytes, bytes]]) -> None:
    """Keep signed notices, (ward, bytes), as the owner of the tables; what is there already stays. psycopg.Error."""
    rows = [(ward, hashlib.sha256(signed).digest(), signed) for ward, signed in notices]
    if rows:
        with closing(psycopg.connect(address)) as connection, connection, connection.cursor() as cursor:
            cursor.executemany("INSERT INTO restore_notice VALUES (%s, %s, %s) ON CONFLICT DO NOTHING", rows)
