"""和暦: every way of writing a day is read, shown era first, reckoned as offices do."""

import contextlib
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardclient.casework.calendar import (
    ERAS,
    JAPAN,
    DateError,
    add_months,
    age_on,
    end_of_second_month_after,
    fiscal_year,
    format_both,
    format_fiscal_year,
    format_letters,
    format_moment,
    format_month_day,
    format_wareki,
    format_weekday,
    month_end,
    month_start,
    parse_date,
    parse_fiscal_year,
    parse_moment,
    parse_time,
)

DAYS = st.dates(date(1873, 1, 1), date(2199, 12, 31))
FULL_WIDTH = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)})


@pytest.mark.parametrize(
    "text",
    [
        "R8.3.31",
        "r8.3.31",
        "R08.03.31",
        "R8/3/31",
        "R8-3-31",
        "R080331",
        "令和8年3月31日",
        "令8.3.31",
        "令和 8年 3月 31日",
        "令和8年3月31日(火)",
        "令和八年三月三十一日",
        "\u32ff8年3月31日",
        "Ｒ８．３．３１",
        "令和８年３月３１日",
        "2026/3/31",
        "2026-03-31",
        "2026.3.31",
        "2026年3月31日",
        "西暦2026年3月31日",
        "20260331",
        "２０２６０３３１",
        "２０２６／３／３１",
        "  R8.3.31  ",
    ],
)
def test_every_usual_form_of_a_day_is_read(text: str) -> None:
    """Era, Gregorian, compact, full-width and kanji forms name the same day."""
    assert parse_date(text) == date(2026, 3, 31)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("令和元年5月1日", date(2019, 5, 1)),
        ("R元.5.1", date(2019, 5, 1)),
        ("R1.5.1", date(2019, 5, 1)),
        ("平31.4.30", date(2019, 4, 30)),
        ("S64.1.7", date(1989, 1, 7)),
        ("昭和61年4月2日", date(1986, 4, 2)),
        ("T15.12.24", date(1926, 12, 24)),
        ("M45.7.29", date(1912, 7, 29)),
        ("2024/2/29", date(2024, 2, 29)),
    ],
)
def test_days_at_the_edges_of_eras(text: str, day: date) -> None:
    """First years, last days and leap days are read as the calendar has them."""
    assert parse_date(text) == day


@pytest.mark.parametrize(
    ("text", "meant"),
    [("H31.5.1", "令和元年5月1日"), ("S64.1.8", "平成元年1月8日"), ("R1.4.30", "平成31年4月30日")],
)
def test_a_day_outside_its_era_is_asked_about(text: str, meant: str) -> None:
    """The day that it must be is suggested, not taken."""
    with pytest.raises(DateError) as refused:
        parse_date(text, "birth_date")
    assert refused.value.problem.code == "date_era"
    assert refused.value.problem.field == "birth_date"
    assert refused.value.suggestion is not None
    assert format_wareki(refused.value.suggestion) == meant
    assert f"{meant}ですか" in refused.value.ja


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "date_form"),
        ("きのう", "date_form"),
        ("3月31日", "date_form"),
        ("R0.1.1", "date_form"),
        ("X8.3.31", "date_form"),
        ("2026/3", "date_form"),
        ("123456789012", "date_form"),
        ("R8.2.30", "date_missing_day"),
        ("2026/13/1", "date_missing_day"),
        ("1700/1/1", "date_missing_day"),
        ("9999/1/1", "date_missing_day"),
    ],
)
def test_what_is_no_day_is_refused_in_both_languages(text: str, code: str) -> None:
    """The sentence never repeats what was typed, and the exception's own text is its code."""
    with pytest.raises(DateError) as refused:
        parse_date(text)
    assert refused.value.problem.code == code
    assert str(refused.value) == code
    assert refused.value.suggestion is None
    assert refused.value.ja
    assert refused.value.en


@given(DAYS)
def test_what_is_shown_can_be_typed_again(day: date) -> None:
    """Each way of showing a day, at either width, reads back as that day."""
    for text in (
        format_wareki(day),
        format_weekday(day),
        format_letters(day),
        day.isoformat(),
        f"{day:%Y%m%d}",
    ):
        assert parse_date(text) == day
        assert parse_date(text.translate(FULL_WIDTH)) == day


@given(st.text(max_size=20))
def test_any_text_is_a_day_or_a_date_error(text: str) -> None:
    """Nothing that is typed raises anything else."""
    day = None
    with contextlib.suppress(DateError):
        day = parse_date(text)
    assert day is None or day >= ERAS[0].first


