"""A line between the processes of one PostgreSQL: LISTEN and NOTIFY, for what nobody needs to keep (decision 0026)."""

import psycopg

from wardcentral.postgres_reader import PostgresReader, Row

CHANNEL = "wardcentral_live"
"""The channel that all processes of a database listen to."""


class PostgresLine(PostgresReader):
    """A connection that listens. One thread uses it."""

    def _connected(self, db: psycopg.Connection[Row]) -> None:
        super()._connected(db)
        db.execute(f"LISTEN {CHANNEL}")

    def say(self, text: str) -> None:
        """Say something to all who listen, this process too."""
        self._rows("SELECT pg_notify(%s, %s)", (CHANNEL, text))

    def heard(self, seconds: float) -> list[str]:
        """Listen for so long, or until something was said; psycopg.OperationalError where the line was cut."""
        try:
            return [told.payload for told in self._connection().notifies(timeout=seconds, stop_after=1)]
        except psycopg.OperationalError:
            self._lost()
            raise
