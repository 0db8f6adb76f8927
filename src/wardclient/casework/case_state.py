"""The state of a case as its records have it: a request for support and work that began move it (domain 3.1, 3.2).

The state that an act wrote is a field of the office that owns the case, and no box of the consent names it: it never
crosses. A request (S6, H2) and a placement (S7, H5) do. So the state after them is not written a second time but read from the
record, by the same rule in both offices: to write the job down is the one act that moves the case, whoever does it, and
to strike it out moves it back. What was written after the placement counts before it: a later act (支援終了, 中断)
is never undone by an older job.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from wardclient.casework.codes import Status
from wardclient.casework.placement import Placement
from wardclient.casework.retention import Check, endings
from wardclient.casework.support_request import RequestState, standing
from wardclient.casework.support_request import Step as RequestStep
from wardclient.casework.work_codes import RetentionState

UNTIL_WORK = frozenset({"", Status.CONSENTED, Status.REQUESTED, Status.ACTIVE})
"""States after which work begins. "" is that of the other office, which is not told the state itself. A job that was
found before the request was answered is a job all the same: the life cycle's own ``active`` is not asked for."""

_OF_REQUEST: Mapping[RequestState, Status] = {
    RequestState.REQUESTED: Status.REQUESTED,
    RequestState.HELD: Status.REQUESTED,
    RequestState.ACCEPTED: Status.ACTIVE,
    RequestState.MEETING: Status.ACTIVE,
    RequestState.DONE: Status.ACTIVE,
    RequestState.DECLINED: Status.NOT_SUPPORTED,
    RequestState.WITHDRAWN: Status.NOT_SUPPORTED,
    # Hello Work's part ended; the case ends by an act of its own, with its reason and a supervisor.
    RequestState.CLOSED: Status.ACTIVE,
}


@dataclass(frozen=True, slots=True)
class Looked:
    """A check of retention (定着確認) and the claim that it names."""

    placement_id: str
    check: Check


def case_state(
    status: str,
    written_at: int,
    jobs: Iterable[Placement],
    looks: Iterable[Looked],
    requests: Iterable[Sequence[RequestStep]] = (),
) -> str:
    """Return the state to show.

    ``written_at`` is the stamp of the written state, 0 where there is none, and on the scale of the claims' stamps.
    A person who left the job (離職) is supported again (``return``); one who changed to another (転職) is at work.
    ``requests``: the logs of the case's support requests.
    """
    if status not in UNTIL_WORK:
        return status
    known = list(looks)
    for job in jobs:
        if not job.counts or all(claim.at <= written_at for claim in job.claims):
            continue
        names = {claim.placement_id for claim in job.all}
        found = endings(look.check for look in known if look.placement_id in names)
        if not any(check.state is RetentionState.LEFT for check in found):
            return str(Status.FOLLOWUP)
    return _asked(status, written_at, requests)


def _asked(status: str, written_at: int, requests: Iterable[Sequence[RequestStep]]) -> str:
    """Return the state that the newest request for support brings (3.2 ``request_support``, ``accept``, ``decline``)."""
    logs = [log for log in requests if log and max(step.at for step in log) > written_at]
    if not logs:
        return status
    # The request that was made last, whatever was said of an earlier one since.
    newest = max(logs, key=lambda log: min(step.at for step in log))
    here = standing(newest)
    # While two offices' words stand against each other the request is not answered.
    return str(_OF_REQUEST[here.state or RequestState.REQUESTED])
