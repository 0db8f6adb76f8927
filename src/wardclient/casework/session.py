"""The sealing of a joint session (同席面談): both sides confirm the same content, or it stays open.

Each side writes its own text. A confirmation names the digest of everything that stood on
the screen: both texts and the agreed actions. Only two confirmations of the same present
content seal it; any later change opens it again, and nobody's words are lost by that.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec

from wardclient.casework.codes import Team
from wardclient.casework.problems import Problem

TEAMS = tuple(team.value for team in Team)
_DOMAIN = "wardclient/session/1"
Sealing = Literal["open", "one", "sealed"]


def session_content(texts: Mapping[str, str], actions: Iterable[Sequence[str]]) -> bytes:
    """Return the exact bytes that a confirmation is about.

    ``texts`` by team; ``actions`` as (id, what, who, by_when). Order of the mapping and of the
    actions does not matter, everything else does, to the last blank.
    """
    rows = sorted(tuple(str(part) for part in action) for action in actions)
    return msgspec.msgpack.encode((_DOMAIN, [texts.get(team, "") for team in TEAMS], rows))


def session_digest(texts: Mapping[str, str], actions: Iterable[Sequence[str]]) -> str:
    """Return the digest (hex) of the content that both sides must confirm alike."""
    return hashlib.sha256(session_content(texts, actions)).hexdigest()


def confirmed_by(digest: str, confirmed: Mapping[str, str]) -> tuple[str, ...]:
    """Return the teams that confirmed exactly this content."""
    return tuple(team for team in TEAMS if digest and confirmed.get(team) == digest)


def seal_state(digest: str, confirmed: Mapping[str, str]) -> Sealing:
    """Return the state of the present content: open, confirmed by one side, or sealed by both."""
    states: tuple[Sealing, ...] = ("open", "one", "sealed")
    return states[len(confirmed_by(digest, confirmed))]


def check_confirm(texts: Mapping[str, str], actions: Iterable[Sequence[str]]) -> Problem | None:
    """Return why there is nothing to confirm, None if there is."""
    if any(text.strip() for text in texts.values()) or any(True for _ in actions):
        return None
    return Problem(
        "body",
        "empty_session",
        "まだ何も書かれていません。記録か、決めたことを入れてから確認してください。",
        "Nothing is written yet. Enter a note or an agreed action first.",
    )
