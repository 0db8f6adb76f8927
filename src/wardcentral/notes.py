"""The checkpoints that are handed out: signed when somebody asks, not by a timer.

A checkpoint is a function of what is committed and the time, so nothing needs to be kept: a service that was
restarted, or a standby that took over, signs the same log. Whoever asks gets a note not older than
HEARTBEAT_MS, so an idle ward is seen to be up to date; a note for the same log is signed once in that time.
"""

from wardcentral.store import WardHead
from wardproto.checkpoint import Checkpoint, sign
from wardproto.heads import over_teams
from wardproto.signing import Signing

HEARTBEAT_MS = 30_000
MOST_HELD = 4_096


class Notes:
    """Signs checkpoints with the service's key. May be asked by several threads."""

    def __init__(self, signing: Signing, secret: bytes) -> None:
        self._signing = signing
        self._secret = secret
        self._held: dict[bytes, tuple[WardHead, int, bytes]] = {}

    def note(self, ward: bytes, end: WardHead, now_ms: int) -> bytes:
        """Return a signed note of the log as it ends here; empty where its roots are not known."""
        if not end.root:
            return b""
        held = self._held.get(ward)
        if held is not None and held[0] == end and 0 <= now_ms - held[1] < HEARTBEAT_MS:
            return held[2]
        checkpoint = Checkpoint(ward, end.wseq, end.root, over_teams(end.heads), now_ms)
        made = sign(self._signing, self._secret, checkpoint)
        if len(self._held) >= MOST_HELD:
            self._held.clear()
        self._held[ward] = (end, now_ms, made)
        return made
