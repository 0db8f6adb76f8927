"""Code lists of the field (domain 2.3, 3.1, 4): stored codes with Japanese and English words.

Lists marked [P] in domain.md are this product's own; `work_codes` has those of work and
openings.
"""

from collections.abc import Mapping

from wardclient.casework.coding import Code
from wardclient.casework.work_codes import (
    Channel,
    ContractTerm,
    EmploymentType,
    Insurance,
    LeaveReason,
    PayForm,
    Publish,
    RejectReason,
    ResultSource,
    RetentionState,
    SelectionKind,
    SelectionResult,
    WishEmployment,
)

__all__ = [
    "SCOPE_SHORT",
    "SCOPE_TO_CITY",
    "SCOPE_TO_HW",
    "Actor",
    "Channel",
    "ClosureReason",
    "Code",
    "ConsentMethod",
    "ConsentState",
    "ContractTerm",
    "DisabilityCard",
    "Education",
    "EmploymentType",
    "HouseholdType",
    "Insurance",
    "ItemToCity",
    "ItemToHw",
    "LeaveReason",
    "NoteKind",
    "NotePlace",
    "Obstacle",
    "PayForm",
    "PhoneKind",
    "Publish",
    "Purpose",
    "Readiness",
    "RejectReason",
    "ResultSource",
    "RetentionState",
    "Role",
    "SelectionKind",
    "SelectionResult",
    "Sex",
    "SignerKind",
    "SingleParent",
    "Status",
    "SuspendReason",
    "TargetGroup",
    "Team",
    "Topic",
    "Visibility",
    "WishEmployment",
    "WithdrawnHow",
    "WorkCapacity",
]


class Team(Code):
    """The two sides of the desk."""

    CITY = "city", "区", "Ward office"
    HELLOWORK = "hellowork", "ハローワーク", "Hello Work"


class Role(Code):
    """役割 (2.3)."""

    CASEWORKER = "cw", "ケースワーカー", "Caseworker"
    SUPERVISOR = "sv", "査察指導員・係長", "Supervisor"
    SPECIALIST = "es", "就労支援専門員", "Employment specialist"
    FAMILY_SUPPORT = "fs", "生活困窮・こども家庭支援の相談員", "Hardship and family support counsellor"
    HW_STAFF = "hw", "ハローワーク職員", "Hello Work staff"
    HW_MANAGER = "hwm", "ハローワーク統括・所長", "Hello Work manager"
    WARD_MANAGER = "wm", "区管理職", "Ward manager"
    CITY_BUREAU = "cm", "市本庁担当", "City bureau"
    LABOUR_BUREAU = "lb", "労働局担当", "Labour bureau"
    ADMIN = "adm", "システム管理者", "System administrator"
    AUDITOR = "aud", "監査", "Auditor"

    @property
    def team(self) -> Team:
        """The employer of people in this role."""
        return Team.HELLOWORK if self.value in ("hw", "hwm", "lb") else Team.CITY


class Status(Code):
    """ケースの状態 (3.1)."""

    INTAKE = "intake", "相談受付", "Intake"
    CANDIDATE = "candidate", "支援候補者", "Candidate"
    CONSENTED = "consented", "同意取得", "Consented"
    REQUESTED = "requested", "支援要請中", "Support requested"
    ACTIVE = "active", "支援中", "Active"
    SUSPENDED = "suspended", "中断", "Suspended"
    FOLLOWUP = "followup", "就職後フォロー", "Follow-up"
    CLOSED = "closed", "支援終了", "Closed"
    NOT_SUPPORTED = "not_supported", "不参加・要請取下げ", "Not supported"


class ConsentState(Code):
    """同意の状態: each is its own, with its own words on the screen (features 12)."""

    NONE = "none", "同意なし", "Not asked"
    GIVEN = "given", "同意あり", "Consent given"
    REFUSED = "refused", "同意しない", "Refused"
    WITHDRAWN = "withdrawn", "同意撤回", "Withdrawn"
    EXPIRED = "expired", "同意期間満了", "Expired"
    PENDING = "pending", "同意あり (共有前)", "Given, not shared yet"
    ENDING = "ending", "同意撤回 (送信前)", "Withdrawn, not sent yet"
    OTHER_BASIS = "other_basis", "同意以外の根拠", "Other legal basis"


class Sex(Code):
    """性別."""

    MALE = "1", "男", "Male"
    FEMALE = "2", "女", "Female"
    OTHER = "3", "その他", "Other"
    UNANSWERED = "0", "未回答", "Not answered"


class PhoneKind(Code):
    """電話の種別."""

    OWN = "1", "本人", "Own phone"
    RELAYED = "2", "呼出", "Called to the phone"
    NO_MESSAGE = "3", "留守電不可", "No messages"


