"""Invented papers, one of each kind."""

from collections.abc import Mapping

from wardclient.documents import casefile, consents, letters, shortlist
from wardclient.documents.office_memo import MemoValues, office_memo_paper
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
    "2026-12-01T10:00:00+09:00",
    "本社",
    "履歴書",
)


def consent(language: str = "", purposes: tuple[str, ...] = ("職業相談・紹介",)) -> Paper:
    """Return a 同意書."""
    return consents.consent_paper(
        consents.ConsentValues(
            "鶴見区",
            NAME,
            KANA,
            ("川崎公共職業安定所",),
            purposes,
            ("S1", "S4"),
            ("H3",),
            "2026-11-24",
            "2027-05-31",
            "同意書 第1版",
            "窓口A",
            language,
        )
    )


CONDITIONS = (
    ("求人番号", "14990-00000161"),
    ("職種", "介護職員(デイサービス)"),
    ("仕事の内容", "通所介護の施設で、食事・入浴・送迎の付き添い、記録の記入をしていただきます。" * 3),
    ("雇用期間", "定めなし  試用期間 3か月(同条件)"),
    ("就業場所", "神奈川県横浜市鶴見区鶴見中央一丁目"),
    ("就業時間", "(1)9時00分〜18時00分  (2)8時00分〜17時00分"),
    ("休憩・時間外", "休憩 60分  時間外あり 月平均 5時間"),
    ("休日", "土日その他  週休二日 毎週  年間休日 120日"),
    ("賃金", "月給 200,000円〜230,000円  固定残業代なし"),
    ("通勤手当", "実費支給 上限 15,000円"),
    ("加入保険", "雇用 労災 健康 厚生"),
    ("定年・再雇用", "定年 60歳  再雇用 65歳まで"),
    ("受動喫煙対策", "屋内禁煙"),
    ("必要な免許・資格", "不問  介護職員初任者研修があれば尚可"),
)
HISTORY = (
    ("2026-11-10T10:00:00+09:00", "ケースを開いた", "窓口A"),
    ("2026-11-12T13:30:00+09:00", "同意を受けた: 職業相談・紹介、令和9年5月31日まで", "窓口A"),
    (
        "2026-11-17T14:05:00+09:00",
        "同席面談: 介護の仕事を希望。保育所の送り迎えのため 9時から16時までを希望。履歴書を一緒に書くことにした。",
        "HW 鶴見コーナー",
    ),
    ("2026-11-24T10:00:00+09:00", "紹介: 株式会社仮想介護 介護職員", "HW 鶴見コーナー"),
)
ORIGIN = (
    "出典: ハローワーク（求人情報提供サービス） 受理安定所 14990 ファイルの日付 2026-11-24\n"
    "応募には紹介が必要です。ハローワーク、または区の窓口で求人番号を伝えてください。"
)
SHORTLIST = shortlist.ShortlistValues(
    NAME,
    (
        shortlist.OpeningValues(
            "14990-00000161",
            "生活困窮者自立支援の相談員",
            "神奈川県横浜市鶴見区",
            "1,200円～1,300円",
            "保育園のお迎えに間に合う",
            "希望する  朝だけなら",
            "",
            CONDITIONS,
            ORIGIN,
        ),
        shortlist.OpeningValues(
            "14990-00000202",
            "清掃",
            "神奈川県横浜市中区",
            "1,180円",
            "",
            "",
            "新しいファイルに載っていません(取消・充足の可能性)。電話で確かめてから紹介してください。",
            CONDITIONS[:3],
            ORIGIN,
        ),
        shortlist.OpeningValues(
            "14990-00000303", "品出し", "", "", "", "", "この求人の求人票は、いま印刷できません。", (), ""
        ),
    ),
    "横浜市鶴見区役所",
    "2026-11-24",
)


