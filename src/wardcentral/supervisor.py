"""What a supervisor such as systemd is told: ready, stopping, still alive (the protocol of sd_notify)."""

import contextlib
import os
import socket
from collections.abc import Mapping

_MICROSECONDS = 1_000_000


class Supervisor:
    """Whoever started the process and named a socket in its environment; nobody, where it named none."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._address = environment.get("NOTIFY_SOCKET", "")
        text = environment.get("WATCHDOG_USEC", "")
        meant = environment.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        # Three signs of life in the time in which one is expected.
        self._every = int(text) / _MICROSECONDS / 3 if text.isdigit() and meant else 0.0
        self._next = 0.0

    @property
    def present(self) -> bool:
        """Whether there is one."""
        return bool(self._address)

    def ready(self) -> None:
        """The service accepts."""
        self._tell(f"READY=1\nMAINPID={os.getpid()}")

    def stopping(self) -> None:
        """The service drains or stops."""
        self._tell("STOPPING=1")

    def alive(self, now: float) -> None:
        """The event loop runs at ``now``, seconds of a clock that never jumps; told only as often as asked for."""
        if self._every and now >= self._next:
            self._next = now + self._every
            self._tell("WATCHDOG=1")

    def _tell(self, text: str) -> None:
        if not self._address or not hasattr(socket, "AF_UNIX"):
            return
        # A name that begins with @ is in the abstract namespace.
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        # A supervisor that is gone is no reason to end.
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
            sock.sendto(text.encode(), address)
