"""From a form's values to the operations of one event."""

from collections.abc import Iterable, Mapping

from wardclient.ledger.events import Op, Put, Value
from wardclient.ledger.registers import Register

Registers = Mapping[str, Register]


def puts(entity: str, values: Mapping[str, object], registers: Registers) -> list[Op]:
    """Return a write for each value that differs from what is shown, naming all it replaces.

    A field in conflict is written even if the value is the one shown: saving it decides.
    """
    found: list[Op] = []
    for name, value in values.items():
        register = registers.get(name, Register())
        shown = register.shown
        if shown is not None and shown.value == value and not register.conflict:
            continue
        if shown is None and value in (None, "", []):
            continue
        found.append(Put(entity, name, plain(value), register.versions))
    return found


def plain(value: object) -> Value:
    """Return ``value`` as a field holds it; TypeError for anything else is a programming error."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, list | tuple | set | frozenset):
        return [str(item) for item in (sorted(value) if isinstance(value, set | frozenset) else value)]
    raise TypeError(type(value).__name__)


def shown_values(registers: Registers) -> dict[str, Value]:
    """Return the shown value of each field that has one."""
    return {name: register.shown.value for name, register in registers.items() if register.shown is not None}


def only(values: Mapping[str, object], names: Iterable[str]) -> dict[str, object]:
    """Return the values of ``names``."""
    wanted = set(names)
    return {name: value for name, value in values.items() if name in wanted}
