"""The case list: stored lines made into rows for this person."""

import contextlib

from wardclient.desk.api import LockedError
from wardclient.desk.place import Place
from wardclient.desk.rows import CaseFilter, CasePage, CaseRow, ConsentState
from wardclient.desk.streams import CaseStreams, case_streams
from wardclient.storage.case_search import CaseHit

_STATES: dict[str, ConsentState] = {
    "open": "given",
    "early": "given",
    "unknown": "pending",
    "ended": "withdrawn",
    "expired": "expired",
}


def find_page(place: Place, text: str, narrow: CaseFilter, limit: int) -> CasePage:
    """Return cases found, my own first."""
    where = [
        (name, value)
        for name, value in (
            ("caseworker", place.me.label if narrow.mine else ""),
            ("status", narrow.status),
            ("target_group", narrow.target_group),
            ("consent", narrow.consent),
        )
        if value
    ]
    found = place.store.find_cases(
        text, mine=place.me.label, where=where, limit=limit, today=place.today().isoformat()
    )
    unsent = place.store.unsent_of([hit.case_id for hit in found.hits])
    lease_over = place.lease_over()
    rows = []
    for hit in found.hits:
        streams = case_streams(place, hit.case_id) if hit.consent_stream or lease_over else None
        if streams is None or _visible(place, streams):
            rows.append(_row(place, hit, streams, unsent=hit.case_id in unsent))
    hidden = len(found.hits) - len(rows)
    return CasePage(tuple(rows), found.total - hidden, found.more_than, found.behind)


def case_row(place: Place, case_id: str) -> CaseRow:
    """Return the row of one case."""
    hit = place.store.case_hit(case_id)
    if hit is None:
        raise KeyError(case_id)
    return _row(place, hit, case_streams(place, case_id), unsent=bool(place.store.unsent_of([case_id])))


def index_rest(place: Place) -> None:
    """Index what a bulk sync left, one small batch after another between other work."""

    def step() -> None:
        if place.store.index_pending():
            place.lane.submit(step)

    with contextlib.suppress(LockedError):
        place.lane.submit(step)


def _visible(place: Place, streams: CaseStreams) -> bool:
    """Whether anything of a shared case may be shown: an open sharing, or an own file with a person."""
    return any(place.store.has_entity(s.stream, "person") for s in streams.all)


def _row(place: Place, hit: CaseHit, streams: CaseStreams | None, *, unsent: bool) -> CaseRow:
    """``streams`` may be left out where no consent was ever given."""
    return CaseRow(
        case_id=hit.case_id,
        name=hit.name,
        kana=hit.kana,
        birth_date=hit.birth_date,
        case_no=hit.case_no,
        target_group=hit.target_group,
        status=hit.status,
        consent=_consent(hit, streams),
        consent_until=hit.consent_until,
        caseworker=hit.caseworker,
        mine=bool(hit.caseworker) and hit.caseworker == place.me.label,
        last_contact=hit.last_contact,
        next_on=hit.next_on,
        unsent=unsent,
        conflicts=hit.conflicts,
    )


def _consent(hit: CaseHit, streams: CaseStreams | None) -> ConsentState:
    if hit.consent in ("", "none"):
        return "none"
    if hit.consent == "refused":
        return "refused"
    stream = bytes.fromhex(hit.consent_stream) if hit.consent_stream else b""
    known = next((s.known for s in streams.all if s.stream == stream), "ended") if streams else "ended"
    if hit.consent == "withdrawn":
        return "ending" if known in ("open", "early", "unknown") else "withdrawn"
    return _STATES[known]


__all__ = ["case_row", "find_page", "index_rest"]
