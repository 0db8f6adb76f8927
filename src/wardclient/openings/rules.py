"""What the terms of use and the dates allow (domain.md 7.4, 7.6). Pure."""

from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol

from wardclient.openings.problems import Problem

SOURCE_JA = "出典: ハローワーク（求人情報提供サービス）"
SOURCE_EN = "Source: Hello Work (job openings service)"
HOW_TO_JA = "応募には紹介が必要です。ハローワーク、または区の窓口で求人番号を伝えてください。"
HOW_TO_EN = "A referral is needed to apply. Give the opening number at Hello Work or at the ward office."


@dataclass(frozen=True, slots=True)
class AgeRule:
    """After how many days a file is old: first a warning, then no new referrals."""

    warn_after: int = 2
    block_after: int = 7


@dataclass(frozen=True, slots=True)
class FileAge:
    """How old the newest file is. ``days`` is None when none was ever read in."""

    file_date: str
    days: int | None
    level: Literal["none", "fresh", "warn", "block"]
    ja: str
    en: str


class Referable(Protocol):
    """What the rule needs to know of an opening; dates ISO, empty when unknown."""

    @property
    def listed(self) -> bool: ...  # noqa: D102
    @property
    def valid_until(self) -> str: ...  # noqa: D102
    @property
    def deadline_on(self) -> str: ...  # noqa: D102
    @property
    def file_date(self) -> str: ...  # noqa: D102


def file_age(file_date: str, today: date, rule: AgeRule | None = None) -> FileAge:
    """Return how old a file of this ISO date is today, with the sentence for the screen."""
    limits = rule or AgeRule()
    if not file_date:
        return FileAge(
            "", None, "none", "求人のファイルがまだ取り込まれていません。", "No openings file yet."
        )
    days = (today - date.fromisoformat(file_date)).days
    ja, en = f"求人のファイルは{days}日前のものです。", f"The openings file is {days} days old."
    if days > limits.block_after:
        return FileAge(
            file_date,
            days,
            "block",
            ja + "新しいファイルを取り込むまで紹介できません。",
            en + " No referrals until a newer one is read in.",
        )
    if days > limits.warn_after:
        return FileAge(
            file_date,
            days,
            "warn",
            ja + "新しいファイルを取り込んでください。",
            en + " Read in a newer one.",
        )
    if days <= 0:
        return FileAge(
            file_date, days, "fresh", "求人のファイルは今日のものです。", "The openings file is of today."
        )
    return FileAge(file_date, days, "fresh", ja, en)


def may_refer(
    opening: Referable, today: date, rule: AgeRule | None = None, *, checked_by_phone: bool = False
) -> Problem | None:
    """Return why no new referral may be made to this opening today, None when it may.

    An opening that a newer file no longer lists may be referred again once somebody has asked the
    employer or the office by phone; an expired one and one from an old file may not.
    """
    now = today.isoformat()
    last = min(day for day in (opening.valid_until, opening.deadline_on, "9999-12-31") if day)
    if last < now:
        return Problem(
            "opening_no",
            "expired",
            f"紹介期限({last})を過ぎています。紹介できません。",
            f"The referral deadline ({last}) has passed.",
        )
    if not opening.listed and not checked_by_phone:
        return Problem(
            "opening_no",
            "not_listed",
            "新しいファイルに載っていません(取消・充足の可能性)。電話で確かめてから紹介してください。",
            "No longer in the newest file (withdrawn or filled?). Ask by phone before referring.",
        )
    age = file_age(opening.file_date, today, rule)
    if age.level in {"block", "none"}:
        return Problem("opening_no", "file_too_old", age.ja, age.en)
    return None
