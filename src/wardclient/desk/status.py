"""The sync line: how much is unsent, since when, and whether there is contact."""

import datetime as dt

from wardclient.desk.place import JAPAN, Place
from wardclient.desk.rows import SyncStatus
from wardclient.sync.notices import RESTORED
from wardclient.sync.sealing import Checked, checked
from wardclient.vault.fingerprints import six_words
from wardproto.wire import digest, encode

STALE_MS = 600_000
"""A checkpoint older than this, while there is contact, is shown as such (protocol 4.9)."""


def sync_status(place: Place, *, offline: bool, trouble: str) -> SyncStatus:
    """Return the line. ``trouble`` is the loop's last transport problem, empty while there is contact."""
    status = place.client.status()
    unsent = status.unsent + status.open_acts
    if status.stopped or status.halted:
        state = RESTORED if status.halted == RESTORED and not status.stopped else "stopped"
    elif offline:
        state = "offline"
    elif trouble:
        state = "away"
    elif unsent:
        state = "sending" if status.last_contact_ms else "waiting"
    else:
        state = "synced" if status.last_contact_ms else "waiting"
    known = checked(place.client.core)
    if state == "synced" and known and place.client.server_now_ms() - known.at_ms > STALE_MS:
        state = "stale"
    oldest = 0
    if status.oldest_ms is not None:
        oldest = max(0, (place.client.server_now_ms() - status.oldest_ms) // 1000)
    tray, incidents = place.store.counts()
    return SyncStatus(
        state=state,  # type: ignore[arg-type]
        unsent=unsent,
        oldest_seconds=oldest,
        last_contact=_iso(status.last_contact_ms),
        clock_offset_seconds=status.clock_offset_ms // 1000,
        inbox=tray + len(place.store.conflicts()) + incidents,
        incidents=incidents,
        lease_over=place.lease_over(),
        verified=known.size if known else 0,
        verified_at=_iso(known.at_ms) if known else "",
        words=_words(place.client.core.ward, known) if known else "",
    )


def _words(ward: bytes, known: Checked) -> str:
    return six_words(digest("checkpoint", ward, encode(known.size), known.root, known.heads))


def _iso(ms: int) -> str:
    return dt.datetime.fromtimestamp(ms // 1000, JAPAN).isoformat() if ms else ""
