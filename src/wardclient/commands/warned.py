"""What a command says of a text that the other office will read: the warning of the screens."""

from collections.abc import Mapping

from wardclient.casework.text_checks import words_found
from wardclient.casework.words import crossing, sensitive_words
from wardclient.commands.output import Printer


def warned(printer: Printer, kind: str, values: Mapping[str, object]) -> list[dict[str, object]]:
    """Return the warnings of a form, for ``warnings`` in JSON; without ``--json`` tell them beside the result.

    Each has ``field``, ``code``, ``ja``, ``en`` and ``words``: those found in the field (numbers by name).
    """
    language = "en" if printer.english else "ja"
    by_field = {name: words_found(found, language) for name, found in crossing(kind, values).items()}
    warnings = list(sensitive_words(kind, values))
    if not printer.as_json:
        for one in warnings:
            words = "、".join(by_field[one.field])
            printer.say(f"注意: {one.ja} ({words})", f"Note: {one.en} ({words})")
    return [
        {"field": one.field, "code": one.code, "ja": one.ja, "en": one.en, "words": by_field[one.field]}
        for one in warnings
    ]
