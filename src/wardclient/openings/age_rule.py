"""After how many days the ward calls a file old (domain.md 7.6): stricter than the standard, never looser.

The limits lie beside the openings, so that all who read openings read them too. They reach the other PCs
of the ward with the feed.
"""

from wardclient.openings.problems import OpeningsError, Problem
from wardclient.openings.rules import AgeRule
from wardclient.openings.store import Connection

STANDARD = AgeRule()
_WARN, _BLOCK, _UNSENT = "age_warn_after", "age_block_after", "age_unsent"


def bounded(rule: AgeRule) -> AgeRule:
    """Return the nearest rule that is allowed: whoever wrote the other one, nothing looser than the standard."""
    block = min(max(rule.block_after, 1), STANDARD.block_after)
    return AgeRule(min(max(rule.warn_after, 0), STANDARD.warn_after, block), block)


def age_rule(connection: Connection) -> AgeRule:
    """Return the limits of this ward; the standard until somebody set others."""
    known = _known(connection)
    return bounded(AgeRule(known.get(_WARN, STANDARD.warn_after), known.get(_BLOCK, STANDARD.block_after)))


def unsent(connection: Connection) -> bool:
    """Return whether the limits were set here and not published since."""
    return bool(_known(connection).get(_UNSENT))


def set_rule(connection: Connection, rule: AgeRule) -> None:
    """Set the limits here; the next publication takes them to the ward. OpeningsError outside the bounds."""
    if bounded(rule) != rule:
        raise OpeningsError(_BOUNDS)
    _write(connection, rule, unsent=True)


def note_sent(connection: Connection) -> None:
    """Say that the limits were published."""
    _write(connection, age_rule(connection), unsent=False)


def take_rule(connection: Connection, offered: AgeRule, *, may_loosen: bool) -> None:
    """Take the limits of a feed over.

    Stricter ones count from every publisher, looser ones only from an administrator's PC
    (``may_loosen``). What was set here and is not published yet stands.
    """
    if unsent(connection):
        return
    here, there = age_rule(connection), bounded(offered)
    if not may_loosen:
        there = AgeRule(min(here.warn_after, there.warn_after), min(here.block_after, there.block_after))
    if there != here:
        _write(connection, bounded(there), unsent=False)


def _known(connection: Connection) -> dict[str, int]:
    found = connection.execute("SELECT name, value FROM progress WHERE name LIKE 'age!_%' ESCAPE '!'")
    return {str(name): int(value) for name, value in found}


def _write(connection: Connection, rule: AgeRule, *, unsent: bool) -> None:
    connection.executemany(
        "INSERT OR REPLACE INTO progress (name, value) VALUES (?, ?)",
        ((_WARN, rule.warn_after), (_BLOCK, rule.block_after), (_UNSENT, int(unsent))),
    )


_BOUNDS = Problem(
    "",
    "age_rule",
    f"知らせるのは0〜{STANDARD.warn_after}日、止めるのは1〜{STANDARD.block_after}日の間で、"
    "知らせる日数は止める日数までです。定めより緩めることはできません。",
    f"Warn after 0 to {STANDARD.warn_after} days and stop after 1 to {STANDARD.block_after}, the first not "
    "above the second: the rule can be made stricter, never looser.",
)
