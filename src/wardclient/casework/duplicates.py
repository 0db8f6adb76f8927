"""People who may be the same one: candidates with reasons, for a person to judge (features 1, 2, 3).

Nothing is merged here. Names are compared by folded kanji, kana (voiced and long sounds
folded), romaji, and former names; birth dates also with day and month swapped, another era,
or one slip of the finger.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from wardclient.casework.calendar import ERAS
from wardclient.casework.names import display_name, kana_key, name_key, romaji_key, search_key
from wardclient.casework.reference import ward_name
from wardclient.casework.width import fold_address, phone_digits

LEAST_PHONE = 9
SURE = 100
ENOUGH = 50
_ERA_SLIPS = frozenset(abs(a.first.year - b.first.year) for a, b in combinations(ERAS, 2))


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """Somebody already recorded: the case, and the values of the person."""

    case_id: str
    person: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Reason:
    """One ground for taking two records for one person. Holds no value of either."""

    code: str
    ja: str
    en: str
    weight: int


@dataclass(frozen=True, slots=True)
class Match:
    """A candidate. ``sure``: name, kana and birth date agree, so it is almost certainly the same person."""

    case_id: str
    name: str
    kana: str
    birth_date: str
    address: str
    reasons: tuple[Reason, ...]
    sure: bool
    score: int


SAME_NAME = Reason("same_name", "氏名が同じ", "same name", 30)
VARIANT_NAME = Reason("variant_name", "氏名が同じ(字体のちがい)", "same name, other glyphs", 30)
SAME_KANA = Reason("same_kana", "フリガナが同じ", "same kana", 25)
NEAR_KANA = Reason(
    "near_kana", "フリガナが近い(濁音・長音のちがい)", "kana differ in voiced or long sounds", 20
)
SAME_ROMAJI = Reason("same_romaji", "ローマ字の氏名が同じ", "same name in romaji", 20)
FORMER_NAME = Reason("former_name", "通称・旧姓が一致", "alias or former name matches", 25)
GIVEN_NAME = Reason("given_name", "名が同じ(姓の変更)", "same given name, family name changed", 10)
SAME_BIRTH = Reason("same_birth", "生年月日が同じ", "same birth date", 30)
SWAPPED_BIRTH = Reason("swapped_birth", "生年月日の月と日が入れ替わり", "day and month swapped", 25)
ERA_BIRTH = Reason("era_birth", "生年月日の元号のちがい", "birth date in another era", 25)
NEAR_BIRTH = Reason("near_birth", "生年月日が1字ちがい", "birth date differs in one digit", 20)
NO_BIRTH = Reason("no_birth", "一方の生年月日が未入力", "one birth date is missing", 20)
SAME_PHONE = Reason("same_phone", "電話番号が同じ", "same phone number", 25)
SAME_ADDRESS = Reason("same_address", "住所が同じ", "same address", 15)


@dataclass(frozen=True, slots=True)
class Keys:
    """What a person is compared by."""

    written: str
    name: str
    kana: str
    near_kana: str
    romaji: str
    given: str
    given_kana: str
    aliases: frozenset[str]
    birth: str
    phone: str
    address: str

    def blocks(self) -> frozenset[str]:
        """Return the keys under which an index finds possible matches."""
        pairs = (
            ("n", self.name),
            ("k", self.near_kana),
            ("r", self.romaji),
            ("b", self.birth),
            ("p", self.phone),
        )
        found = {f"{letter}{key}" for letter, key in pairs if key}
        return frozenset(found | {f"n{alias}" for alias in self.aliases})


def keys_of(person: Mapping[str, object]) -> Keys:
    """Return the keys of a person's values; missing values give empty keys."""
    kana = _text(person, "name_kana")
    family, given = _text(person, "family_name"), _text(person, "given_name")
    parts = kana.split()
    phone = phone_digits(_text(person, "phone"))
    return Keys(
        written="".join((family + given).split()),
        name=name_key(person),
        kana=search_key(kana),
        near_kana=kana_key(person),
        romaji=romaji_key(kana) or romaji_key(family + given),
        given=search_key(given),
        given_kana=search_key(parts[-1]) if len(parts) > 1 else "",
        aliases=_aliases(_text(person, "alias"), given),
        birth=_text(person, "birth_date"),
        phone=phone if len(phone) >= LEAST_PHONE else "",
        address=_address(person),
    )


def _aliases(alias: str, given: str) -> frozenset[str]:
    """Return the keys of an alias: as it stands, and as a former family name before the given one."""
    if not alias.strip():
        return frozenset()
    return frozenset({search_key(alias), search_key(alias + given)} - {""})


def _address(person: Mapping[str, object]) -> str:
    """Return the folded address without its ward, so that it may be written with or without."""
    folded = fold_address(_text(person, "address1"))
    ward = fold_address(ward_name(_text(person, "municipality")))
    place = folded.removeprefix(ward)
    return f"{_text(person, 'municipality')} {place}" if any(c.isdigit() for c in place) else ""


