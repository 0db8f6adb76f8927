"""Logs of steps as the streams of a case hold them: 紹介, 支援要請 and 本人の意向 are read alike (`casework.steps`)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from wardclient.casework.coding import Code
from wardclient.casework.steps import Step, step_of
from wardclient.desk.writing import shown_values
from wardclient.ledger.events import Value
from wardclient.ledger.registers import Register, Write

S = TypeVar("S", bound=Code)


@dataclass(frozen=True)
class Written(Generic[S]):
    """A step with what else its record says."""

    step: Step[S]
    values: Mapping[str, Value]
    device: bytes
    """Who wrote it."""
    unsent: bool
    """Whether the central service has not got it yet."""


def read_step(states: type[S], name: str, registers: Mapping[str, Register]) -> Written[S] | None:
    """Return the step that a record holds; None where it does not say to which of ``states``, or on which day."""
    values = shown_values(registers)
    head = registers["state"].shown if "state" in registers else None
    step = step_of(states, name, values, head.hlc) if head is not None else None
    if step is None or head is None:
        return None
    return Written(step, values, head.version[0], head.recv_ms is None)


def first_author(registers: Mapping[str, Register]) -> bytes:
    """Return the device that wrote first of what is shown."""
    heads = [head for register in registers.values() for head in register.heads]
    return min(heads, key=Write.order).version[0] if heads else b""


def as_text(value: object) -> str:
    """Return a stored text; empty for anything else."""
    return value if isinstance(value, str) else ""
