"""Fields of joint work: consent, notes, sessions, referrals, placements (domain 4.4, 4.8 to 4.10)."""

from wardclient.casework import codes
from wardclient.casework.field import Field, Form

NAME = 40
LINE = 80
SENTENCE = 200
BODY = 4_000

CONSENT = (
    Field("case_id", "ケース内部番号", "Internal case number", Form.ID, "OPS", auto=True),
    Field("state", "状態", "State", Form.CODE, "OPS", codes=codes.ConsentState, auto=True),
    Field("stream", "共有の記録の番号", "Shared stream", Form.ID, "OPS", auto=True),
    Field("recorded_by", "記録した人", "Recorded by", Form.TEXT, "OPS", most=NAME, auto=True),
    Field("form_version", "様式番号", "Form version", Form.TEXT, "OPS", required=True, most=NAME),
    Field("signed_on", "署名日", "Signed on", Form.DATE, "OPS", required=True),
    Field("signer", "署名者", "Signer", Form.TEXT, "OPS", most=LINE),
    Field(
        "signer_kind", "署名者の別", "Kind of signer", Form.CODE, "OPS", required=True, codes=codes.SignerKind
    ),
    Field("method", "方法", "Method", Form.CODE, "OPS", required=True, codes=codes.ConsentMethod),
    Field("explained_by", "説明者", "Explained by", Form.TEXT, "OPS", required=True, most=NAME),
    Field("recipients", "提供先", "Recipients", Form.OFFICES, "OPS", required=True, most=5),
    Field("purpose", "利用目的", "Purpose", Form.CODES, "OPS", required=True, most=4, codes=codes.Purpose),
    Field(
        "scope_to_hw",
        "市から提供する項目",
        "Items to Hello Work",
        Form.CODES,
        "OPS",
        most=7,
        codes=codes.ItemToHw,
    ),
    Field(
        "scope_to_city",
        "ハローワークから提供する項目",
        "Items to the city",
        Form.CODES,
        "OPS",
        most=5,
        codes=codes.ItemToCity,
    ),
    Field("valid_from", "有効期間の始め", "Valid from", Form.DATE, "OPS", required=True),
    Field("valid_until", "有効期間の終わり", "Valid until", Form.DATE, "OPS", required=True),
    Field("form_serial", "同意書の印刷番号", "Serial of the printed form", Form.TEXT, "OPS", most=NAME),
    Field("paper_location", "原本保管場所", "Where the paper is", Form.TEXT, "OPS", required=True, most=LINE),
    Field("withdrawn_on", "撤回日", "Withdrawn on", Form.DATE, "OPS"),
    Field("withdrawn_how", "撤回の方法", "How withdrawn", Form.CODE, "OPS", codes=codes.WithdrawnHow),
    Field("withdrawn_heard_by", "撤回を受けた人", "Withdrawal heard by", Form.TEXT, "OPS", most=NAME),
)

_HELD = (
    Field("case_id", "ケース内部番号", "Internal case number", Form.ID, "OPS", auto=True),
    Field("held_on", "面談日", "Held on", Form.DATE, "S6", required=True, item_to_city="H2"),
    Field("from", "開始時刻", "From", Form.TIME, "S6", item_to_city="H2"),
    Field("to", "終了時刻", "To", Form.TIME, "S6", item_to_city="H2"),
    Field("place", "場所", "Place", Form.CODE, "S6", required=True, codes=codes.NotePlace, item_to_city="H2"),
    Field("kind", "種別", "Kind", Form.CODE, "S6", required=True, codes=codes.NoteKind, item_to_city="H2"),
    Field("attendees", "出席者", "Attendees", Form.TEXTS, "S6", most=10, item_to_city="H2"),
    Field("attended_by_client", "本人の出席", "Attended by the person", Form.FLAG, "S6", item_to_city="H2"),
    Field("topics", "相談内容", "Topics", Form.CODES, "S6", most=10, codes=codes.Topic, item_to_city="H2"),
    Field("next_on", "次回", "Next on", Form.DATE, "S6", item_to_city="H2"),
    Field("visibility", "公開の範囲", "Visibility", Form.CODE, "OPS", required=True, codes=codes.Visibility),
)

NOTE = (
    *_HELD,
    Field("body", "記録", "Note", Form.LONG_TEXT, "S6", required=True, most=BODY, item_to_city="H2"),
    Field("third_party", "第三者からの情報", "From a third party", Form.FLAG, "S6", item_to_city="H2"),
    Field("supersedes", "訂正する記録", "Corrects", Form.ID, "OPS", auto=True),
)

