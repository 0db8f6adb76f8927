"""Fields of the person, the case and its papers (domain 4.1 to 4.5, 4.7). A table, read by `fields`.

The item of a field is the box of the consent paper that names it. A field that no box names
does not cross, whatever its use would be: the shared part is exactly what the boxes say
(section 10). So 性別 stays, and 最寄り駅 and 使用言語 go with the wishes and constraints of S4.
"""

from wardclient.casework import codes
from wardclient.casework.field import Field, Form

NAME = 40
LINE = 80
SENTENCE = 200

PERSON = (
    Field("person_id", "内部番号", "Internal number", Form.ID, "OPS", auto=True),
    Field("family_name", "姓", "Family name", Form.TEXT, "S1", required=True, most=NAME),
    Field("given_name", "名", "Given name", Form.TEXT, "S1", most=NAME),
    Field("name_kana", "フリガナ", "Kana", Form.KANA, "S1", required=True, most=LINE),
    Field("alias", "通称名・旧姓", "Alias or former name", Form.TEXT, "S1", most=LINE),
    Field("gaiji_note", "外字メモ", "Note on the glyph", Form.TEXT, "S1", most=60),
    Field("birth_date", "生年月日", "Birth date", Form.DATE, "S1", required=True),
    Field("sex", "性別", "Sex", Form.CODE, "OPS", codes=codes.Sex),
    Field("postal_code", "郵便番号", "Postal code", Form.POSTAL, "S1"),
    Field("municipality", "市区町村", "Municipality", Form.MUNICIPALITY, "S1", required=True),
    Field("address1", "町名番地", "Street address", Form.TEXT, "S1", required=True, most=LINE),
    Field("address2", "方書", "Building, care of", Form.TEXT, "S1", most=LINE),
    Field("phone", "電話", "Phone", Form.PHONE, "S1"),
    Field("phone_kind", "電話の種別", "Kind of phone", Form.CODE, "S1", codes=codes.PhoneKind),
    Field("contact_caution", "連絡上の注意", "Caution in contact", Form.TEXT, "S1", most=100),
    Field("nearest_station", "最寄り駅", "Nearest station", Form.TEXT, "S4", most=LINE),
    Field("language", "使用言語・配慮", "Language, accommodation", Form.TEXT, "S4", most=LINE),
)

CASE = (
    Field("case_id", "ケース内部番号", "Internal case number", Form.ID, "OPS", auto=True),
    Field("ward", "区", "Ward", Form.MUNICIPALITY, "OPS", required=True, auto=True),
    Field("case_no", "ケース番号", "Case number", Form.TEXT, "CITY", most=12),
    Field("district", "地区", "District", Form.TEXT, "CITY", most=20),
    Field("caseworker_id", "担当CW", "Caseworker", Form.TEXT, "OPS", most=NAME),
    Field("specialist_id", "担当専門員", "Specialist", Form.TEXT, "OPS", most=NAME),
    Field("navigator_id", "担当ナビゲーター", "Navigator", Form.TEXT, "OPS", most=NAME),
    Field(
        "target_group", "支援対象", "Target group", Form.CODE, "S2", required=True, codes=codes.TargetGroup
    ),
    Field("single_parent", "ひとり親の別", "Single parent", Form.CODE, "CITY", codes=codes.SingleParent),
    Field("wishes_support", "支援の希望", "Wishes support", Form.FLAG, "CITY"),
    Field("status", "状態", "Status", Form.CODE, "OPS", required=True, codes=codes.Status, auto=True),
    Field("household_type", "世帯類型", "Household type", Form.CODE, "CITY", codes=codes.HouseholdType),
    Field("opened_on", "受付日", "Opened on", Form.DATE, "OPS", required=True, auto=True),
    Field("episode", "回数", "Episode", Form.NUMBER, "OPS", required=True, most=99, auto=True),
    Field("support_from", "支援開始日", "Support from", Form.DATE, "S6"),
    Field("support_until", "支援終了予定日", "Support until", Form.DATE, "S6"),
    Field("suspend_reason", "中断理由", "Reason of suspension", Form.CODE, "CITY", codes=codes.SuspendReason),
    Field("review_on", "見直し日", "Review on", Form.DATE, "OPS"),
    Field("closed_on", "終了日", "Closed on", Form.DATE, "OPS"),
    Field("closure_reason", "終了理由", "Reason of closure", Form.CODE, "CITY", codes=codes.ClosureReason),
    Field("closure_note", "終了時のメモ", "Note on closure", Form.TEXT, "CITY", most=SENTENCE),
)

