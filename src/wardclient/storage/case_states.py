"""The state of a case for the lists, read from its registers by the rule of `casework.case_state`."""

from collections.abc import Iterable, Mapping

from wardclient.casework import placement, retention
from wardclient.casework import support_request as asking
from wardclient.casework.case_state import UNTIL_WORK, Looked, case_state
from wardclient.casework.steps import step_of
from wardclient.ledger.events import Value
from wardclient.ledger.registers import Write
from wardclient.storage.cipher import Connection
from wardclient.storage.state import read_register

_RECORDS = (
    # One question a stream: "placement:…", "placement_strike:…", "retention:…", "request_step:…".
    "SELECT entity, field, state FROM register WHERE stream = ? AND (entity BETWEEN 'placement:' AND 'placement:~'"
    " OR entity BETWEEN 'placement_strike:' AND 'placement_strike:~' OR entity BETWEEN 'retention:' AND 'retention:~'"
    " OR entity BETWEEN 'request_step:' AND 'request_step:~')"
)


class _Records:
    """Stored records by kind and id: their values, and the stamp of the first write."""

    def __init__(self, connection: Connection, streams: Iterable[bytes]) -> None:
        self.values: dict[str, dict[str, dict[str, Value]]] = {}
        self.at: dict[str, int] = {}
        for stream in streams:
            for entity, field, state in connection.execute(_RECORDS, (stream,)):
                register = read_register(state)
                if register.shown is None:
                    continue
                kind, _, name = entity.partition(":")
                self.values.setdefault(kind, {}).setdefault(name, {})[field] = register.shown.value
                first = min(head.order()[0] for head in register.heads)
                self.at[name] = min(self.at.get(name, first), first)

    def of(self, kind: str) -> Iterable[tuple[str, Mapping[str, Value], int]]:
        """Yield (id, values, stamp) of each record of a kind."""
        for name, values in self.values.get(kind, {}).items():
            yield name, values, self.at[name]


def state_of_case(
    connection: Connection, streams: Iterable[bytes], status: str, written: Iterable[Write]
) -> str:
    """Return the state to show, ``written`` being the writes of the field itself."""
    if status not in UNTIL_WORK:
        return status
    records = _Records(connection, streams)
    claims = [c for n, v, at in records.of("placement") if (c := placement.claim(n, v, at)) is not None]
    requests = _requests(records)
    if not claims and not requests:
        return status
    strikes = [
        s for n, v, at in records.of("placement_strike") if (s := placement.strike(n, v, at)) is not None
    ]
    looks = [
        Looked(str(v.get("placement_id")), check)
        for n, v, _at in records.of("retention")
        if (check := retention.check(n, v)) is not None
    ]
    written_at = max((write.order()[0] for write in written), default=0)
    return case_state(status, written_at, placement.jobs(claims, strikes), looks, requests)


def _requests(records: _Records) -> list[list[asking.Step]]:
    """Return the steps of each support request."""
    logs: dict[str, list[asking.Step]] = {}
    for name, values, at in records.of("request_step"):
        step = step_of(asking.RequestState, name, values, at)
        if step is not None:
            logs.setdefault(str(values.get("request_id")), []).append(step)
    return list(logs.values())