class TargetGroup(Code):
    """支援対象区分 (seed's ア イ ウ, and the general seekers of stage 2)."""

    A1 = "A1", "生活保護受給者", "Public assistance recipient"
    B1 = "B1", "住居確保給付金受給者", "Housing benefit recipient"
    B2 = "B2", "生活困窮等の相談者", "Person in hardship"
    C1 = "C1", "ひとり親", "Single parent"
    C2 = "C2", "保育所入所申請中の求職者", "Nursery applicant"
    Z1 = "Z1", "一般求職者", "General job seeker"


class SingleParent(Code):
    """ひとり親の別."""

    MOTHER = "1", "母子", "Mother"
    FATHER = "2", "父子", "Father"
    WIDOW = "3", "寡婦", "Widow"


class HouseholdType(Code):
    """世帯類型."""

    ELDERLY = "1", "高齢者世帯", "Elderly"
    MOTHER = "2", "母子世帯", "Mother and children"
    DISABILITY = "3", "障害者世帯", "Disability"
    ILLNESS = "4", "傷病者世帯", "Illness"
    OTHER = "9", "その他の世帯", "Other"


class WorkCapacity(Code):
    """稼働能力判定."""

    ABLE = "1", "稼働能力あり", "Able to work"
    PARTLY = "2", "一部あり", "Partly able"
    UNABLE = "3", "稼働能力なし", "Not able"
    PENDING = "9", "判定中", "Being judged"


class SignerKind(Code):
    """署名者の別."""

    SELF = "1", "本人", "The person"
    REPRESENTATIVE = "2", "法定代理人", "Legal representative"
    WRITTEN_FOR = "3", "代筆(立会者記名)", "Written for the person, with a witness"


class ConsentMethod(Code):
    """同意の方法."""

    SIGNED = "1", "自署", "Signed"
    SEALED = "2", "記名押印", "Name and seal"
    ELECTRONIC = "3", "電子", "Electronic"
    WRITTEN_FOR = "9", "代筆", "Written for the person"


class Purpose(Code):
    """利用目的."""

    PLACEMENT = "1", "職業相談・紹介", "Consultation and placement"
    PLAN = "2", "支援プラン", "Support plan"
    RETENTION = "3", "就職後の定着", "Staying in work"
    STATISTICS = "4", "統計", "Statistics"


class WithdrawnHow(Code):
    """撤回の方法."""

    FORM = "1", "撤回届", "Withdrawal form"
    SPOKEN = "2", "窓口で口頭", "In person"
    PHONE = "3", "電話", "Phone"
    THROUGH_OTHER = "4", "相手側を通じて", "Through the other office"


class ItemToHw(Code):
    """市から提供する項目."""

    S1 = "S1", "氏名・生年月日・住所・連絡先", "Name, birth date, address, contact"
    S2 = "S2", "支援対象区分", "Target group"
    S3 = "S3", "学歴・職歴・資格", "Schooling, work history, licences"
    S4 = "S4", "希望・制約(育児・介護)", "Wishes and constraints (childcare, nursing care)"
    S5 = "S5", "就労上の健康・障害の配慮", "Work-related health and disability"
    S6 = "S6", "支援プラン・面談記録", "Support plan and session notes"
    S7 = "S7", "就職後の状況", "After starting work"


class ItemToCity(Code):
    """ハローワークから提供する項目."""

    H1 = "H1", "求職登録", "Job-seeker registration"
    H2 = "H2", "相談記録", "Consultation notes"
    H3 = "H3", "紹介", "Referrals"
    H4 = "H4", "採否", "Selection results"
    H5 = "H5", "就職・離職", "Starting and leaving work"


SCOPE_TO_HW: Mapping[str, ItemToHw] = {item.value: item for item in ItemToHw}
SCOPE_TO_CITY: Mapping[str, ItemToCity] = {item.value: item for item in ItemToCity}
SCOPE_SHORT: Mapping[str, str] = {
    "S1": "氏名等",
    "S2": "区分",
    "S3": "職歴",
    "S4": "希望",
    "S5": "健康",
    "S6": "プラン",
    "S7": "就職後",
    "H1": "求職登録",
    "H2": "相談",
    "H3": "紹介",
    "H4": "採否",
    "H5": "就職",
}
"""One word per item, for the consent bar."""


