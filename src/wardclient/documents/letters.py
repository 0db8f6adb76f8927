"""紹介状 (the city's own, channel 2) for the employer, 紹介控え (channel 1) for the person (domain 5.1).

LetterValues has no field for age, sex, address, benefit, target group or case number: what has
no field cannot be printed. `documents.guard` reads the free fields once more.
"""

from dataclasses import dataclass

from wardclient.documents.paper import Heading, NextPage, Notice, Paper, Rows, Sign, Ticks, plain
from wardclient.documents.words import era


@dataclass(frozen=True, slots=True)
class LetterValues:
    """All that an employer is told of a referral."""

    employer_name: str
    referred_on: str
    opening_no: str
    job_title: str
    name: str
    kana: str
    selection: str
    interview_at: str
    interview_place: str
    bring: str
    office: str
    referred_by: str
    reply_by: str


def letter_paper(values: LetterValues) -> Paper:
    """Return the 紹介状 with the reply form on its back."""
    return Paper(
        "紹介状",
        (
            plain("次の方をご紹介します。ご選考のうえ、結果をうら面でお知らせくださるようお願いします。"),
            Rows(
                (
                    ("求人番号", values.opening_no),
                    ("職種", values.job_title),
                    ("応募者氏名", values.name),
                    ("フリガナ", values.kana),
                    ("選考方法", values.selection),
                    ("面接日時", era(values.interview_at)),
                    ("面接場所", values.interview_place),
                    ("持参物", values.bring),
                )
            ),
            plain("ご不明の点や日時の変更は、上の担当までご連絡ください。"),
            NextPage(),
            Notice("選考結果のお知らせ(返信)"),
            Rows(
                (
                    ("返信先", values.office),
                    ("返信期限", era(values.reply_by)),
                    ("求人番号・職種", f"{values.opening_no}  {values.job_title}".strip()),
                    ("応募者氏名", values.name),
                )
            ),
            Heading("選考の結果"),
            Ticks(((False, "採用"), (False, "不採用"), (False, "応募・面接の取りやめ"))),
            Rows((("採用日", ""), ("理由", ""))),
            Heading("採用した方の労働条件は、求人票のとおりですか"),
            Ticks(((False, "求人票のとおり"), (False, "違うところがある"))),
            Rows((("違うところ", ""),)),
            Sign(("記入した日", "事業所名", "担当者・電話")),
        ),
        date=era(values.referred_on),
        to=(f"{values.employer_name} 御中", "採用担当者 様"),
        sender=(values.office, f"担当 {values.referred_by}"),
        for_employer=True,
    )


@dataclass(frozen=True, slots=True)
class ReceiptValues:
    """What the person takes home of a referral made on the state's terminal."""

    name: str
    referred_on: str
    letter_no: str
    opening_no: str
    employer_name: str
    job_title: str
    interview_at: str
    interview_place: str
    bring: str


def receipt_paper(values: ReceiptValues) -> Paper:
    """Return the 紹介控え, which says that it is not the official letter."""
    return Paper(
        "紹介控え",
        (
            Notice("公式の紹介状ではありません。紹介状はハローワークの窓口で受け取ってください。"),
            Rows(
                (
                    ("氏名", values.name),
                    ("紹介年月日", era(values.referred_on)),
                    ("紹介番号", values.letter_no),
                    ("求人番号", values.opening_no),
                    ("事業所", values.employer_name),
                    ("職種", values.job_title),
                    ("面接日時", era(values.interview_at)),
                    ("面接場所", values.interview_place),
                    ("持参物", values.bring),
                )
            ),
        ),
        # It is shown at the interview more often than not: it is held to the rule of an employer's paper.
        for_employer=True,
    )