PAPERS: Mapping[str, Paper] = {
    "consent": consent(),
    **{f"consent-{language}": consent(language) for language in ("en", "ko", "vi", "zh")},
    "withdrawal": consents.withdrawal_paper(
        consents.WithdrawalValues("鶴見区", NAME, KANA, ("川崎公共職業安定所",), "2026-11-24", "2027-05-31")
    ),
    "request": casefile.request_paper(
        casefile.RequestValues(
            "第5号",
            "2026-11-24",
            "川崎公共職業安定所",
            "鶴見区",
            (
                ("区分", "ア 生活保護受給者"),
                ("氏名", f"{NAME}  {KANA}"),
                ("生年月日", "昭和60年1月1日"),
                ("住所", "鶴見中央三丁目20番1号"),
                ("電話", ""),
                ("求職番号", ""),
                ("受給開始日", "令和7年4月1日"),
                ("学歴・職歴・資格", "高校卒業、介護施設で2年、普通自動車免許"),
                ("希望", "短時間から、保育所の送り迎えあり"),
                ("配慮事項", "重い物を持つ作業は避ける"),
                ("要請理由", "本人が就労を希望しており、早い時期の職業相談が望ましい。"),
                ("同意書", "令和8年11月24日から令和9年5月31日まで  範囲 S1 S4"),
                ("担当", "窓口A  決裁 係長"),
            ),
        )
    ),
    "plan": casefile.plan_paper(
        casefile.PlanValues(
            NAME,
            KANA,
            (
                ("作成日", "令和8年11月24日"),
                ("版", "2"),
                ("支援期間", "令和8年11月24日から令和9年5月23日まで"),
                ("目標", "介護の仕事に就き、半年続ける"),
                ("強み", "人と話すことが好き"),
                ("面談の頻度", "月2回"),
                ("次回の見直し", "令和9年2月24日"),
                ("支援チーム", "ケースワーカー 窓口A、ナビゲーター"),
            ),
            (
                ("履歴書と職務経歴書を書く", "本人", "2026-12-01", "2026-11-30"),
                ("介護職員初任者研修の説明会に申し込む", "就労支援専門員", "2026-12-10", ""),
                ("求人を三つ選び、条件を並べて話し合う", "ハローワーク", "2026-12-15", ""),
            ),
        )
    ),
    "receipt": letters.receipt_paper(RECEIPT),
    "letter": letters.letter_paper(LETTER),
    "opening": casefile.opening_paper(
        CONDITIONS,
        "出所: ハローワークの求人情報。応募には紹介が要ります。窓口にお申し出ください。",
        "2026-11-24",
    ),
    "shortlist": shortlist.shortlist_paper(SHORTLIST),
    "visit": casefile.visit_paper(NAME, "2026-12-01", "横浜市鶴見区役所", "窓口A"),
    "session": casefile.session_paper(
        casefile.SessionValues(
            NAME,
            "2026-11-24",
            "10:00〜11:00",
            (
                ("区の記録", "生活の様子を聞いた。保育所は来月から決まった。"),
                ("ハローワークの記録", "介護の求人を三つ紹介した。見学を希望。"),
            ),
            (("見学の日を決める", "ハローワーク", "2026-12-01"), ("履歴書を書く", "本人", "2026-12-01")),
            "open",
        )
    ),
    "history": casefile.history_paper(NAME, HISTORY),
    "who-can-see": casefile.seen_paper(
        casefile.SeenValues(
            NAME,
            "同意あり  令和9年5月31日まで",
            "区役所",
            ("S1 氏名・生年月日・住所・連絡先", "S4 希望・制約(育児・介護)"),
            (
                ("2026-11-24T10:00:00+09:00", "窓口A", "ケースを開いた"),
                ("2026-11-24T10:20:00+09:00", "窓口A", "印刷した 同意書 A1B2C3-00001"),
                ("2026-11-25T09:10:00+09:00", "SV 係長", "ケースを開いた (3回、16:20 まで)"),
            ),
            (
                ("窓口A (この端末)", "令和8年4月1日 9時00分 から、いままで"),
                ("SV 係長", "令和8年4月1日 9時00分 から 令和8年11月25日 17時00分 まで"),
                ("CW 2係", "まだ届いていません"),
            ),
            "ハローワーク",
        )
    ),
    "disclosure": casefile.disclosure_paper(
        casefile.DisclosureValues(
            NAME,
            (("電話", "08000000123"), ("住所", "鶴見中央三丁目20番1号")),
            tuple((at[:10], what, who) for at, what, who in HISTORY),
            2,
        )
    ),
    "handover": casefile.handover_paper(
        casefile.HandoverValues(
            NAME,
            KANA,
            (("担当", "窓口A"), ("同意", "令和9年5月31日まで"), ("目標", "介護の仕事に就き、半年続ける")),
            (("見学の日を決める", "ハローワーク", "2026-12-01"), ("更新の説明", "区役所", "2027-04-30")),
            HISTORY,
        )
    ),
    "office-memo": office_memo_paper(
        MemoValues(
            office="川崎公共職業安定所",
            opening_no="14990-00000161",
            employer_name="株式会社仮想介護",
            job_title="介護職員",
            file_date="2026-11-23",
            change="条件の変更",
            heard_on="2026-11-24",
            heard_from="採用担当者",
            text="就業時間が 9時00分〜16時00分 に変わったとのこと。",
            sender="横浜市鶴見区役所",
            written_by="窓口A",
            written_on="2026-11-24",
        )
    ),
}
