"""Fields of an opening on a person's list (候補求人), of the person's word on it, and of the list's order.

They cross by the boxes that an opening which is offered crosses by (S6, and 紹介 H3): to pick one for a person is the
first step of a referral, and holds nothing that the offer would not.
"""

from wardclient.casework.field import Field, Form
from wardclient.casework.shortlist import ClientWord

LINE, SENTENCE = 80, 200

PICK = (
    Field("case_id", "ケース内部番号", "Internal case number", Form.ID, "OPS", auto=True),
    Field(
        "opening_no", "求人番号", "Opening number", Form.OPENING_NO, "S6", required=True, item_to_city="H3"
    ),
    Field("job_title", "職種", "Job title", Form.TEXT, "S6", most=LINE, item_to_city="H3"),
    Field("employer_name", "事業所名", "Employer", Form.TEXT, "S6", most=LINE, item_to_city="H3"),
    Field("picked_on", "選んだ日", "Picked on", Form.DATE, "S6", required=True, item_to_city="H3"),
    Field("reason", "選んだ理由", "Why", Form.TEXT, "S6", most=LINE, item_to_city="H3"),
)
"""What is kept of an opening besides its number is for the day on which its sheet is gone."""

WORD = (
    Field("case_id", "ケース内部番号", "Internal case number", Form.ID, "OPS", auto=True),
    Field(
        "opening_no", "求人番号", "Opening number", Form.OPENING_NO, "S6", required=True, item_to_city="H3"
    ),
    Field(
        "state",
        "本人の意向",
        "Client's word",
        Form.CODE,
        "S6",
        required=True,
        codes=ClientWord,
        item_to_city="H3",
    ),
    Field("on", "日付", "On", Form.DATE, "S6", required=True, item_to_city="H3"),
    Field("note", "本人の言葉", "In the client's words", Form.TEXT, "S6", most=SENTENCE, item_to_city="H3"),
    Field("after", "続く意向", "Follows", Form.TEXTS, "OPS", most=20, auto=True),
    Field("corrects", "訂正する意向", "Strikes out", Form.ID, "OPS", auto=True),
)

ORDER = (
    Field("case_id", "ケース内部番号", "Internal case number", Form.ID, "OPS", auto=True),
    Field("numbers", "候補求人の順", "Order of the list", Form.TEXTS, "S6", most=200, item_to_city="H3"),
)
