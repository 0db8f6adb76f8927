"""The practice ward's central service: a real one, on loopback, started once and shared."""

import os
import subprocess
import sys
import time
from pathlib import Path

import httpx

from wardclient.desk.api import AwayError

START_SECONDS = 30.0
IDLE_SECONDS = 1800


def address(directory: Path) -> str:
    """Return the service's address; empty before its first start."""
    try:
        return f"http://127.0.0.1:{int((directory / 'port').read_text(encoding='ascii'))}"
    except (OSError, ValueError):
        return ""


def answers(url: str) -> bool:
    """Whether a service answers at ``url``."""
    if not url:
        return False
    try:
        with httpx.Client(trust_env=False, timeout=2.0) as client:
            return client.get(f"{url}/health").is_success
    except httpx.HTTPError:
        return False


def ensure(directory: Path) -> str:
    """Return the address of the running service, starting it where it does not run.

    It keeps its port over restarts, because the homes remember it, outlives the screen that
    started it (a second office may be using it) and ends by itself when nobody calls any more.
    """
    url = address(directory)
    if answers(url):
        return url
    directory.mkdir(parents=True, exist_ok=True)
    if not (directory / "server.key").exists():
        subprocess.run([*_command("init"), "--data", str(directory)], check=True, capture_output=True)  # noqa: S603
    port = url.rpartition(":")[2] or "0"
    _start(directory, port)
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if answers(address(directory)):
            return address(directory)
        time.sleep(0.05)
    raise AwayError(
        "練習区の中央サービスを始められませんでした。練習のデータは残っています。もう一度試してください。",
        "The practice service did not start. The practice data is safe; try again.",
    )


def stop(directory: Path) -> bool:
    """Ask the service to end; return whether one was running."""
    try:
        pid = int((directory / "pid").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return False
    if not answers(address(directory)):
        return False
    try:
        os.kill(pid, 15)
    except OSError:
        return False
    deadline = time.monotonic() + START_SECONDS
    while answers(address(directory)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return True


def _command(act: str) -> list[str]:
    return [sys.executable, "-m", "wardcentral", act]


def _start(directory: Path, port: str) -> None:
    command = [
        *_command("serve"),
        "--data",
        str(directory),
        "--listen",
        f"127.0.0.1:{port}",
        "--port-file",
        str(directory / "port"),
        "--pid-file",
        str(directory / "pid"),
        "--exit-when-idle",
        str(IDLE_SECONDS),
    ]
    own_session: dict[str, object] = {"start_new_session": True}
    if sys.platform == "win32":
        own_session = {"creationflags": subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP}
    with (directory / "service.log").open("ab") as log:
        subprocess.Popen(  # noqa: S603
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            **own_session,  # type: ignore[call-overload]
        )
