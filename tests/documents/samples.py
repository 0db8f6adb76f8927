"""Invented papers, one of each kind."""

from collections.abc import Mapping

from wardclient.documents import casefile, consents, letters
from wardclient.documents.paper import Paper

NAME, KANA = "架空 試子", "カクウ タメシコ"
LETTER = letters.LetterValues(
    employer_name="株式会社仮想介護",
    referred_on="2026-11-24",
    opening_no="14990-00000161",
    job_title="介護職員",
    name=NAME,
    kana=KANA,
    selection="面接",
    interview_at="2026-12-01T10:00:00+09:00",
    interview_place="本社",
    bring="履歴書",
    office="横浜市鶴見区役所無料職業紹介所",
    referred_by="窓口A",
    reply_by="2026-12-08",
)
RECEIPT = letters.ReceiptValues(
    NAME,
    "2026-11-24",
    "第12号",
    "14990-00000161",
    "株式会社仮想介護",
    "介護職員",
    "2026-12-01",
    "本社",
    "履歴書",
)


def consent(language: str = "") -> Paper:
    """Return a 同意書."""
    return consents.consent_paper(
        consents.ConsentValues(
            "鶴見区",
            NAME,
            KANA,
            ("川崎公共職業安定所",),
            ("職業相談・紹介",),
            ("S1", "S4"),
            ("H3",),
            "2026-11-24",
            "2027-05-31",
            "同意書 第1版",
            "窓口A",
            language,
        )
    )


PAPERS: Mapping[str, Paper] = {
    "consent": consent(),
    "consent-vi": consent("vi"),
    "withdrawal": consents.withdrawal_paper(
        consents.WithdrawalValues("鶴見区", NAME, KANA, ("川崎公共職業安定所",), "2026-11-24", "2027-05-31")
    ),
    "request": casefile.request_paper(
        casefile.RequestValues("第5号", "2026-11-24", "川崎公共職業安定所", "鶴見区", (("氏名", NAME),))
    ),
    "plan": casefile.plan_paper(
        casefile.PlanValues(
            NAME, KANA, (("目標", "介護の仕事"),), (("履歴書を書く", "本人", "2026-12-01", ""),)
        )
    ),
    "receipt": letters.receipt_paper(RECEIPT),
    "letter": letters.letter_paper(LETTER),
    "opening": casefile.opening_paper(
        (("職種", "介護職員"), ("賃金", "月給 200,000円")), "出所の行", "2026-11-24"
    ),
    "visit": casefile.visit_paper(NAME, "2026-12-01", "鶴見区役所", "窓口A"),
    "session": casefile.session_paper(
        casefile.SessionValues(
            NAME, "2026-11-24", "10:00〜11:00", (("区の記録", "話した"),), (("書く", "本人", ""),), "open"
        )
    ),
    "history": casefile.history_paper(NAME, (("2026-11-24T10:00:00+09:00", "ケースを開いた", "窓口A"),)),
    "who-can-see": casefile.seen_paper(
        casefile.SeenValues(NAME, "同意あり", "区役所", ("S1 氏名等",), (("2026-11-24", "見た"),), "窓口A")
    ),
    "disclosure": casefile.disclosure_paper(
        casefile.DisclosureValues(NAME, (("電話", "08000000123"),), (("2026-11-24", "話した", "窓口A"),), 2)
    ),
    "handover": casefile.handover_paper(
        casefile.HandoverValues(NAME, KANA, (("担当", "窓口A"),), (("書く", "本人", ""),), ())
    ),
}
