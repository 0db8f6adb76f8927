"""だれが見られるか・だれが見たか: everything that this PC knows of who looked at a case and who printed from it."""

import datetime as dt
from collections.abc import Iterable, Sequence

from wardclient.desk.looks import Covered, Look, looks
from wardclient.desk.place import JAPAN, Place
from wardclient.desk.print_rows import PrintRow
from wardclient.desk.print_sources import act_word
from wardclient.desk.rows import CaseView
from wardclient.documents import casefile
from wardclient.documents.paper import Paper
from wardclient.documents.words import era

Line = tuple[str, str, str]
NOT_YET = "まだ届いていません"
OFFICES = {"city": "区役所", "hellowork": "ハローワーク"}


def seen_of(place: Place, view: CaseView, prints: Sequence[PrintRow]) -> Paper:
    """Return the sheet: this PC's log line by line, the own office's other PCs by day, both offices' prints. In the lane.

    It says of each PC of the own office which times it covers, and where the rest can be had.
    """
    days, covered = looks(place, view.row.case_id)
    own = [(_moment(at), act) for at, act in place.store.accesses(view.row.case_id)]
    by_serial = {row.serial: row for row in prints}
    here = {act.rpartition(" ")[2] for _, act in own if act.startswith("print ")}
    lines: list[Line] = [
        (at, place.me.label, f"{act_word(act)}{_fate(by_serial.get(act.rpartition(' ')[2]))}")
        for at, act in own
    ]
    lines += [_look(place, look) for look in days]
    lines += [
        (row.printed_on, row.author, f"印刷した {row.title} {row.serial}{_fate(row)}")
        for row in prints
        if row.serial not in here
    ]
    other = OFFICES["hellowork" if place.me.team == "city" else "city"]
    # Also after a consent has ended; not where a person never agreed to any.
    shared = any(stream.kind == "joint" for stream in place.store.streams_of_case(view.row.case_id))
    return casefile.seen_paper(
        casefile.SeenValues(
            name=view.row.name,
            consent=view.consent.bar,
            own=OFFICES[view.owner_team],
            other=view.other_side_sees,
            seen=tuple(sorted(lines)),
            covered=tuple(_coverage(place, covered)),
            partner=other if shared else "",
        )
    )


def _look(place: Place, look: Look) -> Line:
    until = f"、{look.last[11:16]} まで" if look.last[:16] != look.first[:16] else ""
    return look.first, place.labels(look.device), f"{act_word(look.act)} ({look.times}回{until})"


def _fate(row: PrintRow | None) -> str:
    if row is None:
        return ""
    return " (取りやめ)" if row.undone else " (出たか不明)" if row.unsure else ""


def _coverage(place: Place, covered: Iterable[Covered]) -> Iterable[tuple[str, str]]:
    """Every PC that has or had a part in the own office: this one, those that told, those that did not."""
    began = place.store.access_began()
    since = era(_moment(began)) if began is not None else ""
    yield f"{place.me.label} (この端末)", f"{since} から、いままで"
    told = {bytes.fromhex(place.me.device)}
    for each in covered:
        told.add(each.device)
        yield place.labels(each.device), f"{era(each.since)} から {era(each.until)} まで"
    for device in place.client.state.team_devices(place.me.team):
        if device not in told:
            yield place.labels(device), NOT_YET


def _moment(at_ms: int) -> str:
    return dt.datetime.fromtimestamp(at_ms // 1000, JAPAN).isoformat()