def compare(one: Keys, other: Keys) -> tuple[Reason, ...]:
    """Return the reasons to take two people for one, strongest first; empty when it is not enough."""
    name = _name_reasons(one, other)
    birth = _birth_reason(one.birth, other.birth)
    place = []
    if one.phone and one.phone == other.phone:
        place.append(SAME_PHONE)
    if one.address and one.address == other.address:
        place.append(SAME_ADDRESS)
    if not name and birth is SAME_BIRTH and _same_given(one, other):
        name.append(GIVEN_NAME)
    # A different birth date outweighs a common name; somebody at the same phone is family.
    if not name or (birth is None and SAME_PHONE not in place):
        return ()
    reasons = [*name, *([birth] if birth else []), *place]
    return tuple(reasons) if sum(r.weight for r in reasons) >= ENOUGH or GIVEN_NAME not in name else ()


def _same_given(one: Keys, other: Keys) -> bool:
    return bool(one.given and one.given == other.given) or bool(
        one.given_kana and one.given_kana == other.given_kana
    )


def _name_reasons(one: Keys, other: Keys) -> list[Reason]:
    found = []
    if one.name and one.name == other.name:
        found.append(SAME_NAME if one.written == other.written else VARIANT_NAME)
    elif one.name in other.aliases or other.name in one.aliases or one.aliases & other.aliases:
        found.append(FORMER_NAME)
    if one.kana and one.kana == other.kana:
        found.append(SAME_KANA)
    elif one.near_kana and one.near_kana == other.near_kana:
        found.append(NEAR_KANA)
    elif not found and one.romaji and one.romaji == other.romaji:
        found.append(SAME_ROMAJI)
    return found


def _birth_reason(one: str, other: str) -> Reason | None:
    """Return how two birth dates are near, None if they are not."""
    if not one or not other:
        return NO_BIRTH
    if one == other:
        return SAME_BIRTH
    try:
        a, b = date.fromisoformat(one), date.fromisoformat(other)
    except ValueError:
        return None
    if a.year == b.year and (a.month, a.day) == (b.day, b.month):
        return SWAPPED_BIRTH
    if (a.month, a.day) == (b.month, b.day) and abs(a.year - b.year) in _ERA_SLIPS:
        return ERA_BIRTH
    if sum(x != y for x, y in zip(one, other, strict=True)) == 1:
        return NEAR_BIRTH
    return None


def candidates_for(
    person: Mapping[str, object], people: Iterable[KnownPerson], limit: int = 20
) -> tuple[Match, ...]:
    """Return the people who may be ``person``, most likely first."""
    mine = keys_of(person)
    return _ranked((_match(mine, known, keys_of(known.person)) for known in people), limit)


class DuplicateIndex:
    """Known people by their keys, for checking many rows at once (an import, a sync)."""

    def __init__(self, people: Iterable[KnownPerson] = ()) -> None:
        self._known: dict[str, tuple[KnownPerson, Keys]] = {}
        self._blocks: dict[str, set[str]] = {}
        for known in people:
            self.add(known)

    def add(self, known: KnownPerson) -> None:
        """Add one person (or replace what is known of the case)."""
        self.discard(known.case_id)
        keys = keys_of(known.person)
        self._known[known.case_id] = (known, keys)
        for block in keys.blocks():
            self._blocks.setdefault(block, set()).add(known.case_id)

    def discard(self, case_id: str) -> None:
        """Forget a case; nothing happens when it is not known."""
        if case_id in self._known:
            for block in self._known.pop(case_id)[1].blocks():
                self._blocks[block].discard(case_id)

    def candidates(self, person: Mapping[str, object], limit: int = 20) -> tuple[Match, ...]:
        """Return the same answer as `candidates_for` over all people added."""
        mine = keys_of(person)
        near = sorted({case_id for block in mine.blocks() for case_id in self._blocks.get(block, ())})
        return _ranked((_match(mine, *self._known[case_id]) for case_id in near), limit)


def _match(mine: Keys, known: KnownPerson, theirs: Keys) -> Match | None:
    reasons = compare(mine, theirs)
    if not reasons:
        return None
    person = known.person
    sure = SAME_BIRTH in reasons and SAME_KANA in reasons and bool({SAME_NAME, VARIANT_NAME} & set(reasons))
    ward = ward_name(_text(person, "municipality"))
    address = _text(person, "address1")
    return Match(
        known.case_id,
        display_name(person),
        _text(person, "name_kana"),
        theirs.birth,
        address if not ward or address.startswith(ward) else f"{ward}{address}",
        reasons,
        sure,
        sum(reason.weight for reason in reasons) + (SURE if sure else 0),
    )


def _ranked(matches: Iterable[Match | None], limit: int) -> tuple[Match, ...]:
    found = [match for match in matches if match is not None]
    return tuple(sorted(found, key=lambda m: (-m.score, m.kana, m.case_id))[:limit])


def _text(values: Mapping[str, object], name: str) -> str:
    value = values.get(name)
    return value if isinstance(value, str) else ""
