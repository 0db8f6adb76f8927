"""The filters of the state's own form (domain.md 7.7), each on an opening that has it and one that has not."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.openings.room import TODAY, Room
from wardclient.openings import traits
from wardclient.openings.code_lists import code_list
from wardclient.openings.columns import SPECIFIED_WIDTH, known_columns
from wardclient.openings.filters import Filters
from wardclient.openings.indexer import index_pending
from wardclient.openings.problems import OpeningsError
from wardclient.openings.search import search
from wardclient.openings.stations import Station, short, stations_of
from wardclient.openings.store import index_behind, prepare

BASE = {
    "received_on": "2026/11/16",
    "valid_until": "2027/01/31",
    "full_part_name": "フルタイム",
    "disclosure_scope": "1",
}
HAS: Mapping[str, Mapping[str, str]] = {
    "bonus": {"bonus": "あり"},
    "raise": {"raise": "あり"},
    "regular_track": {"regular_track": "あり"},
    "car": {"car_commute": "可"},
    "no_transfer": {"transfer": "なし"},
    "telework": {"telework": "あり"},
    "smoke_free": {"smoking": "屋内禁煙"},
    "trial": {"trial_name": "希望する"},
    "uij": {"uij": "歓迎"},
    "no_overtime": {"overtime": "なし"},
    "two_days_off": {"two_day_weekend_name": "毎週"},
    "employment_insurance": {"insurance_text": "雇用　労災"},
    "accident_insurance": {"insurance_text": "雇用　労災"},
    "health_insurance": {"insurance_text": "健康　厚生"},
    "pension": {"insurance_text": "健康　厚生"},
    "any_schooling": {"education": "不問"},
    "no_experience": {"experience": "不問"},
    "no_licence": {"license1": "介護福祉士", "license1_need": "あれば尚可"},
    "driving": {"license2": "普通自動車運転免許", "license2_need": "必須"},
    "driving_at": {"license1": "普通自動車運転免許（ＡＴ限定可）", "license1_need": "必須"},
    "no_papers": {"selection_text": "面接（予定１回）", "selection_documents": "0"},
    "near_station": {"nearest_station_text": "鶴見線　国道駅　徒歩　１０分"},
    "renewable": {"contract_term_text": "4か月以上　契約更新の可能性あり（原則更新）"},
    "shift": {"hours_kind": "交替制（シフト制）"},
    "discretion": {"hours_kind": "裁量労働制"},
    "variable": {"hours_kind": "変形労働時間制（1年単位）"},
    "dispatch": {"employment_type": "3", "employment_type_name": "有期雇用派遣労働者"},
}
LACKS: Mapping[str, Mapping[str, str]] = {
    "bonus": {"bonus": "なし"},
    "car": {"car_commute": "不可"},
    "no_transfer": {"transfer": "あり"},
    "smoke_free": {"smoking": "喫煙室設置"},
    "uij": {"uij": "なし"},
    "no_overtime": {"overtime": "あり"},
    "two_days_off": {"two_day_weekend_name": "その他"},
    "any_schooling": {"education": "高校以上"},
    "no_licence": {"license1": "介護福祉士", "license1_need": "必須"},
    "driving_at": {"license1": "普通自動車運転免許", "license1_need": "必須"},
    "no_papers": {"selection_text": "面接　書類選考", "selection_documents": "1"},
    "near_station": {"nearest_station_text": "鶴見線　国道駅　徒歩　１１分"},
    "renewable": {"contract_term_text": "4か月以上　契約更新の可能性なし"},
}


def header() -> tuple[list[str], dict[str, int]]:
    """Return a header of the specified width, and where each field stands."""
    places = {c.field: c.index for c in known_columns() if c.index is not None}
    free = iter(sorted(set(range(SPECIFIED_WIDTH)) - set(places.values())))
    places |= {c.field: next(free) for c in known_columns() if c.index is None}
    names = [f"列{n}" for n in range(SPECIFIED_WIDTH)]
    for column in known_columns():
        names[places[column.field]] = column.name
    return names, places


def openings(room: Room, *rows: Mapping[str, str]) -> None:
    """Read a file of these openings in; the first has number 1."""
    names, places = header()
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(names)
    for number, row in enumerate(rows, 1):
        cells = [""] * SPECIFIED_WIDTH
        given = {**BASE, "job_title": f"職種{number}", "employer_name": f"事業所{number}", **row}
        for field, value in {**given, "opening_no": f"14990-{number:08d}"}.items():
            cells[places[field]] = value
        writer.writerow(cells)
    path: Path = room.folder / "made.csv"
    path.write_bytes(text.getvalue().encode("cp932"))
    report = room.read(path)
    assert report.new == len(rows), report
    room.index()


def hits(room: Room, **filters: object) -> list[int]:
    """Return the serials of the openings that a search finds, in their order."""
    page = search(room.connection, "", Filters(**filters), TODAY, limit=100)  # type: ignore[arg-type]
    return sorted(int(row.opening_no[-8:]) for row in page.rows)


def code(room: Room, **filters: object) -> list[tuple[str, str]]:
    """Return (field, code) of what is wrong with filters."""
    with pytest.raises(OpeningsError) as error:
        hits(room, **filters)
    return [(problem.field, problem.code) for problem in error.value.problems]


def test_every_condition_of_the_form_has_its_example() -> None:
    """A new trait comes with an opening that shows it."""
    assert set(HAS) == set(traits.CODES)
    assert len({trait.ja for trait in traits.TRAITS}) == len(traits.TRAITS) < traits.FIRST_DAY_BIT


@pytest.mark.parametrize("trait", HAS)
def test_a_condition_finds_what_states_it_and_nothing_else(room: Room, trait: str) -> None:
    """One opening states it, one says the opposite, one says nothing of it at all."""
    openings(room, HAS[trait], LACKS.get(trait, {}), {"license1": "看護師", "license1_need": "必須"})
    assert hits(room, traits=(trait,)) == [1]
    assert hits(room) == [1, 2, 3]


@pytest.mark.parametrize("trait", traits.AVOIDABLE)
def test_what_a_person_cannot_do_is_left_out(room: Room, trait: str) -> None:
    """…を除く keeps what does not say so."""
    openings(room, HAS[trait], {})
    assert hits(room, avoid=(trait,)) == [2]


def test_conditions_are_all_wanted_together(room: Room) -> None:
    """Both, not either."""
    openings(room, HAS["bonus"], HAS["car"], {**HAS["bonus"], **HAS["car"]})
    assert hits(room, traits=("bonus", "car")) == [3]
    assert hits(room, traits=("bonus",), avoid=("shift",)) == [1, 3]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("土日祝日その他", "土日祝"),
        ("日曜日、祝日", "日祝"),
        ("祝日", "祝"),
        ("月火", "月火"),
        ("シフトによる", ""),
    ],
)
def test_days_off_are_read_one_by_one(room: Room, text: str, days: str) -> None:
    """祝日 is no Sunday."""
    openings(room, {"holidays": text})
    for day in traits.DAYS:
        assert hits(room, days_off=(day,)) == ([1] if day in days else [])


def test_age_overtime_holidays_staff_retirement(room: Room) -> None:
    """Limits that an opening does not state do not shut anybody out; sizes that it does not state do not match."""
    openings(
        room,
        {"age_max": "59歳", "overtime_hours": "20", "annual_holidays": "120", "employees_total": "1,200"},
        {"age_min": "18歳", "overtime": "なし", "annual_holidays": "105", "retirement_age": "定年 60歳"},
        {"employees_total": "12", "retirement_age": "65歳"},
    )
    assert hits(room, age=60) == [2, 3]
    assert hits(room, age=17) == [1, 3]
    assert hits(room, overtime_most=10) == [2]
    assert hits(room, overtime_most=20) == [1, 2]
    assert hits(room, holidays_least=110) == [1]
    assert hits(room, staff_least=100) == [1]
    assert hits(room, staff_most=99) == [3]
    assert hits(room, retirement_least=65) == [1, 3]


def test_base_pay_alone(room: Room) -> None:
    """With fixed allowances, as the floor usually looks, or without."""
    openings(room, {"pay_min_yen": "220000", "base_pay_min_yen": "180000"})
    assert hits(room, pay_floor_month=200_000) == [1]
    assert hits(room, pay_floor_month=200_000, base_pay_only=True) == []
    assert hits(room, pay_floor_month=180_000, base_pay_only=True) == [1]


def test_industry_by_letter_and_by_code(room: Room) -> None:
    """大分類, 中分類, 小分類."""
    openings(
        room, {"industry_major": "P", "industry_code": "854"}, {"industry_major": "I", "industry_code": "561"}
    )
    assert hits(room, industries=("P",)) == [1]
    assert hits(room, industries=("P85", "I561")) == [1, 2]
    assert hits(room, industries=("P83",)) == []


def test_station_by_line_or_name_in_any_form(room: Room) -> None:
    """Half-width kana and hiragana find it, too."""
    openings(room, {"nearest_station_text": "ＪＲ鶴見線　国道駅　徒歩5分"}, {"nearest_station": "京急鶴見"})
    assert hits(room, station="鶴見線") == [1]
    assert hits(room, station="jr") == [1]
    assert hits(room, station="鶴見") == [1, 2]
    assert hits(room, station="瀬谷") == []


def test_a_whole_name_is_that_station_and_no_longer_one(room: Room) -> None:
    """横浜駅 is not 新横浜駅; with its line, in half or full width, it is found too; a part finds both."""
    openings(
        room,
        {"nearest_station_text": "ＪＲ東海道本線　横浜駅　徒歩5分"},
        {"nearest_station_text": "ＪＲ横浜線新横浜駅から徒歩3分"},
        {"nearest_station_text": "最寄り駅：京急本線　横浜駅（きた東口）"},
    )
    assert hits(room, station="横浜駅") == [1, 3]
    assert hits(room, station="新横浜駅") == [2]
    assert hits(room, station="JR東海道本線 横浜駅") == hits(room, station="ＪＲ東海道本線　横浜駅") == [1]
    assert hits(room, station="横浜") == [1, 2, 3]
    assert hits(room, station="鶴見駅") == []


def test_stations_do_not_grow_with_the_sheets(room: Room) -> None:
    """Every sheet has its own words for the way; the filter keeps the station once, and both are found."""
    openings(room, *({"nearest_station_text": f"京急本線　鶴見市場駅　徒歩{n}分"} for n in range(1, 30)))
    assert room.one("SELECT count(*) FROM station") == 1
    assert len(hits(room, station="鶴見市場駅")) == 29


@pytest.mark.parametrize(
    ("text", "line", "name"),
    [
        ("ＪＲ京浜東北線　鶴見駅　徒歩５分", "JR京浜東北線", "鶴見駅"),
        ("ＪＲ横浜線新横浜駅から徒歩3分", "JR横浜線", "新横浜駅"),
        ("市営地下鉄ブルーライン　上大岡駅", "市営地下鉄ブルーライン", "上大岡駅"),
        ("最寄り駅　二俣川駅", "", "二俣川駅"),
        ("瀬谷駅、三ツ境駅", "", "瀬谷駅"),
    ],
)
def test_line_and_name_of_a_station(text: str, line: str, name: str) -> None:
    """As sheets write them."""
    assert stations_of(text)[0] == Station(line, name)


def test_a_bus_stop_is_no_station() -> None:
    """It has no name to pick."""
    assert stations_of("バス停　本牧から徒歩２分") == ()
    assert stations_of("最寄り駅からバス") == ()


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("ＪＲ京浜東北線　鶴見駅　徒歩５分", "JR京浜東北線 鶴見駅"),
        ("相鉄本線瀬谷駅、三ツ境駅からバス10分", "相鉄本線 瀬谷駅、三ツ境駅"),
        ("京急鶴見　徒歩5分", "京急鶴見"),
        ("バス停　本牧から徒歩２分", "バス停 本牧"),
        ("　", ""),
    ],
)
def test_the_way_from_a_station_is_not_kept(text: str, kept: str) -> None:
    """It differs from sheet to sheet; the names are few."""
    assert short(text) == kept


def test_stations_and_lines_can_be_picked(room: Room) -> None:
    """Stations with all their lines, then lines; what is picked finds."""
    openings(
        room,
        {"nearest_station_text": "ＪＲ東海道本線　横浜駅　徒歩5分"},
        {"nearest_station_text": "京急本線　横浜駅　徒歩9分"},
        {"nearest_station_text": "京急本線　鶴見市場駅　徒歩1分"},
    )
    picked = dict(code_list(room.connection, "station"))
    assert picked == {
        "横浜駅": "JR東海道本線、京急本線",
        "鶴見市場駅": "京急本線",
        "JR東海道本線": "1駅",
        "京急本線": "2駅",
    }
    assert {name: hits(room, station=name) for name in picked} == {
        "横浜駅": [1, 2],
        "鶴見市場駅": [3],
        "JR東海道本線": [1],
        "京急本線": [2, 3],
    }


def test_kind_of_opening(room: Room) -> None:
    """区分, by the codes that the file itself has shown."""
    openings(
        room,
        {"opening_kind": "1", "opening_kind_name": "一般"},
        {"opening_kind": "5", "opening_kind_name": "障害者"},
    )
    assert hits(room, kinds=("1",)) == [1]
    assert code(room, kinds=("9",)) == [("kinds", "unknown_code")]


def test_what_is_wrong_is_an_error_and_never_an_empty_list(room: Room) -> None:
    """Each with its field, and the nearest right code named."""
    openings(room, {"industry_major": "P", "industry_code": "854"})
    assert code(room, traits=("bonuss",)) == [("traits", "unknown_code")]
    assert code(room, avoid=("bonus",)) == [("avoid", "unknown_code")]
    assert code(room, days_off=("休",)) == [("days_off", "unknown_code")]
    assert code(room, industries=("Z9",)) == [("industries", "unknown_code")]
    assert code(room, staff_least=30, staff_most=29) == [("staff_most", "below_least")]
    assert hits(room, staff_least=30, staff_most=30) == []
    assert code(room, traits=("shift", "bonus"), avoid=("shift",)) == [("avoid", "both_ways")]
    assert code(room, age=7) == [("age", "bad_age")]
    assert code(room, overtime_most=-1) == [("overtime_most", "negative")]
    with pytest.raises(OpeningsError) as error:
        hits(room, traits=("bonuss",))
    assert "bonus" in error.value.problems[0].ja


def test_a_store_of_before_is_read_again_in_the_background(room: Room) -> None:
    """What an older program stored has no traits; they come in batches, and the store says when it is done."""
    way = {"nearest_station_text": "鶴見駅　徒歩5分", "employer_name": "㈱カクウ製作所"}
    openings(room, *[{**HAS["bonus"], **way}] * 5)
    room.connection.execute("INSERT INTO station VALUES (7, '鶴見駅　徒歩5分')")
    room.connection.execute("UPDATE opening SET traits = NULL, station_id = 7")
    room.connection.execute("DELETE FROM progress WHERE name = 'derived'")
    room.connection.execute("ALTER TABLE opening DROP COLUMN employer")
    room.connection.execute("PRAGMA user_version=4")
    prepare(room.connection)
    assert index_behind(room.connection) == 5
    assert hits(room, traits=("bonus",)) == []
    assert hits(room, station="鶴見") == [1, 2, 3, 4, 5]
    assert index_pending(room.connection, 2) > 0
    assert len(hits(room, traits=("bonus",))) == 2
    while index_pending(room.connection, 2):
        pass
    assert hits(room, traits=("bonus",)) == [1, 2, 3, 4, 5]
    assert index_behind(room.connection) == 0
    assert hits(room, station="鶴見駅") == hits(room, employer="ｶｸｳ製作") == [1, 2, 3, 4, 5]
    assert room.connection.execute("SELECT name FROM station").fetchall() == [("鶴見駅",)]


def test_numbers_that_are_none_are_told_and_nights_go_past_midnight(room: Room) -> None:
    """What a person typed is never a fault of the program; 22:00 to 6:00 is a night."""
    openings(room, {"hours1": "(1)22時00分～6時00分"}, {"hours1": "(1)9時00分～18時00分"})
    assert code(room, staff_least="9人") == [("staff_least", "not_number")]
    assert code(room, age="abc") == [("age", "bad_age")]
    assert hits(room, starts_from="22:00", ends_by="6:00") == [1]


@pytest.mark.parametrize(
    ("trait", "row"),
    [
        ("car", {"car_commute": "マイカー通勤　不可"}),
        ("near_station", {"nearest_station_text": "バス停から徒歩３分"}),
        ("smoke_free", {"smoking": "屋内禁煙ではない"}),
        ("smoke_free", {"smoking": "屋内禁煙でない（喫煙可）"}),
        ("smoke_free", {"smoking": "禁煙対策なし"}),
        ("smoke_free", {"smoking": "禁煙の対象外"}),
        ("two_days_off", {"two_day_weekend_name": "毎週ではない"}),
        ("employment_insurance", {"insurance_text": "雇用保険なし　労災"}),
        ("pension", {"insurance_text": "健康　厚生年金未加入"}),
        ("pension", {"insurance_text": "雇用労災健康厚生なし"}),
        ("renewable", {"contract_term_text": "契約更新の可能性ありではありません"}),
        ("any_schooling", {"education": "学歴不問ではない"}),
        ("shift", {"hours_kind": "シフト制ではない"}),
    ],
)
def test_what_says_no_is_not_taken_for_yes(room: Room, trait: str, row: dict[str, str]) -> None:
    """Words that stand beside the one that is looked for."""
    openings(room, row)
    assert hits(room, traits=(trait,)) == []


@pytest.mark.parametrize(
    ("trait", "row"),
    [
        ("smoke_free", {"smoking": "屋内禁煙（喫煙専用室なし）"}),
        ("smoke_free", {"smoking": "受動喫煙対策あり　屋内禁煙"}),
        ("smoke_free", {"smoking": "敷地内禁煙、喫煙所なし"}),
        ("employment_insurance", {"insurance_text": "雇用　労災　健康　厚生　財形なし"}),
        ("accident_insurance", {"insurance_text": "雇用・労災（厚生年金なし）"}),
        ("health_insurance", {"insurance_text": "雇用労災健康厚生財形なし"}),
        ("pension", {"insurance_text": "健康厚生財形なし"}),
        ("smoke_free", {"smoking": "屋内禁煙喫煙所なし"}),
        ("car", {"car_commute": "マイカー通勤可駐車場なし"}),
        ("renewable", {"contract_term_text": "契約更新の可能性あり（条件あり）　更新しない場合あり"}),
    ],
)
def test_a_no_that_belongs_to_another_word_takes_nothing_back(
    room: Room, trait: str, row: dict[str, str]
) -> None:
    """What is said after a stop, or in brackets, is about something else."""
    openings(room, row)
    assert hits(room, traits=(trait,)) == [1]


def test_codes_that_no_list_has_are_errors_with_the_nearest_that_exist(room: Room) -> None:
    """A middle group outside its major, a small group that no opening ever had; what exists finds."""
    openings(room, {"industry_major": "P", "industry_code": "854", "occupation_code1": "055-01"})
    assert (
        hits(room, industries=("P",))
        == hits(room, industries=("P85",))
        == hits(room, industries=("P854",))
        == [1]
    )
    assert hits(room, industries=("A01",)) == []
    assert hits(room, occupations=("055-01",)) == hits(room, occupations=("055",)) == [1]
    for wrong in ("A999", "P00", "P99", "P839", "U", "P8541"):
        assert code(room, industries=(wrong,)) == [("industries", "unknown_code")], wrong
    for wrong in ("055-99", "100", "000-01", "55"):
        assert code(room, occupations=(wrong,)) == [("occupations", "unknown_code")], wrong
    with pytest.raises(OpeningsError) as error:
        hits(room, occupations=("055-11",))
    assert "055-01" in error.value.problems[0].ja


def test_by_the_employers_name_and_nobody_elses(room: Room) -> None:
    """Part of the name in any writing; who only mentions it is not found, nor one whose name is withheld."""
    openings(
        room,
        {"employer_name": "みなと清掃サービス（株）"},
        {"employer_name": "港北ビル", "job_description": "みなと清掃サービスの現場"},
        {"employer_name": "みなと清掃サービス横浜", "disclosure_scope": "3"},
    )
    assert hits(room, employer="ミナト清掃") == [1, 3]
    assert hits(room, employer="みなと清掃 サービス") == [1, 3]
    page = search(room.connection, "清掃", Filters(employer="みなと"), TODAY, client_facing=True)
    assert [row.opening_no[-1] for row in page.rows] == ["1"]
    page = search(room.connection, "-現場", Filters(employer="みなと"), TODAY)
    assert {row.opening_no[-1] for row in page.rows} == {"1", "3"}
    assert code(room, employer="・・") == [("employer", "no_letters")]
    assert hits(room, employer="14990") == []


def test_those_that_end_first_come_first(room: Room) -> None:
    """期限順, page by page; 受付順 without being asked."""
    openings(
        room,
        *({"valid_until": f"2027/01/{day}", "received_on": f"2026/11/{20 - day % 7}"} for day in (31, 5, 20)),
    )
    seen, after = [], ""
    while True:
        page = search(room.connection, "", Filters(), TODAY, order="deadline", limit=1, after=after)
        seen += [row.deadline_on for row in page.rows]
        if not (after := page.after):
            break
    assert seen == sorted(seen)
    assert len(seen) == 3


def test_a_saturday_now_and_then_is_no_day_off(room: Room) -> None:
    """月2回土曜 is neither a Monday nor every Saturday."""
    openings(room, {"holidays": "日曜日　月２回土曜休み"})
    assert hits(room, days_off=("日",)) == [1]
    assert hits(room, days_off=("月",)) == hits(room, days_off=("土",)) == []
