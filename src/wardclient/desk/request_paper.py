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
    office = text("to_office")
    agreed = view.consent
    boxes = set(agreed.scope_to_hw) if agreed.state in ("given", "pending") else set[str]()

    def shared(box: str, *names: str) -> str:
        """Join what the assessment says, where the consent lets it go to Hello Work (domain 6)."""
        return "、".join(found for name in names if box in boxes and (found := shown("assessment", name)))

    facts = (
        ("区分", group.ja if group is not None else ""),
        ("氏名", f"{view.row.name}  {view.row.kana}"),
        ("生年月日", _era(view.row.birth_date)),
        ("住所", shown("person", "address1")),
        ("電話", shown("person", "phone")),
        ("受給開始日", _era(since)),
        ("求職番号", shown("registration", "jobseeker_no")),
        ("学歴・職歴・資格", shared("S3", "education", "work_history", "licences")),
        (
            "希望",
            "、".join(
                part for part in (text("expected_form"), shared("S4", "wishes", "constraints")) if part
            ),
        ),
        ("配慮事項", shared("S5", "health_consideration")),
        ("要請理由", text("request_reason")),
        (
            "同意書",
            f"{_era(agreed.valid_from)}から{_era(agreed.valid_until)}まで  範囲 {' '.join(sorted(boxes))}".rstrip()
            if agreed.valid_until
            else "",
        ),
        ("担当", f"{text('by')}  決裁 {text('approved_by')}"),
    )
    name = reference.office_name(office) if office.isdecimal() else office
    return request_paper(RequestValues(row.request_no, row.requested_on, name, ward_name, facts))


def _era(day: str) -> str:
    return format_wareki(dt.date.fromisoformat(day[:10])) if day else ""