class ClosureReason(Code):
    """終了理由."""

    WORK = "01", "就職", "Started work"
    MORE_INCOME = "02", "増収達成", "Earns more"
    ON_OWN = "03", "自立(自力求職)", "On their own"
    DECLINED = "04", "本人辞退", "Declined"
    WITHDRAWN = "05", "同意撤回", "Consent withdrawn"
    MOVED = "06", "転居・移管", "Moved or transferred"
    ASSISTANCE_ENDED = "07", "保護廃止(就労以外)", "Assistance ended, not by work"
    ILLNESS = "08", "傷病・障害", "Illness or disability"
    OTHER_PROGRAMME = "09", "他事業へ移行", "Other programme"
    PERIOD_OVER = "10", "期間満了", "Period over"
    UNKNOWN_PLACE = "11", "所在不明", "Whereabouts unknown"
    DEATH = "12", "死亡", "Death"
    MISTAKE = "13", "誤登録", "Entered by mistake"
    OTHER = "99", "その他", "Other"


class SuspendReason(Code):
    """中断理由."""

    ILLNESS = "1", "傷病", "Illness"
    CHILDBIRTH = "2", "出産・育児", "Childbirth, childcare"
    CARE = "3", "介護", "Nursing care"
    NO_CONTACT = "4", "連絡不通", "No contact"
    OWN_WISH = "5", "本人希望", "Own wish"
    OTHER = "9", "その他", "Other"


class Obstacle(Code):
    """就労阻害要因. 1, 2 and 11 are 要配慮: 1 and 2 cross only with S5, 11 never."""

    HEALTH = "1", "健康", "Health"
    DISABILITY = "2", "障害", "Disability"
    CHILDCARE = "3", "育児", "Childcare"
    CARE = "4", "介護", "Nursing care"
    HOUSING = "5", "住居", "Housing"
    DEBT = "6", "債務", "Debt"
    NO_PHONE = "7", "通信手段なし", "No means of contact"
    NO_PAPERS = "8", "身分証・口座なし", "No papers or account"
    HABITS = "9", "意欲・生活習慣", "Motivation, habits"
    LANGUAGE = "10", "言語", "Language"
    RECORD = "11", "矯正歴", "Correctional history"
    OTHER = "99", "その他", "Other"


class Education(Code):
    """学歴 [P]."""

    JUNIOR = "1", "中学校", "Junior high school"
    HIGH = "2", "高等学校", "High school"
    VOCATIONAL = "3", "専修・専門学校", "Vocational school"
    COLLEGE = "4", "高専・短大", "Technical or junior college"
    UNIVERSITY = "5", "大学", "University"
    GRADUATE = "6", "大学院", "Graduate school"
    OTHER = "9", "その他", "Other"


class DisabilityCard(Code):
    """手帳 [P]."""

    PHYSICAL = "1", "身体障害者手帳", "Physical"
    INTELLECTUAL = "2", "療育手帳", "Intellectual"
    MENTAL = "3", "精神障害者保健福祉手帳", "Mental health"
    NONE = "9", "なし", "None"


class Readiness(Code):
    """就労準備度 [P]."""

    READY = "1", "すぐ応募できる", "Ready to apply"
    SOON = "2", "準備を始めている", "Preparing"
    EARLY = "3", "生活の立て直しから", "Daily life first"
    NOT_YET = "4", "当面は難しい", "Not yet"


class NotePlace(Code):
    """面談の場所."""

    CORNER = "1", "コーナー", "Corner"
    COUNTER = "2", "窓口", "Counter"
    VISIT = "3", "訪問", "Home visit"
    PHONE = "4", "電話", "Phone"
    ONLINE = "5", "オンライン", "Online"
    ACCOMPANIED = "6", "同行", "Accompanied"


class NoteKind(Code):
    """面談の種別."""

    CITY = "1", "単独(市)", "City alone"
    HELLOWORK = "2", "単独(HW)", "Hello Work alone"
    JOINT = "3", "同席", "Joint"


class Visibility(Code):
    """公開の範囲."""

    SHARED = "1", "共有", "Shared"
    CITY = "2", "市のみ", "City only"
    HELLOWORK = "3", "HWのみ", "Hello Work only"


class Topic(Code):
    """相談の内容."""

    DOCUMENTS = "1", "応募書類", "Application papers"
    INTERVIEW = "2", "面接練習", "Interview practice"
    SEARCH = "3", "求人検索", "Searching openings"
    APTITUDE = "4", "適性", "Aptitude"
    TRAINING = "5", "訓練", "Training"
    DAILY_LIFE = "6", "生活", "Daily life"
    HEALTH = "7", "健康", "Health"
    FAMILY = "8", "家族", "Family"
    RETENTION = "9", "定着", "Staying in work"
    SYSTEMS = "10", "制度説明", "How things work"


class Actor(Code):
    """決めたことを行う人."""

    CASEWORKER = "cw", "CW", "Caseworker"
    SPECIALIST = "es", "専門員", "Specialist"
    HELLOWORK = "hw", "HW", "Hello Work"
    CLIENT = "client", "本人", "The person"