def test_days_are_shown_as_lists_and_bars_need_them() -> None:
    """Long, with Gregorian, without year, with letters, with weekday; before Meiji Gregorian."""
    day = date(2026, 11, 24)
    assert format_wareki(day) == "令和8年11月24日"
    assert format_both(day) == "令和8年11月24日 (2026/11/24)"
    assert format_month_day(day) == "11月24日"
    assert format_letters(day) == "R8.11.24"
    assert format_weekday(day) == "令和8年11月24日(火)"
    assert format_wareki(date(1850, 1, 2)) == "1850年1月2日"
    assert format_letters(date(1850, 1, 2)) == "1850.1.2"


@pytest.mark.parametrize(
    ("birth", "day", "age"),
    [
        (date(1986, 4, 2), date(2026, 3, 31), 39),
        (date(1986, 4, 2), date(2026, 4, 1), 40),
        (date(1986, 4, 2), date(2026, 4, 2), 40),
        (date(1986, 1, 1), date(2025, 12, 31), 40),
        (date(2000, 2, 29), date(2026, 2, 27), 25),
        (date(2000, 2, 29), date(2026, 2, 28), 26),
        (date(2000, 3, 1), date(2024, 2, 28), 23),
        (date(2000, 3, 1), date(2024, 2, 29), 24),
        (date(2026, 1, 10), date(2026, 1, 9), 0),
        (date(2026, 1, 10), date(2026, 1, 8), -1),
    ],
)
def test_a_year_is_full_on_the_day_before_the_birthday(birth: date, day: date, age: int) -> None:
    """前日満了, also for people born on 29 February and on 1 January."""
    assert age_on(birth, day) == age


@given(DAYS, st.integers(0, 110))
def test_age_grows_by_one_on_exactly_one_day_a_year(birth: date, years: int) -> None:
    """Over any year from one birthday to the next the age takes exactly two values."""
    start = add_months(birth, 12 * years)
    ages = {age_on(birth, start + timedelta(days=n)) for n in range(0, 367, 6)}
    assert len(ages) == 2
    assert max(ages) - min(ages) == 1


def test_fiscal_years_begin_in_april_under_either_name() -> None:
    """平成31年度 and 令和元年度 are both FY2019."""
    assert [fiscal_year(d) for d in (date(2026, 3, 31), date(2026, 4, 1))] == [2025, 2026]
    assert [
        parse_fiscal_year(t) for t in ("平成31年度", "令和元年度", "R1", "2019", "２０１９年度", "FY2019")
    ] == [2019] * 6
    assert format_fiscal_year(2019) == "令和元年度"
    assert format_fiscal_year(2018) == "平成30年度"
    with pytest.raises(DateError):
        parse_fiscal_year("来年")


@pytest.mark.parametrize(
    ("received", "end"),
    [
        (date(2026, 1, 31), date(2026, 3, 31)),
        (date(2025, 12, 1), date(2026, 2, 28)),
        (date(2023, 12, 31), date(2024, 2, 29)),
        (date(2026, 9, 24), date(2026, 11, 30)),
    ],
)
def test_registrations_lapse_at_the_end_of_the_second_month_after(received: date, end: date) -> None:
    """Whatever the day of the month, and over the end of the year."""
    assert end_of_second_month_after(received) == end


@given(DAYS.filter(lambda d: d.year < 2190), st.integers(-60, 60))
def test_months_are_added_without_leaving_the_month(day: date, months: int) -> None:
    """The result lies in the right month, on the same day or that month's last."""
    later = add_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or later == month_end(later)
    assert month_start(later).day == 1


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-27T14:30",
        "2026-11-27T14:30:00+09:00",
        "R8.11.27 14:30",
        "令和8年11月27日14時半",
        "２０２６/11/27　１４時30分",
    ],
)
def test_times_of_day_are_read_in_japans_time(text: str) -> None:
    """ISO, era and full-width forms give one moment."""
    assert parse_moment(text) == datetime(2026, 11, 27, 14, 30, tzinfo=JAPAN)


def test_a_moment_in_another_offset_is_shown_in_japans_time() -> None:
    """The stored offset is kept; what is shown is the time at the office."""
    assert format_moment(parse_moment("2026-11-27T05:30:00+00:00")) == "令和8年11月27日 14:30"


@pytest.mark.parametrize("text", ["25:00", "14:60", "", "午後", "14", "2026-11-27"])
def test_what_is_no_time_is_refused(text: str) -> None:
    """Neither a time alone nor a moment is made of it."""
    with pytest.raises(DateError):
        parse_time(text)
    with pytest.raises(DateError):
        parse_moment(text)
