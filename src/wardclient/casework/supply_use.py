"""年次の利用報告 of supplied openings: what is counted, and how (domain.md 7.6: each year by 20 April). Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from wardclient.casework.calendar import fiscal_year
from wardclient.casework.field import Field, Form
from wardclient.casework.placement import Placement
from wardclient.casework.work_codes import Channel, MemoChange

MEMO: tuple[Field, ...] = (
    Field("change", "連絡の種類", "Kind of change", Form.CODE, "OPS", required=True, codes=MemoChange),
    Field("heard_from", "聞いた相手", "Heard from", Form.TEXT, "OPS", required=True, most=60),
    Field("heard_on", "聞いた日", "Heard on", Form.DATE, "OPS"),
    Field("text", "内容", "What was heard", Form.LONG_TEXT, "OPS", required=True, most=600),
)
"""求人の変更・取消の連絡メモ: its form. It is about an opening alone and names no job seeker."""
REPORT_DAY = (4, 20)
"""Month and day after the year's end by which the use is reported."""
FORMULA_JA = (
    "就職件数 = 就職日が年度内(4月1日から翌年3月31日まで)で、区の紹介(経路2)による、"
    "求人番号のある就職。同じ就職は、記録が二つあっても1件。"
    "紹介件数 = 紹介日が年度内で、区の紹介による、求人番号のある紹介。"
    "ハローワークの紹介(経路1)は国の紹介なので入れず、別に示す。"
)
FORMULA_EN = (
    "Hires: jobs begun within the fiscal year (1 April to 31 March) through the ward's own referral (channel 2) "
    "with an opening number; one job counts once, however many records it has. Referrals: made within the year "
    "by the ward with an opening number. Those of Hello Work (channel 1) are the state's own and shown apart."
)


@dataclass(frozen=True, slots=True)
class SupplyUse:
    """The figures of one fiscal year; ``report_by`` ISO date.

    ``hires`` and ``referrals`` are the ward's own. ``not_here`` counts hires of them whose opening this PC does
    not hold: their number was typed in by hand and wants a look.
    """

    year: int
    report_by: str
    hires: int
    referrals: int
    hellowork_hires: int
    not_here: int


def supply_use(
    year: int,
    jobs: Iterable[Placement],
    referrals: Iterable[tuple[str, date, str]],
    held: Callable[[str], bool],
) -> SupplyUse:
    """Count a fiscal year.

    ``referrals``: channel, day and opening number of each. ``held`` says whether an opening came with the
    supplied file.
    """
    hires = hellowork = not_here = 0
    for job in jobs:
        if fiscal_year(job.started_on) != year:
            continue
        numbers = {claim.channel: claim.opening_no for claim in job.claims if claim.opening_no}
        if Channel.CITY.value in numbers:
            hires += 1
            not_here += not held(numbers[Channel.CITY.value])
        elif Channel.HELLOWORK.value in numbers:
            hellowork += 1
    made = sum(
        channel == Channel.CITY.value and bool(number) and fiscal_year(day) == year
        for channel, day, number in referrals
    )
    report_by = date(year + 1, *REPORT_DAY).isoformat()
    return SupplyUse(year, report_by, hires, made, hellowork, not_here)
