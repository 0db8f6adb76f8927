"""Invented openings files (求人情報) of any size, in the shape of the real one.

418 columns, Windows-31J, header with full-width forms, quotes where needed. Numbers use the
unused office 14990; firms and texts are invented. Row ``i`` depends on the seed and ``i``
alone, so a second day can be written without keeping the first, and a million rows need no
more memory than one.
"""

import csv
import io
from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import BinaryIO, Literal, get_args

from wardclient.openings.columns import SPECIFIED_WIDTH, known_columns
from wardclient.practice import openings_words as words

OFFICE = "14990"
ENCODING = "cp932"
PART_TIME = 45
NOT_PUBLIC = 8
"""Per cent of the openings: part-time, and with the employer withheld (公開範囲 3)."""
_WIDE = str.maketrans({**{chr(c): chr(c + 0xFEE0) for c in range(0x30, 0x3A)}, "(": "（", ")": "）"})

Damage = Literal[
    "short", "long", "bad_number", "bad_date", "bad_bytes", "control", "stray_quote", "bad_key", "duplicate"
]
DAMAGES: tuple[Damage, ...] = get_args(Damage)


@dataclass(frozen=True, slots=True)
class OpeningsSpec:
    """What to write. The percentages make a later day's file; a first day leaves them at 0.

    Of each hundred rows the first ``vanished`` are left out and the next ``changed`` have new
    conditions; ``new`` per cent of ``rows`` are added at the end. ``damage`` names rows
    (0-based, by their place in the first day) and what is wrong with them.
    """

    rows: int
    today: date
    seed: int = 1
    quote_all: bool = False
    changed: int = 0
    vanished: int = 0
    new: int = 0
    damage: Mapping[int, Damage] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Written:
    """What a file holds. ``rows`` counts records written, ``damaged`` those an importer must set aside."""

    rows: int
    new: int
    changed: int
    vanished: int
    damaged: int
    duplicates: int


def write_openings(path: Path, spec: OpeningsSpec) -> Written:
    """Write the file at ``path`` and return what it holds."""
    with path.open("wb") as stream:
        return write_openings_to(stream, spec)


def write_openings_to(stream: BinaryIO, spec: OpeningsSpec) -> Written:
    """Write the file to a binary stream, row by row."""
    out = _Lines(spec.quote_all)
    stream.write(out.encode(header()))
    counts = {"rows": 0, "new": 0, "changed": 0, "vanished": 0, "damaged": 0, "duplicates": 0}
    for index, fate in _fates(spec):
        if fate != "same":
            counts[fate] += 1
        if fate == "vanished":
            continue
        line = out.encode(opening(index, spec.seed, spec.today, changed=fate == "changed"))
        damage = spec.damage.get(index)
        if damage == "duplicate":
            counts["duplicates"] += 1
            counts["rows"] += 1
            stream.write(out.encode(opening(index, spec.seed, spec.today, changed=fate != "changed")))
        elif damage:
            counts["damaged"] += 1
            line = _damaged(line, damage)
        counts["rows"] += 1
        stream.write(line)
    return Written(**counts)


@cache
def header() -> tuple[str, ...]:
    """Return the 418 header names, digits and brackets full-width as in the real file."""
    names = [f"項目{number:03d}".translate(_WIDE) for number in range(SPECIFIED_WIDTH)]
    for index, column in _placed().items():
        names[index] = column.translate(_WIDE)
    return tuple(names)


def opening(index: int, seed: int, today: date, *, changed: bool = False) -> list[str]:
    """Return the cells of row ``index``."""
    random = Random(seed * 1_000_003 + index)
    cells = [""] * SPECIFIED_WIDTH
    place = _cell_places()
    for name, value in _values(index, random, today, changed=changed).items():
        cells[place[name]] = value
    for unknown in _unknown_places():
        cells[unknown] = str((index + unknown) % 9)
    return cells


class _Lines:
    """Encodes one record at a time, so that damage can be done to exact bytes."""

    def __init__(self, quote_all: bool) -> None:  # noqa: FBT001 - private, one caller
        self._text = io.StringIO(newline="")
        self._writer = csv.writer(
            self._text, quoting=csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL, lineterminator="\r\n"
        )

    def encode(self, cells: list[str] | tuple[str, ...]) -> bytes:
        self._text.seek(0)
        self._text.truncate()
        self._writer.writerow(cells)
        return self._text.getvalue().encode(ENCODING)


