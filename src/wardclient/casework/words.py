"""Words that a text for the other side should not hold (domain 10, 13): a warning, never a refusal.

Diagnoses and income belong to the welfare system; race, creed, union, and the family's work
must not be collected for placement at all.
"""

import re
from collections.abc import Iterable, Mapping

from wardclient.casework.fields import FIELDS, Form
from wardclient.casework.problems import Problem

_HEALTH = (
    "うつ|鬱|統合失調|双極|発達障害|依存症|癌|がん|ＨＩＶ|HIV|糖尿|てんかん|診断|病名|服薬|処方|精神科|入院"
)
_MONEY = "生活保護|保護費|扶養義務|収入認定|医療扶助|資産|預貯金|年金額|借金|破産"
_CRIME = "前科|前歴|服役|出所|矯正|保護観察"
_FORBIDDEN = "本籍|国籍|人種|民族|信条|宗教|信仰|支持政党|労働組合|家族の職業|家族の収入"
_GROUPS = (
    (re.compile(f"{_HEALTH}|{_CRIME}"), "health", "病気・障害・犯罪歴", "health or criminal record"),
    (re.compile(_MONEY), "money", "保護や収入・資産", "benefits, income or assets"),
    (re.compile(_FORBIDDEN), "forbidden", "集めてはならない事項", "matters that may not be collected"),
)
_CROSSING = frozenset({"note", "session", "assessment", "registration", "referral", "action"})


def sensitive_words(kind: str, values: Mapping[str, object]) -> Iterable[Problem]:
    """Yield a warning for each text that could reach the other side and speaks of such matters."""
    base = kind.partition(":")[0]
    if base not in _CROSSING or values.get("visibility") in ("2", "3"):
        return
    for field in FIELDS[base]:
        value = values.get(field.name)
        if field.codes is not None or field.item == "CITY" or field.form not in _TEXTS:
            continue
        text = "\n".join(map(str, value)) if isinstance(value, list | tuple) else str(value or "")
        for pattern, code, ja, en in _GROUPS:
            if pattern.search(text):
                yield Problem(
                    field.name,
                    f"sensitive_{code}",
                    f"{field.ja}に{ja}にあたる言葉があります。相手側に渡してよいか確かめ、区だけの記録にすることもできます。",
                    f"{field.en} speaks of {en}. May it be shared? An own-office note can hold it.",
                )


_TEXTS = frozenset({Form.TEXT, Form.LONG_TEXT, Form.TEXTS})
