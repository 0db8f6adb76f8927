"""Invented people with their cases, of any number, in every target group and state.

Person ``i`` of a seed depends on the seed and ``i`` alone. Nobody exists: names are drawn from
lists of frequent names, the phone numbers begin with 080-0000 or 045-000, block numbers are 99.
Dates are reckoned from the day given, so a practice ward is never out of date.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from wardclient.casework.calendar import JAPAN, add_months
from wardclient.casework.caseload import Written, write_caseload
from wardclient.casework.codes import HouseholdType, Sex, Status, TargetGroup
from wardclient.casework.reference import wards
from wardclient.practice import people_words as words

PILOT_WARD = "14101"
GROUPS = tuple(group for group in TargetGroup if group is not TargetGroup.Z1)
STATUSES = tuple(Status)
FOREIGN_EVERY = 17
ALIAS_EVERY = 13
YOUNGEST, OLDEST = 18, 64
NEEDS_PERIOD = frozenset({Status.ACTIVE, Status.SUSPENDED, Status.FOLLOWUP, Status.CLOSED})
CASEWORKERS = tuple(f"CW {section}係" for section in range(1, 6))
SUPPORT_MONTHS = 6


@dataclass(frozen=True, slots=True)
class InventedPerson:
    """The values of one person's records, as `normalise` would leave them and `validate` finds them right."""

    person: Mapping[str, object]
    case: Mapping[str, object]
    assessment: Mapping[str, object]
    welfare: Mapping[str, object]
    """Empty unless the person is of group A1."""


def people(
    count: int,
    seed: int = 1,
    *,
    ward: str = PILOT_WARD,
    today: date | None = None,
    statuses: tuple[str, ...] = (),
) -> Iterator[InventedPerson]:
    """Yield ``count`` people of a ward; ``statuses`` limits the states of their cases.

    Groups and states are dealt in turn, so that a few dozen people already show all of them.
    """
    day = today or datetime.now(JAPAN).date()
    kept = tuple(status for status in STATUSES if not statuses or status.value in statuses)
    for index in range(count):
        yield invented(index, seed, ward=ward, today=day, statuses=kept)


