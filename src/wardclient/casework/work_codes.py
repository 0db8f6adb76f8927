"""Code lists of referral, placement and openings (domain 4.7, 4.9, 4.10, 4.12)."""

from wardclient.casework.coding import Code


class Channel(Code):
    """紹介主体. Each referral says which of the two placements it is, or neither."""

    HELLOWORK = "1", "ハローワーク", "Hello Work"
    CITY = "2", "市(無料職業紹介)", "City (free placement)"
    SELF = "3", "自主応募", "Own application"
    PRIVATE = "4", "民間・知人", "Private agency or acquaintance"


class SelectionKind(Code):
    """選考方法."""

    PAPERS = "1", "書類", "Papers"
    INTERVIEW = "2", "面接", "Interview"
    WRITTEN = "3", "筆記", "Written test"
    OTHER = "4", "その他", "Other"


class SelectionResult(Code):
    """採否."""

    HIRED = "1", "採用", "Hired"
    REJECTED = "2", "不採用", "Not hired"
    DECLINED = "3", "辞退(内定前)", "Declined before an offer"
    OFFER_DECLINED = "4", "内定辞退", "Offer declined"
    CANCELLED = "5", "求人側取消", "Cancelled by the employer"
    NOT_APPLIED = "6", "未応募", "Did not apply"
    WAITING = "8", "連絡待ち", "Waiting for an answer"


class ResultSource(Code):
    """結果の把握方法."""

    NOTICE = "1", "選考結果通知", "Notice of result"
    PHONE = "2", "電話", "Phone"
    PERSON = "3", "本人", "The person"
    SITE = "4", "マイページ", "Hello Work site"


class MemoChange(Code):
    """連絡の種類: what the ward heard of an opening that the state supplied (terms of use, domain.md 7.6)."""

    CHANGED = "changed", "求人条件の変更", "Changed conditions"
    WITHDRAWN = "withdrawn", "求人の取消", "Withdrawn"
    FILLED = "filled", "充足", "Filled"
    DIFFERS = "differs", "求人票と実際の違い", "Differs from the sheet"


class RejectReason(Code):
    """不採用理由 (the heads of the state's form)."""

    DUTIES = "1", "業務内容の認識違い", "Different idea of the duties"
    EXPERIENCE = "2", "経験・技能・知識", "Experience, skills, knowledge"
    PAY = "3", "賃金", "Pay"
    HOURS = "4", "時間・開始時期", "Hours or start"
    OTHER = "9", "その他", "Other"


class EmploymentType(Code):
    """雇用形態."""

    REGULAR = "1", "正社員", "Regular"
    NOT_REGULAR = "2", "正社員以外", "Other than regular"
    FIXED_DISPATCH = "3", "有期雇用派遣", "Fixed-term dispatch"
    PERMANENT_DISPATCH = "4", "無期雇用派遣", "Permanent dispatch"
    PART = "5", "パート", "Part-time"
    FIXED_DISPATCH_PART = "6", "有期雇用派遣パート", "Fixed-term dispatch, part-time"
    PERMANENT_DISPATCH_PART = "7", "無期雇用派遣パート", "Permanent dispatch, part-time"


class PayForm(Code):
    """賃金形態 [P numbers]."""

    MONTHLY = "1", "月給", "Monthly"
    HOURLY = "2", "時給", "Hourly"
    DAILY = "3", "日給", "Daily"
    YEARLY = "4", "年俸制", "Yearly"
    OTHER = "9", "その他", "Other"


class Insurance(Code):
    """加入保険等."""

    EMPLOYMENT = "1", "雇用", "Employment"
    ACCIDENT = "2", "労災", "Accident"
    HEALTH = "3", "健康", "Health"
    PENSION = "4", "厚生", "Pension"
    PUBLIC_ACCIDENT = "5", "公務災害", "Public service accident"
    SAVINGS = "6", "財形", "Savings scheme"
    COMPANY_PENSION = "7", "企業年金", "Company pension"
    SEVERANCE = "8", "退職金制度", "Severance pay"
    SEVERANCE_MUTUAL = "9", "退職金共済", "Severance mutual aid"


class ContractTerm(Code):
    """雇用期間. The term is stored; both meanings of 常用 are derived from it (domain 4.10, trap)."""

    OPEN_ENDED = "1", "定めなし", "No fixed term"
    FOUR_MONTHS = "2", "4か月以上", "Four months or more"
    ONE_MONTH = "3", "1か月以上4か月未満", "One to under four months"
    SHORT = "4", "1か月未満・日雇", "Under one month or by the day"


class RetentionState(Code):
    """定着の状態."""

    CONTINUES = "1", "継続", "Continues"
    CHANGED = "2", "転職", "Changed job"
    LEFT = "3", "離職", "Left"


class LeaveReason(Code):
    """離職理由 [P]."""

    TERM_OVER = "1", "契約期間満了", "Contract over"
    OWN = "2", "自己都合", "Own reasons"
    EMPLOYER = "3", "事業所都合", "Employer's reasons"
    ILLNESS = "4", "傷病", "Illness"
    OTHER = "9", "その他", "Other"


class WishEmployment(Code):
    """希望する雇用形態."""

    FULL_TIME = "1", "フルタイム", "Full-time"
    PART_TIME = "2", "パート", "Part-time"
    SEASONAL = "3", "季節", "Seasonal"


class Publish(Code):
    """求職情報公開 [P numbers]."""

    OPEN = "1", "公開する", "Disclosed anonymously"
    CLOSED = "2", "公開しない", "Not disclosed"