SESSION = (
    *_HELD,
    # ``body`` is the text of whoever writes; it is stored under the name of the writer's side.
    Field("body", "記録", "Note", Form.LONG_TEXT, "OPS", most=BODY),
    Field("started_by", "始めた側", "Started by", Form.CODE, "OPS", codes=codes.Team, auto=True),
    Field("text.city", "区の記録", "Ward's text", Form.LONG_TEXT, "S6", most=BODY, auto=True),
    Field(
        "text.hellowork",
        "ハローワークの記録",
        "Hello Work's text",
        Form.LONG_TEXT,
        "H2",
        most=BODY,
        auto=True,
    ),
    Field("confirmed.city", "区の確認", "Ward's confirmation", Form.TEXT, "OPS", most=64, auto=True),
    Field(
        "confirmed.hellowork",
        "ハローワークの確認",
        "Hello Work's confirmation",
        Form.TEXT,
        "OPS",
        most=64,
        auto=True,
    ),
    Field("confirmed_at.city", "区の確認時刻", "Ward confirmed at", Form.MOMENT, "OPS", auto=True),
    Field(
        "confirmed_at.hellowork",
        "ハローワークの確認時刻",
        "Hello Work confirmed at",
        Form.MOMENT,
        "OPS",
        auto=True,
    ),
)

REFERRAL = (
    Field("case_id", "ケース内部番号", "Internal case number", Form.ID, "OPS", auto=True),
    Field(
        "channel",
        "紹介主体",
        "Channel",
        Form.CODE,
        "S6",
        required=True,
        codes=codes.Channel,
        item_to_city="H3",
    ),
    Field("letter_no", "紹介番号", "Letter number", Form.TEXT, "S6", most=20, item_to_city="H3"),
    Field("referred_on", "紹介年月日", "Referred on", Form.DATE, "S6", required=True, item_to_city="H3"),
    Field("opening_no", "求人番号", "Opening number", Form.OPENING_NO, "S6", item_to_city="H3"),
    Field(
        "employer_name", "事業所名", "Employer", Form.TEXT, "S6", required=True, most=LINE, item_to_city="H3"
    ),
    Field("job_title", "職種", "Job title", Form.TEXT, "S6", required=True, most=LINE, item_to_city="H3"),
    Field("office_code", "紹介安定所", "Referring office", Form.OFFICE, "S6", item_to_city="H3"),
    Field("referred_by", "担当", "Referred by", Form.TEXT, "OPS", required=True, most=NAME),
    Field(
        "selection_kind",
        "選考方法",
        "Selection",
        Form.CODES,
        "S6",
        required=True,
        most=4,
        codes=codes.SelectionKind,
        item_to_city="H3",
    ),
    Field("interview_at", "面接日時", "Interview at", Form.MOMENT, "S6", item_to_city="H3"),
    Field("interview_place", "面接場所", "Interview place", Form.TEXT, "S6", most=LINE, item_to_city="H3"),
    Field("bring", "持参物", "Bring", Form.TEXT, "S6", most=LINE, item_to_city="H3"),
    Field("accompanied_by", "同行", "Accompanied by", Form.TEXT, "S6", most=NAME, item_to_city="H3"),
    Field("result", "採否", "Result", Form.CODE, "S6", codes=codes.SelectionResult, item_to_city="H4"),
    Field("result_on", "結果日", "Result on", Form.DATE, "S6", item_to_city="H4"),
    Field(
        "result_source",
        "把握方法",
        "Source of the result",
        Form.CODE,
        "S6",
        codes=codes.ResultSource,
        item_to_city="H4",
    ),
    Field(
        "reject_reason", "不採用理由", "Reason", Form.CODE, "S6", codes=codes.RejectReason, item_to_city="H4"
    ),
    Field("condition_diff", "求人票との相違", "Differs from the opening", Form.FLAG, "S6", item_to_city="H4"),
    Field("condition_note", "相違の内容", "What differs", Form.TEXT, "S6", most=SENTENCE, item_to_city="H4"),
)