def invented(
    index: int, seed: int, *, ward: str, today: date, statuses: tuple[Status, ...] = STATUSES
) -> InventedPerson:
    """Return person ``index`` of a seed."""
    # Seeding with text keeps neighbours independent; a sum would make person 2 of seed 1 person 1 of seed 2.
    random = Random(f"people/{seed}/{index}")
    group = GROUPS[index % len(GROUPS)]
    status = statuses[(index // len(GROUPS)) % len(statuses)]
    sex = random.choice((Sex.MALE, Sex.FEMALE)).value
    case = _case(random, index, group, status, ward, today)
    return InventedPerson(
        _person(random, index, sex, ward, today),
        case,
        _assessment(random, group, today),
        _welfare(random, case, today) if group is TargetGroup.A1 else {},
    )


def make_caseload_csv(
    count: int,
    seed: int = 1,
    encoding: str = "utf-8-sig",
    *,
    ward: str = PILOT_WARD,
    today: date | None = None,
) -> Written:
    """Return a caseload file of invented people, none of whom has a consent yet.

    In cp932 the characters that it lacks are replaced and listed in ``losses``.
    """
    found = people(
        count, seed, ward=ward, today=today, statuses=(Status.INTAKE.value, Status.CANDIDATE.value)
    )
    return write_caseload(((one.person, one.case) for one in found), encoding, allow_loss=True)


def _person(random: Random, index: int, sex: str, ward: str, today: date) -> dict[str, object]:
    family, given, kana, alias = _name(random, index, sex)
    age_days = random.randint(YOUNGEST * 366, OLDEST * 365)
    wide = random.random() < 0.5  # noqa: PLR2004  # half the addresses are written at full width, as in files
    blocks = f"{random.randint(1, 9)}-99-{random.randint(1, 40)}"
    values: dict[str, object] = {
        "family_name": family,
        "given_name": given,
        "name_kana": kana,
        "alias": alias,
        "birth_date": (today - timedelta(days=age_days)).isoformat(),
        "sex": sex,
        "postal_code": f"230-99{random.randint(0, 99):02d}",
        "municipality": ward,
        "address1": random.choice(words.TOWNS.get(ward, ("架空町",)))
        + (blocks.translate(_WIDE) if wide else blocks),
        "address2": random.choice(words.BUILDINGS),
        "phone": random.choice(
            (f"0800000{random.randint(0, 9999):04d}", f"045000{random.randint(0, 9999):04d}")
        ),
        "phone_kind": random.choice("111123"),
        "contact_caution": random.choice((*words.CAUTIONS, *[""] * 16)),
        "nearest_station": random.choice((*words.STATIONS, *[""] * 5)),
        "language": random.choice(words.LANGUAGES) if family.isascii() else "",
    }
    return {name: value for name, value in values.items() if value}


_WIDE = {ord("-"): 0xFF0D} | {code: code + 0xFEE0 for code in range(0x30, 0x3A)}


def _name(random: Random, index: int, sex: str) -> tuple[str, str, str, str]:
    """Return family name, given name, kana and alias."""
    if index % FOREIGN_EVERY == FOREIGN_EVERY - 1:
        return random.choice(words.FOREIGN_NAMES)
    family, family_kana = random.choice(words.FAMILY_NAMES)
    given, given_kana = random.choice(words.GIVEN_NAMES[sex])
    former = random.choice(words.FAMILY_NAMES)[0] if index % ALIAS_EVERY == 0 else ""
    return family, given, f"{family_kana}\u3000{given_kana}", former if former != family else ""


def _case(
    random: Random, index: int, group: TargetGroup, status: Status, ward: str, today: date
) -> dict[str, object]:
    opened = today - timedelta(days=random.randint(1, 300))
    values: dict[str, object] = {
        "ward": ward,
        "case_no": f"{random.randint(1, 5)}-{index + 1:05d}",
        "district": f"{random.randint(1, 24)}地区",
        "caseworker_id": random.choice(CASEWORKERS),
        "target_group": group.value,
        "status": status.value,
        "opened_on": opened.isoformat(),
        "episode": 1,
    }
    if group is TargetGroup.A1:
        values["household_type"] = random.choice(tuple(HouseholdType)).value
    else:
        values["wishes_support"] = True
    if group is TargetGroup.C1:
        values["single_parent"] = random.choice("1123")
    return values | _period(random, status, opened, today)


def _period(random: Random, status: Status, opened: date, today: date) -> dict[str, object]:
    """Return the dates and reasons that a state asks for."""
    values: dict[str, object] = {}
    if status in NEEDS_PERIOD:
        begin = min(opened + timedelta(days=14), today)
        values |= {
            "support_from": begin.isoformat(),
            "support_until": add_months(begin, SUPPORT_MONTHS).isoformat(),
        }
    if status is Status.SUSPENDED:
        review = today + timedelta(days=random.randint(7, 60))
        values |= {"suspend_reason": random.choice("12345"), "review_on": review.isoformat()}
    if status is Status.CLOSED:
        closed = today - timedelta(days=random.randint(0, (today - opened).days))
        values |= {"closed_on": closed.isoformat(), "closure_reason": random.choice(words.REASONS_CLOSED)}
    return values


def _assessment(random: Random, group: TargetGroup, today: date) -> dict[str, object]:
    obstacles = sorted(
        set(random.choices(("1", "2", "3", "4", "5", "6", "7", "9", "10", "11"), k=2)), key=int
    )
    if group in (TargetGroup.C1, TargetGroup.C2) and "3" not in obstacles:
        obstacles = ["3", *obstacles]
    values: dict[str, object] = {
        "education": random.choice("1223456"),
        "education_year": today.year - random.randint(1, 45),
        "licences": random.sample(words.LICENCES, random.randint(0, 3)),
        "work_history": random.sample(words.WORK_HISTORY, random.randint(1, 4)),
        "wishes": random.sample(words.WISHES, random.randint(1, 3)),
        "constraints": [random.choice(words.CONSTRAINTS[o]) for o in obstacles if o in words.CONSTRAINTS],
        "obstacles": obstacles,
        "readiness": random.choice("1234"),
        "driving": random.choice(("運転できる", "免許なし", "")),
        "skills_pc": random.choice(("文字の入力ができる", "表計算ができる", "使ったことがない", "")),
    }
    if {"1", "2"} & set(obstacles):
        values["health_consideration"] = random.choice(words.HEALTH)
    if "2" in obstacles:
        values["disability_card"] = random.choice("123")
    return {name: value for name, value in values.items() if value not in ("", [])}


def _welfare(random: Random, case: Mapping[str, object], today: date) -> dict[str, object]:
    return {
        "benefit_since": (today - timedelta(days=random.randint(30, 3000))).isoformat(),
        "household_type": case["household_type"],
        "work_capacity": random.choice("1112"),
        "independence_benefit": random.choice((True, False)),
    }


def ward_codes() -> tuple[str, ...]:
    """Return the codes of all wards, for making people of a whole city."""
    return tuple(wards())
