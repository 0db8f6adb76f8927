"""Real processes for journeys: a central service, and PCs driven by the command line."""

import json
import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PASSPHRASE = "rensyu-tsurumi-asa-no-michi"
START_SECONDS = 60


def environment() -> dict[str, str]:
    """Return the environment of a child process: this checkout, Japanese, no proxies."""
    kept = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
    return {**kept, "PYTHONPATH": str(ROOT / "src"), "PYTHONUTF8": "1", "WARDCLIENT_LANG": "ja"}


@dataclass
class Outcome:
    """What a command answered."""

    code: int
    text: str
    error: str

    @property
    def json(self) -> Any:
        """The last JSON document printed."""
        return json.loads(self.text.strip().splitlines()[-1])


@dataclass
class Central:
    """The central service as a process of its own."""

    directory: Path
    process: subprocess.Popen[str] | None = None
    log: Path | None = None
    """Where its log goes; nowhere when None."""
    options: tuple[str, ...] = ()
    """Further options of ``wardcentral serve``."""

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{(self.directory / 'port').read_text().strip()}"

    def start(self) -> None:
        """Start it (again on the same port) and wait until it accepts."""
        port_file = self.directory / "port"
        port = port_file.read_text().strip() if port_file.exists() else "0"
        if not (self.directory / "server.key").exists():
            subprocess.run(
                [sys.executable, "-m", "wardcentral", "init", "--data", str(self.directory)],
                check=True,
                env=environment(),
                capture_output=True,
            )
        with (self.log or Path(os.devnull)).open("ab") as log:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "wardcentral", "serve", "--data", str(self.directory)),
                    *("--listen", f"127.0.0.1:{port}", "--port-file", str(port_file), "--announce"),
                    *self.options,
                ],
                env=environment(),
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert "ready" in line, line

    def kill(self) -> None:
        """Kill it without warning."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Stop it as an operator would."""
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(START_SECONDS)
            if self.process.stdout is not None:
                self.process.stdout.close()
            self.process = None


@dataclass
class Office:
    """One PC: a home folder and the commands run on it."""

    home: Path
    label: str
    words: Path = field(init=False)

    def __post_init__(self) -> None:
        """Write the passphrase file beside the home, not in it."""
        self.home.parent.mkdir(parents=True, exist_ok=True)
        self.words = self.home.with_suffix(".words")
        self.words.write_text(PASSPHRASE + "\n", encoding="utf-8")

    def command(self, *arguments: str) -> list[str]:
        """Return the command line of one act."""
        return [
            *(sys.executable, "-m", "wardclient", "--home", str(self.home)),
            *("--passphrase-file", str(self.words), "--json", *arguments),
        ]

    def run(self, *arguments: str, values: dict[str, object] | None = None) -> Outcome:
        """Run one command to its end."""
        extra = ("--values", "-") if values is not None else ()
        done = subprocess.run(
            self.command(*arguments, *extra),
            check=False,
            input=json.dumps(values) if values is not None else "",
            env=environment(),
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return Outcome(done.returncode, done.stdout, done.stderr)

    def do(self, *arguments: str, values: dict[str, object] | None = None) -> Any:
        """Run one command that must succeed; return its JSON."""
        outcome = self.run(*arguments, values=values)
        assert outcome.code == 0, (arguments, outcome.code, outcome.error)
        return outcome.json

    def sync(self) -> Any:
        """Exchange with the central service."""
        return self.do("sync", "--once")


def enrol(admin: Office, newcomer: Office, team: str, roles: str) -> None:
    """Enrol a second PC as two people would: invite, eight digits, admitted."""
    invite = admin.do("admin", "invite", "--team", team, "--roles", roles)["invite"]
    joining = subprocess.Popen(
        newcomer.command("setup", "join", invite, "--label", newcomer.label, "--wait", "60"),
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    assert joining.stderr is not None
    line = joining.stderr.readline()
    code = "".join(c for c in line if c.isdigit() and c.isascii())[:8]
    assert len(code) == 8, line
    rest: list[str] = []
    reader = threading.Thread(target=lambda: rest.extend(joining.stderr or ()))
    reader.start()
    admin.do("admin", "admit", invite, "--code", code)
    out = joining.stdout.read() if joining.stdout else ""
    assert joining.wait(60) == 0, (out, rest)
    reader.join()
    for stream in (joining.stdout, joining.stderr):
        if stream is not None:
            stream.close()
