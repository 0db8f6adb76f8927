"""Where a ward lives. No transaction crosses a ward, so a ward may live in any cell, and move.

All cells of an installation sign with one log key: a ward pins that key when it is founded and
knows nothing of cells. A cell that gave a ward away answers every request for it with the new address,
and a workstation follows; it can be sent nowhere by that, because receipts, pages and checkpoints of
another key are not believed.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

State = Literal["here", "frozen", "incoming", "moved"]


@dataclass(frozen=True, slots=True)
class Placement:
    """What a cell does with a ward.

    ``here``: serves it. ``frozen``: reads only, while it is copied. ``incoming``: a copy that is not yet
    compared; nothing is answered. ``moved``: it lives at ``address``.
    """

    state: State = "here"
    address: str = ""


HERE = Placement()


@dataclass
class WardMap:
    """Wards that other cells serve, from a file: ``{"WARD (64 hex digits)": "https://CELL"}``.

    One file for all cells of an installation, written by move-ward and carried by whatever carries the
    city's other settings. It is read again when it changes; a file that cannot be read changes nothing.
    """

    path: Path
    _read_at: tuple[int, int] = (0, 0)
    _addresses: dict[bytes, str] = field(default_factory=dict)

    def address(self, ward: bytes) -> str:
        """Return where a ward lives; empty where the map does not say."""
        try:
            now = self.path.stat()
            seen = (now.st_mtime_ns, now.st_size)
            if seen != self._read_at:
                self._addresses = read_map(self.path)
                self._read_at = seen
        except (OSError, ValueError):
            pass
        return self._addresses.get(ward, "")


def read_map(path: Path) -> dict[bytes, str]:
    """Read a ward map; OSError or ValueError."""
    read = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(read, dict) or not all(isinstance(value, str) for value in read.values()):
        raise ValueError(path.name)
    return {bytes.fromhex(ward): address for ward, address in read.items()}


def write_map(path: Path, ward: bytes, address: str, write: Callable[[Path, str], None]) -> None:
    """Put one ward's address into the map; ``write`` replaces the file in one step."""
    known = read_map(path) if path.exists() else {}
    known[ward] = address
    shown = {name.hex(): known[name] for name in sorted(known)}
    write(path, json.dumps(shown, indent=2) + "\n")
