"""Fields of the support plan (支援プラン, domain 4.10 and 5.3) and of what is agreed in it.

A plan is never rewritten: a review makes a new version that names those it replaces. Its steps
(取組) are flat and belong to the case: what a joint session agrees on is one of them.
"""

from wardclient.casework import codes
from wardclient.casework.field import Field, Form

LINE, GOAL, STRENGTHS = 80, 400, 400

PLAN = (
    Field("case_id", "ケース内部番号", "Internal case number", Form.ID, "OPS", auto=True),
    Field("version", "版", "Version", Form.NUMBER, "S6", most=999, auto=True, item_to_city="H2"),
    Field("supersedes", "改める版", "Replaces", Form.TEXTS, "OPS", most=10, auto=True),
    Field("made_on", "作成日", "Made on", Form.DATE, "S6", required=True, item_to_city="H2"),
    Field("goal", "目標", "Goal", Form.LONG_TEXT, "S6", required=True, most=GOAL, item_to_city="H2"),
    Field("target_job", "目標の職種", "Target job", Form.TEXT, "S6", most=LINE, item_to_city="H2"),
    Field("target_by", "目標の時期", "Target date", Form.DATE, "S6", item_to_city="H2"),
    Field(
        "target_form",
        "収入・働き方の目安",
        "Income or form of work",
        Form.TEXT,
        "S6",
        most=LINE,
        item_to_city="H2",
    ),
    Field("period_from", "支援期間の始め", "Period from", Form.DATE, "S6", required=True, item_to_city="H2"),
    Field(
        "period_until", "支援期間の終わり", "Period until", Form.DATE, "S6", required=True, item_to_city="H2"
    ),
    Field(
        "strengths",
        "本人の強み・配慮",
        "Strengths and care",
        Form.LONG_TEXT,
        "S6",
        most=STRENGTHS,
        item_to_city="H2",
    ),
    Field("meeting_every", "面談の頻度", "How often to meet", Form.TEXT, "S6", most=LINE, item_to_city="H2"),
    Field("review_on", "次回見直し日", "Next review", Form.DATE, "S6", required=True, item_to_city="H2"),
    Field("team", "支援チーム", "Support team", Form.TEXTS, "S6", most=8, item_to_city="H2"),
    Field("signed_by_client_on", "本人確認日", "Agreed by the person on", Form.DATE, "S6", item_to_city="H2"),
)

ACTION = (
    Field("case_id", "ケース内部番号", "Internal case number", Form.ID, "OPS", auto=True),
    Field("session_id", "面談の番号", "Session", Form.ID, "OPS", auto=True),
    Field("what", "すること", "What", Form.TEXT, "S6", required=True, most=200, item_to_city="H2"),
    Field("who", "する人", "Who", Form.CODE, "S6", required=True, codes=codes.Actor, item_to_city="H2"),
    Field("by_when", "いつまでに", "By when", Form.DATE, "S6", item_to_city="H2"),
    Field("training", "訓練・事業", "Training or programme", Form.TEXT, "S6", most=LINE, item_to_city="H2"),
    Field("done_on", "済んだ日", "Done on", Form.DATE, "S6", item_to_city="H2"),
    Field("outcome", "結果", "Outcome", Form.TEXT, "S6", most=200, item_to_city="H2"),
)
