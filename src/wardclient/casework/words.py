"""Warnings for texts that could reach the other side (domain 10, 13): which fields, which matters.

Never a refusal. What counts as such a matter is in `text_checks`.
"""

from collections.abc import Iterable, Mapping

from wardclient.casework.fields import FIELDS, Form
from wardclient.casework.problems import Problem
from wardclient.casework.text_checks import Finding, Matter, findings

_CROSSING = frozenset({"note", "session", "assessment", "registration", "referral", "action", "plan"})
OWN = ("2", "3", "own")
"""Visibilities of a note that stays here: 区のみ, HWのみ, and the form's own word for either."""
_TEXTS = frozenset({Form.TEXT, Form.LONG_TEXT, Form.TEXTS})


def sensitive_words(kind: str, values: Mapping[str, object]) -> Iterable[Problem]:
    """Yield a warning for each text that could reach the other side and speaks of such matters."""
    for name, found in crossing(kind, values).items():
        field = next(field for field in FIELDS[kind.partition(":")[0]] if field.name == name)
        for matter in dict.fromkeys(one.matter for one in found):
            if matter is not Matter.MY_NUMBER:  # refused elsewhere
                ja, en = matter.label(), matter.label("en")
                yield Problem(
                    name,
                    f"sensitive_{matter}",
                    f"{field.ja}に{ja}にあたる言葉があります。相手側に渡してよいか確かめ、区だけの記録にすることもできます。",
                    f"{field.en} speaks of {en}. May it be shared? An own-office note can hold it.",
                )


def crossing(kind: str, values: Mapping[str, object]) -> Mapping[str, tuple[Finding, ...]]:
    """Return, by field, what was found in texts that could reach the other side; {} for own-office ones."""
    base = kind.partition(":")[0]
    if base not in _CROSSING or values.get("visibility") in OWN:
        return {}
    found: dict[str, tuple[Finding, ...]] = {}
    for field in FIELDS[base]:
        value = values.get(field.name)
        if field.codes is not None or field.item == "CITY" or field.form not in _TEXTS:
            continue
        text = "\n".join(map(str, value)) if isinstance(value, list | tuple) else str(value or "")
        if here := findings(text):
            found[field.name] = here
    return found
