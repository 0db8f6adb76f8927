"""Fields of a step of a referral (紹介の経過) and of an opening that is offered before anybody is referred."""

from wardclient.casework import codes
from wardclient.casework.field import Field, Form
from wardclient.casework.referral_states import ReferralState
from wardclient.casework.support_request import DeclineReason, RequestState

LINE, SENTENCE, NAME = 80, 200, 40

STEP = (
    Field("case_id", "ケース内部番号", "Internal case number", Form.ID, "OPS", auto=True),
    Field("referral_id", "紹介の内部番号", "Internal referral number", Form.ID, "OPS", auto=True),
    Field("state", "状態", "State", Form.CODE, "S6", required=True, codes=ReferralState, item_to_city="H4"),
    Field("on", "日付", "On", Form.DATE, "S6", required=True, item_to_city="H4"),
    Field("source", "把握方法", "Source", Form.CODE, "S6", codes=codes.ResultSource, item_to_city="H4"),
    Field(
        "reject_reason", "不採用理由", "Reason", Form.CODE, "S6", codes=codes.RejectReason, item_to_city="H4"
    ),
    Field("note", "経緯", "What happened", Form.TEXT, "S6", most=SENTENCE, item_to_city="H4"),
    Field("interview_at", "面接日時", "Interview at", Form.MOMENT, "S6", item_to_city="H4"),
    Field("after", "続く経過", "Follows", Form.TEXTS, "OPS", most=20, auto=True),
    Field("corrects", "訂正する経過", "Strikes out", Form.ID, "OPS", auto=True),
)

OFFER = (
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
    Field("opening_no", "求人番号", "Opening number", Form.OPENING_NO, "S6", item_to_city="H3"),
    Field("job_title", "職種", "Job title", Form.TEXT, "S6", required=True, most=LINE, item_to_city="H3"),
    Field(
        "employer_name", "事業所名", "Employer", Form.TEXT, "S6", required=True, most=LINE, item_to_city="H3"
    ),
)
"""What is known before the referral: the rest is filled in when it is made."""

REQUEST = (
    Field("case_id", "ケース内部番号", "Internal case number", Form.ID, "OPS", auto=True),
    Field("request_no", "要請番号", "Request number", Form.TEXT, "S6", most=20, auto=True),
    Field("requested_on", "要請日", "Requested on", Form.DATE, "S6", required=True),
    Field("to_office", "宛先", "To", Form.TEXT, "S6", required=True, most=LINE),
    Field("by", "担当", "Caseworker", Form.TEXT, "S6", required=True, most=NAME),
    Field("approved_by", "決裁", "Approved by", Form.TEXT, "S6", required=True, most=NAME),
    Field("benefit_since", "受給開始日", "Benefit since", Form.DATE, "S6"),
    Field("request_reason", "要請理由", "Reason", Form.LONG_TEXT, "S6", required=True, most=400),
    Field("expected_form", "希望する働き方", "Wished form of work", Form.TEXT, "S6", most=LINE),
)
"""支援要請 (domain 4.6)."""

REQUEST_STEP = (
    Field("case_id", "ケース内部番号", "Internal case number", Form.ID, "OPS", auto=True),
    Field("request_id", "要請の内部番号", "Internal request number", Form.ID, "OPS", auto=True),
    Field("state", "状態", "State", Form.CODE, "S6", required=True, codes=RequestState, item_to_city="H2"),
    Field("on", "日付", "On", Form.DATE, "S6", required=True, item_to_city="H2"),
    Field(
        "decline_reason",
        "不開始の理由",
        "Reason of declining",
        Form.CODE,
        "S6",
        codes=DeclineReason,
        item_to_city="H2",
    ),
    Field(
        "note", "相手側にも見える経緯", "For both offices", Form.TEXT, "S6", most=SENTENCE, item_to_city="H2"
    ),
    Field("meeting_at", "初回面談の日時", "First meeting at", Form.MOMENT, "S6", item_to_city="H2"),
    Field("support_until", "支援期間の終わり", "Support until", Form.DATE, "S6", item_to_city="H2"),
    Field("after", "続く経過", "Follows", Form.TEXTS, "OPS", most=20, auto=True),
    Field("corrects", "訂正する経過", "Strikes out", Form.ID, "OPS", auto=True),
)
