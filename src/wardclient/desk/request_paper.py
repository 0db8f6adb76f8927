"""支援要請書 (domain 5.4) from what is recorded: a request, the person, the consent."""

import datetime as dt

from wardclient.casework import reference
from wardclient.casework.calendar import format_wareki
from wardclient.casework.codes import TargetGroup
from wardclient.desk.request_rows import RequestRow
from wardclient.desk.rows import CaseView
from wardclient.documents.casefile import RequestValues, request_paper
from wardclient.documents.paper import Paper


def paper_of(view: CaseView, row: RequestRow, ward_name: str) -> Paper:
    """Return the paper of a request. Fields that the consent does not share are left blank, as on the form."""
    values = row.values

    def text(name: str) -> str:
        found = values.get(name)
        return found if isinstance(found, str) else ""

    def shown(kind: str, name: str) -> str:
        return next((f.shown for f in view.fields if (f.kind, f.name) == (kind, name)), "")

    group = TargetGroup.of(view.row.target_group)
    since = text("benefit_since")
    agreed = view.consent
    office = text("to_office")
    facts = (
        ("区分", group.ja if group is not None else ""),
        ("氏名", f"{view.row.name}  {view.row.kana}"),
        ("生年月日", _era(view.row.birth_date)),
        ("住所", shown("person", "address1")),
        ("電話", shown("person", "phone")),
        ("受給開始日", _era(since)),
        ("希望する働き方", text("expected_form")),
        ("要請理由", text("request_reason")),
        (
            "同意書",
            f"{_era(agreed.valid_from)}から{_era(agreed.valid_until)}まで" if agreed.valid_until else "",
        ),
        ("担当", f"{text('by')}  決裁 {text('approved_by')}"),
    )
    name = reference.office_name(office) if office.isdecimal() else office
    return request_paper(RequestValues(row.request_no, row.requested_on, name, ward_name, facts))


def _era(day: str) -> str:
    return format_wareki(dt.date.fromisoformat(day[:10])) if day else ""
