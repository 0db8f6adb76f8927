"""Going back: the part of the store that a restored log of the service needs. Called inside a transaction."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from wardclient.storage.cipher import Connection
from wardclient.sync.ports import Kept, SetAside, Verdict
from wardproto.records import Entry
from wardproto.wire import CONTROL_STREAM, encode

ASIDE = "stream, device, n, event, recv_ms, wseq"


class Cutting:
    """What is cut off the log, and what of it is set aside."""

    connection: Connection

    def control_at(self, size: int) -> int:
        """Return how many control records there are among the first ``size`` entries."""
        found = self.connection.execute(
            "SELECT max(sseq) FROM entry WHERE stream = ? AND wseq <= ?", (CONTROL_STREAM, size)
        ).fetchone()
        return int(found[0] or 0)

    def records_back(
        self, after: int = 0, *, stream: bytes | None = None
    ) -> Iterator[tuple[Entry, bytes, Verdict]]:
        """Return entries beyond a wseq with their records, newest first."""
        where, values = ("", ()) if stream is None else (" AND stream = ?", (stream,))
        rows = self.connection.execute(
            "SELECT wseq, sseq, stream, hash, recv_ms, head, record, verdict FROM entry"  # noqa: S608  # constants
            f" WHERE wseq > ?{where} ORDER BY wseq DESC",
            (after, *values),
        )
        for row in rows:
            yield Entry(*row[:6]), row[6], row[7]

    def cut(
        self,
        size: int,
        kept: Mapping[bytes, Kept],
        gens: Mapping[str, int],
        *,
        unshared: Collection[bytes],
        decisions: Collection[int],
    ) -> Mapping[int, tuple[int, int]]:
        """Go back to the first ``size`` entries of the log."""
        run, mine = self.connection.execute, self._own_device()
        own = run(
            "SELECT wseq, min(n), max(n) FROM event WHERE device = ? AND wseq > ? GROUP BY wseq", (mine, size)
        ).fetchall()
        for stream in kept:
            self.settle(stream)
            self._to_drafts(stream, size, mine, decisions)
        self.connection.executemany(
            "DELETE FROM event WHERE stream = ? AND wseq > ?", [(stream, size) for stream in unshared]
        )
        run(f"INSERT OR REPLACE INTO aside ({ASIDE}) SELECT {ASIDE} FROM event WHERE wseq > ?", (size,))  # noqa: S608  # constants
        run("DELETE FROM event WHERE wseq > ?", (size,))
        run("DELETE FROM control WHERE sseq > ?", (self.control_at(size),))
        run("DELETE FROM entry WHERE wseq > ?", (size,))
        run("DELETE FROM tree_node WHERE ((place + 1) << level) > ?", (size,))
        for stream, found in kept.items():
            self._restore(stream, found)
        for stream in unshared:
            run("DELETE FROM stream_key WHERE stream = ?", (stream,))
        for team, gen in gens.items():
            run("DELETE FROM team_key WHERE team = ? AND gen > ?", (team, gen))
        return {wseq: (first, last) for wseq, first, last in own}

    def _to_drafts(self, stream: bytes, size: int, mine: bytes, decisions: Collection[int]) -> None:
        """Make own events beyond ``size`` drafts again, in the journal, too."""
        rows = self.connection.execute(
            "SELECT n, event, recv_ms, wseq FROM event WHERE stream = ? AND device = ? AND wseq > ? ORDER BY n",
            (stream, mine, size),
        ).fetchall()
        for n, event, recv_ms, wseq in rows:
            self._keep_draft(stream, n, event, recv_ms, cas=wseq in decisions)
        self.connection.execute(
            "DELETE FROM event WHERE stream = ? AND device = ? AND wseq > ?", (stream, mine, size)
        )

    def _restore(self, stream: bytes, found: Kept) -> None:
        run = self.connection.execute
        epoch = found.epoch
        run(
            "UPDATE stream SET sseq = ?, head = ?, epoch = ?, recipients = ?, commitment = ? WHERE stream = ?",
            (
                found.head.sseq,
                found.head.hash,
                epoch.number,
                encode(epoch.recipients),
                epoch.commit,
                stream,
            ),
        )
        run("DELETE FROM stream_key WHERE stream = ? AND epoch > ?", (stream, epoch.number))
        for device, (bseq, name) in found.chains.items():
            run("DELETE FROM device_head WHERE stream = ? AND device = ?", (stream, device))
            if bseq:
                run("INSERT INTO device_head VALUES (?, ?, ?, ?)", (stream, device, bseq, name))

    def rewrite(self, stream: bytes, n: int, event: bytes) -> None:
        """Let a draft say less than it did."""
        row = self.connection.execute(
            "SELECT cas, created_ms FROM draft WHERE stream = ? AND n = ?", (stream, n)
        ).fetchone()
        self._keep_draft(stream, n, event, row[1], cas=bool(row[0]))

    def reduce_again(self, streams: Collection[bytes]) -> None:
        """Make anew what the accepted events and the drafts of these streams say."""
        for stream in streams:
            self._reduce_again(stream)

    def set_aside(self) -> Sequence[SetAside]:
        """Return what was lost and is not back."""
        rows = self.connection.execute(f"SELECT {ASIDE} FROM aside ORDER BY wseq, n")  # noqa: S608  # constants
        return [SetAside(*row) for row in rows]

    def came_back(self, stream: bytes, author: bytes, n: int) -> None:
        """Forget an event that was set aside: it is in the log again."""
        self.connection.execute(
            "DELETE FROM aside WHERE stream = ? AND device = ? AND n = ?", (stream, author, n)
        )

    def forget_incidents(self, after: int, kinds: Collection[str]) -> None:
        """Forget what was noted about entries that are read anew."""
        self.connection.executemany(
            "DELETE FROM incident WHERE wseq > ? AND kind = ?", [(after, kind) for kind in kinds]
        )

    def forget_incident(self, kind: str, wseq: int, detail: bytes) -> None:
        """What was noted has turned out otherwise."""
        self.connection.execute(
            "DELETE FROM incident WHERE kind = ? AND wseq = ? AND detail = ?", (kind, wseq, detail)
        )

    # what the store has

    def _own_device(self) -> bytes:
        raise NotImplementedError

    def settle(self, stream: bytes | None = None) -> None:
        """Reduce what a bulk left."""
        raise NotImplementedError

    def _reduce_again(self, stream: bytes) -> None:
        raise NotImplementedError

    def _keep_draft(self, stream: bytes, n: int, event: bytes, created_ms: int, *, cas: bool = False) -> None:
        raise NotImplementedError