PLACEMENT = (
    Field("case_id", "ケース内部番号", "Internal case number", Form.ID, "OPS", auto=True),
    Field(
        "employer_name", "事業所名", "Employer", Form.TEXT, "S7", required=True, most=LINE, item_to_city="H5"
    ),
    Field(
        "establishment_no",
        "事業所番号",
        "Establishment number",
        Form.ESTABLISHMENT_NO,
        "S7",
        item_to_city="H5",
    ),
    Field("opening_no", "求人番号", "Opening number", Form.OPENING_NO, "S7", item_to_city="H5"),
    Field(
        "channel",
        "紹介主体",
        "Channel",
        Form.CODE,
        "S7",
        required=True,
        codes=codes.Channel,
        item_to_city="H5",
    ),
    Field("contracted_on", "契約日", "Contracted on", Form.DATE, "S7", item_to_city="H5"),
    Field("started_on", "就職日", "Started on", Form.DATE, "S7", required=True, item_to_city="H5"),
    Field(
        "employment_type",
        "雇用形態",
        "Employment type",
        Form.CODE,
        "S7",
        required=True,
        codes=codes.EmploymentType,
        item_to_city="H5",
    ),
    Field(
        "contract_term",
        "雇用期間",
        "Contract term",
        Form.CODE,
        "S7",
        required=True,
        codes=codes.ContractTerm,
        item_to_city="H5",
    ),
    Field("contract_until", "雇用期間の終わり", "Contract ends on", Form.DATE, "S7", item_to_city="H5"),
    Field("hours_per_week", "週の時間", "Hours a week", Form.NUMBER, "S7", most=80, item_to_city="H5"),
    Field("pay_form", "賃金形態", "Pay form", Form.CODE, "S7", codes=codes.PayForm, item_to_city="H5"),
    Field("pay_amount", "賃金(円)", "Pay (yen)", Form.NUMBER, "S7", most=99_999_999, item_to_city="H5"),
    Field(
        "insurance_flags",
        "加入保険",
        "Insurance",
        Form.CODES,
        "S7",
        most=9,
        codes=codes.Insurance,
        item_to_city="H5",
    ),
    Field("occupation_code", "職業分類", "Occupation", Form.OCCUPATION, "S7", item_to_city="H5"),
    Field("industry_major", "産業分類", "Industry", Form.INDUSTRY, "S7", item_to_city="H5"),
    Field("is_increase", "増収", "Earns more", Form.FLAG, "CITY"),
    Field("checked_on", "定着確認日", "Checked on", Form.DATE, "S7", item_to_city="H5"),
    Field("retention", "定着", "Retention", Form.CODE, "S7", codes=codes.RetentionState, item_to_city="H5"),
    Field("left_on", "離職日", "Left on", Form.DATE, "S7", item_to_city="H5"),
    Field(
        "leave_reason",
        "離職理由",
        "Reason of leaving",
        Form.CODE,
        "S7",
        codes=codes.LeaveReason,
        item_to_city="H5",
    ),
)

RETENTION = (
    Field("case_id", "ケース内部番号", "Internal case number", Form.ID, "OPS", auto=True),
    Field("placement_id", "就職の内部番号", "Internal placement number", Form.ID, "OPS", auto=True),
    Field("month", "確認の月", "Month of the check", Form.NUMBER, "S7", most=6, item_to_city="H5"),
    Field("checked_on", "定着確認日", "Checked on", Form.DATE, "S7", required=True, item_to_city="H5"),
    Field(
        "retention",
        "定着",
        "Retention",
        Form.CODE,
        "S7",
        required=True,
        codes=codes.RetentionState,
        item_to_city="H5",
    ),
    Field("left_on", "離職日", "Left on", Form.DATE, "S7", item_to_city="H5"),
    Field(
        "leave_reason",
        "離職理由",
        "Reason of leaving",
        Form.CODE,
        "S7",
        codes=codes.LeaveReason,
        item_to_city="H5",
    ),
    Field("accompanied_by", "同行", "Accompanied by", Form.TEXT, "S7", most=NAME, item_to_city="H5"),
    Field("note", "様子", "How it goes", Form.TEXT, "S7", most=SENTENCE, item_to_city="H5"),
)
"""One look at whether the person still works there; a record of its own, never rewritten."""

PLACEMENT_STRIKE = (
    Field("case_id", "ケース内部番号", "Internal case number", Form.ID, "OPS", auto=True),
    Field("placement_id", "取り消す申告", "Claim struck out", Form.ID, "OPS", auto=True),
    Field("stands", "残る申告", "Claim that stands", Form.ID, "OPS", auto=True),
    Field("struck_on", "取消日", "Struck out on", Form.DATE, "S7", required=True, item_to_city="H5"),
    Field("reason", "取消しの理由", "Why", Form.TEXT, "S7", required=True, most=SENTENCE, item_to_city="H5"),
)
"""A claim that was made in error is struck out by a record of its own; the claim itself is never rewritten."""

PRINT = (
    Field("case_id", "ケース内部番号", "Internal case number", Form.ID, "OPS", auto=True),
    Field("paper", "様式", "Paper", Form.TEXT, "S6", required=True, most=NAME, item_to_city="H2"),
    Field("serial", "印刷番号", "Serial", Form.TEXT, "S6", required=True, most=NAME, item_to_city="H2"),
    Field("printed_on", "印刷した日", "Printed on", Form.DATE, "S6", required=True, item_to_city="H2"),
    Field("undone", "取りやめた理由", "Why undone", Form.TEXT, "S6", most=LINE, item_to_city="H2"),
    Field("unsure", "出たか不明", "Unknown if it came out", Form.TEXT, "S6", most=LINE, item_to_city="H2"),
)
"""A print of a paper: that there was one, never what stands on it."""