WELFARE = (
    Field("case_id", "ケース内部番号", "Internal case number", Form.ID, "OPS", auto=True),
    Field("benefit_since", "保護開始日", "Assistance since", Form.DATE, "CITY"),
    Field("household_type", "世帯類型", "Household type", Form.CODE, "CITY", codes=codes.HouseholdType),
    Field("work_capacity", "稼働能力判定", "Ability to work", Form.CODE, "CITY", codes=codes.WorkCapacity),
    Field("independence_benefit", "就労自立給付金の対象", "Independence benefit", Form.FLAG, "CITY"),
)
"""The only facts of the welfare file that the product stores (4.3). They never cross."""

ASSESSMENT = (
    Field("case_id", "ケース内部番号", "Internal case number", Form.ID, "OPS", auto=True),
    Field("education", "学歴", "Education", Form.CODE, "S3", codes=codes.Education),
    Field("education_year", "卒業年", "Year of leaving school", Form.NUMBER, "S3", most=2199),
    Field("licences", "免許・資格", "Licences", Form.TEXTS, "S3", most=20),
    Field("work_history", "職歴", "Work history", Form.TEXTS, "S3", most=30),
    Field("blank_months", "離職期間(月)", "Months without work", Form.NUMBER, "S3", most=999, auto=True),
    Field("skills_pc", "パソコン", "Computer skills", Form.TEXT, "S3", most=LINE),
    Field("driving", "運転", "Driving", Form.TEXT, "S3", most=LINE),
    Field("wishes", "希望", "Wishes", Form.TEXTS, "S4", most=12),
    Field("constraints", "育児・介護・送迎", "Constraints", Form.TEXTS, "S4", most=12),
    Field("health_consideration", "就労上の健康配慮", "Work-related health", Form.TEXT, "S5", most=SENTENCE),
    Field("disability_card", "手帳", "Disability card", Form.CODE, "S5", codes=codes.DisabilityCard),
    # Element by element: see fields.OBSTACLE_ITEMS.
    Field("obstacles", "就労阻害要因", "Obstacles", Form.CODES, "S5", most=12, codes=codes.Obstacle),
    Field("readiness", "就労準備度", "Readiness", Form.CODE, "CITY", codes=codes.Readiness),
    Field("debts", "債務", "Debts", Form.TEXT, "CITY", most=SENTENCE),
    Field("housing", "住居", "Housing", Form.TEXT, "CITY", most=SENTENCE),
)

REGISTRATION = (
    Field("case_id", "ケース内部番号", "Internal case number", Form.ID, "OPS", auto=True),
    Field("jobseeker_no", "求職番号", "Job-seeker number", Form.JOBSEEKER_NO, "H1", required=True),
    Field("accepted_on", "受付日", "Accepted on", Form.DATE, "H1", required=True),
    Field("valid_until", "有効期限", "Valid until", Form.DATE, "H1"),
    Field("publish", "求職情報公開", "Disclosure to employers", Form.CODE, "H1", codes=codes.Publish),
    Field("wish_occupation", "希望職種", "Wished occupations", Form.TEXTS, "H1", most=3),
    Field(
        "wish_employment",
        "希望する雇用形態",
        "Wished employment",
        Form.CODE,
        "H1",
        codes=codes.WishEmployment,
    ),
    Field("wish_area", "希望勤務地", "Wished places", Form.MUNICIPALITIES, "H1", most=3),
    Field("commute", "通勤手段", "Commuting", Form.TEXT, "H1", most=LINE),
    Field("commute_minutes", "通勤時間(分)", "Minutes to commute", Form.NUMBER, "H1", most=300),
    Field("wish_pay", "希望賃金(円)", "Wished pay (yen)", Form.NUMBER, "H1", most=9_999_999),
    Field("wish_pay_form", "希望する賃金形態", "Wished pay form", Form.CODE, "H1", codes=codes.PayForm),
    Field("wish_hours", "希望時間", "Wished hours", Form.TEXT, "H1", most=NAME),
    Field("wish_days", "希望日数(週)", "Days a week", Form.NUMBER, "H1", most=7),
    Field("shift_ok", "交替制", "Shifts possible", Form.FLAG, "H1"),
    Field("overtime_ok", "残業", "Overtime possible", Form.FLAG, "H1"),
    Field("holiday_wish", "希望休日", "Wished days off", Form.TEXT, "H1", most=LINE),
    Field("start_possible", "就業可能時期", "Can start", Form.TEXT, "H1", most=LINE),
    Field("licences", "免許・資格", "Licences", Form.TEXTS, "H1", most=20),
    Field("education", "学歴", "Education", Form.TEXT, "H1", most=LINE),
    Field("career", "経歴", "Career", Form.TEXTS, "H1", most=30),
    Field("consideration", "配慮事項", "Consideration", Form.TEXT, "H1", most=SENTENCE),
)