def _fates(spec: OpeningsSpec) -> Iterator[tuple[int, str]]:
    for index in range(spec.rows):
        slot = index % 100
        if slot < spec.vanished:
            yield index, "vanished"
        elif slot < spec.vanished + spec.changed:
            yield index, "changed"
        else:
            yield index, "same"
    for index in range(spec.rows, spec.rows + spec.rows * spec.new // 100):
        yield index, "new"


@cache
def _placed() -> dict[int, str]:
    """Header names by index: known positions first, names without a known position in the free places."""
    placed = {column.index: column.name for column in known_columns() if column.index is not None}
    free = (index for index in range(SPECIFIED_WIDTH) if index not in placed)
    for column in known_columns():
        if column.index is None:
            placed[next(free)] = column.name
    return placed


@cache
def _unknown_places() -> tuple[int, ...]:
    """Half of the hundreds of columns nobody has named; they hold short codes."""
    return tuple(index for index in range(SPECIFIED_WIDTH) if index not in _placed() and index % 2)


@cache
def _cell_places() -> dict[str, int]:
    by_name = {name: index for index, name in _placed().items()}
    return {column.field: by_name[column.name] for column in known_columns()}


def _damaged(line: bytes, damage: Damage) -> bytes:
    number, rest = line.split(b",", 1)
    if damage == "short":
        return number + b",14990-000000-0\r\n"
    if damage == "long":
        return line.rstrip(b"\r\n") + b",,\r\n"
    if damage == "bad_bytes":
        return line.replace(b"\r\n", b"\x81\r\n") if b'"' not in line[-8:] else line[:-3] + b'\x81\xff"\r\n'
    if damage == "control":
        return number + b",\x1b[2J" + rest
    if damage == "stray_quote":
        return number + b',"' + rest.lstrip(b'"')
    if damage == "bad_key":
        return b"14990-ABC," + rest
    place = _cell_places()["pay_min_yen" if damage == "bad_number" else "received_on"]
    cells = next(csv.reader([line.decode(ENCODING)]))
    cells[place] = "応相談" if damage == "bad_number" else "2026/02/31"
    return _Lines(quote_all=line.startswith(b'"')).encode(cells)


def _values(index: int, random: Random, today: date, *, changed: bool) -> dict[str, str]:
    job = words.JOBS[random.randrange(len(words.JOBS))]
    code, place = words.PLACES[int(random.random() ** 1.6 * len(words.PLACES))]
    industry = words.INDUSTRIES[random.randrange(len(words.INDUSTRIES))]
    received = today - timedelta(days=int(random.random() ** 1.4 * 85))
    valid = _end_of_second_month(received)
    part = random.randrange(100) < PART_TIME
    stem = words.FIRM_STEMS[random.randrange(10)] + words.FIRM_TRADES[random.randrange(10)]
    firm = words.FIRM_FORMS[random.randrange(6)].format(f"{stem}{random.randrange(400)}")
    scope = "3" if random.randrange(100) < NOT_PUBLIC else "1"
    values = {
        "opening_no": f"{OFFICE}-{index * 10 + 1:08d}",
        "establishment_no": f"1499-{index % 900000:06d}-1",
        "received_on": received.strftime("%Y/%m/%d"),
        "column_3": f"令和{received.year - 2018}年{received.month}月{received.day}日",
        "valid_until": valid.strftime("%Y/%m/%d"),
        "referral_deadline": f"令和{valid.year - 2018}年{valid.month}月{valid.day}日",
        "opening_kind": "1",
        "opening_kind_name": "一般",
        "full_part": "2" if part else "1",
        "full_part_name": "パート" if part else "フルタイム",
        "sheet_title": "求人票（パートタイム）" if part else "求人票（フルタイム）",
        "disclosure_scope": scope,
        "employer_municipality": code,
        "employer_municipality_name": place,
        "workplace_municipality_name": place if index % 7 else "",
        "occupation_code1": job.code,
        "occupation_major1": job.major,
        "industry_code": industry[0],
        "industry_major": industry[1],
        "industry_name": industry[2],
        "employer_name": firm,
        "employer_kana": "カブシキガイシャ",
        "employer_postal": "230-0000",
        "employer_address": f"{place}架空町{random.randrange(1, 5)}丁目{random.randrange(1, 30)}番",
        "corporate_no": f"9{index % 10**12:012d}",
        "business": f"{industry[2]}を営んでいます。",
        "employees_total": str(random.randrange(3, 900)),
        "vacancies": str(random.randrange(1, 6)),
        "column_337": "1人",
        "contact_name": "架空　担当",
        "contact_tel": "045-000-0000",
        "receiving_office_code": OFFICE,
        "receiving_office_name": "ハローワーク練習",
    }
    values.update(_work(job, place, random))
    values.update(_conditions(random, part=part, changed=changed))
    return values


def _work(job: words.Job, place: str, random: Random) -> dict[str, str]:
    benefits = random.sample(words.BENEFITS, 6)
    listed = random.randrange(10) == 0
    tasks = "".join(f"・{task}\r\n" if listed else task for task in job.tasks)
    return {
        "job_title": job.titles[random.randrange(len(job.titles))],
        "job_description": tasks + "".join(benefits) + f"（担当者番号{random.randrange(10_000)}）",
        "workplace_address": f"{place}架空台{random.randrange(1, 40)}番",
        "nearest_station_text": f"{words.STATIONS[random.randrange(5)]}駅　徒歩{random.randrange(1, 25)}分",
        "license1": job.license,
        "license1_need": "必須" if job.license else "",
        "education": "不問",
        "experience": "不問",
        "car_commute": "可" if random.randrange(3) == 0 else "不可",
        "smoking": "屋内禁煙",
        "selection_text": "面接（予定１回）",
        "employer_feature": "地域に根ざした事業所です。" + words.BENEFITS[random.randrange(10)],
        "special_note": "＊" + words.BENEFITS[random.randrange(10)],
    }


def _conditions(random: Random, *, part: bool, changed: bool) -> dict[str, str]:
    low = random.randrange(1162, 1500) if part else random.randrange(178, 260) * 1000
    high = low + (random.randrange(0, 200) if part else random.randrange(0, 60) * 1000)
    if changed:
        high += 50 if part else 5000
    regular = random.randrange(5) > 1
    return {
        "employment_type": "3" if part else ("1" if regular else "2"),
        "employment_type_name": "パート労働者" if part else ("正社員" if regular else "正社員以外"),
        "contract_term": "1" if regular else "2",
        "contract_term_name": "雇用期間の定めなし" if regular else "雇用期間の定めあり（４ヶ月以上）",
        "pay_form": "4" if part else "1",
        "pay_form_name": "時給" if part else "月給",
        "pay_min_yen": str(low),
        "pay_max_yen": str(high),
        "base_pay_text": f"{low:,}円～{high:,}円",
        "hours1": words.HOURS[random.randrange(len(words.HOURS))],
        "overtime_hours": str(random.randrange(0, 30)),
        "break_min": "60",
        "annual_holidays": str(random.randrange(90, 130)),
        "holidays": random.choice(("土日祝日その他", "その他")),
        "insurance_text": "雇用　労災　健康　厚生" if not part else "雇用　労災",
        "commute_allowance": "実費支給（上限あり）",
        "commute_allowance_yen": "20000",
        **_details(Random(low * 1_000_003 + high), part=part, regular=regular, low=low),
    }


def _details(random: Random, *, part: bool, regular: bool, low: int) -> dict[str, str]:
    """What the filters of the state's form look at, with a chance of its own, so that the rest of a row stays."""
    weekly = random.randrange(10) < 7  # noqa: PLR2004
    overtime = random.randrange(3) > 0
    shifts = random.randrange(4) == 0
    return {
        "bonus": "なし" if part and random.randrange(3) else "あり",
        "raise": random.choice(("あり", "あり", "なし")),
        "regular_track": "" if regular else random.choice(("あり", "なし")),
        "transfer": random.choice(("なし", "なし", "なし", "あり")),
        "telework": "あり" if random.randrange(12) == 0 else "なし",
        "overtime": "あり" if overtime else "なし",
        **({} if overtime else {"overtime_hours": "0"}),
        "two_day_weekend": "1" if weekly else "2",
        "two_day_weekend_name": "毎週" if weekly else "その他",
        "hours_kind": "交替制（シフト制）" if shifts else "通常の勤務",
        "retirement_age": random.choice(
            ("あり　定年年齢　一律　６０歳", "あり　定年年齢　一律　６５歳", "なし")
        ),
        "probation": random.choice(("なし", "あり　期間　３ヶ月")),
        "probation_conditions": "同条件",
        "age_max": "59" if regular and random.randrange(4) == 0 else "",
        "base_pay_min_yen": str(low if part else low - random.choice((0, 5_000, 20_000))),
        "trial_name": "希望する" if random.randrange(8) == 0 else "希望しない",
        "contract_term_text": ""
        if regular
        else random.choice(("契約更新の可能性あり（原則更新）", "契約更新の可能性なし")),
    }


def _end_of_second_month(received: date) -> date:
    month = received.month + 2
    year = received.year + (month - 1) // 12
    month = (month - 1) % 12 + 1
    return date(year, month, monthrange(year, month)[1])
