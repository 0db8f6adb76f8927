"""連絡メモ: what the ward heard of an opening, to the office that received it (terms of use, domain.md 7.6)."""

from dataclasses import dataclass

from wardclient.documents.paper import Notice, Paper, Rows, plain
from wardclient.documents.words import era


@dataclass(frozen=True, slots=True)
class MemoValues:
    """All that the office is told: of the opening alone. No field can hold who asked for it."""

    office: str
    opening_no: str
    employer_name: str
    job_title: str
    file_date: str
    change: str
    heard_on: str
    heard_from: str
    text: str
    sender: str
    written_by: str
    written_on: str


def office_memo_paper(values: MemoValues) -> Paper:
    """Return the memo, which names nobody that the ward advises."""
    return Paper(
        "求人の変更・取消の連絡メモ",
        (
            plain("提供を受けた求人について、次のことを聞きましたので連絡します。事実の確認をお願いします。"),
            Rows(
                (
                    ("求人番号", values.opening_no),
                    ("事業所", values.employer_name),
                    ("職種", values.job_title),
                    ("ファイルの日付", era(values.file_date)),
                    ("連絡の種類", values.change),
                    ("聞いた日", era(values.heard_on)),
                    ("聞いた相手", values.heard_from),
                    ("内容", values.text),
                )
            ),
            Notice("求職者についての情報は含みません。"),
        ),
        date=era(values.written_on),
        to=(f"{values.office} 求人担当 御中",),
        sender=(values.sender, f"担当 {values.written_by}"),
        # It leaves the office: nothing of a client may stand on it, whatever was typed.
        for_employer=True,
    )
