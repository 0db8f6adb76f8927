"""A real cell on one machine: etcd, and PostgreSQL members under Patroni, all on loopback.

The tools are Debian's own (postgresql, patroni, etcd-server); the members run the very file that
an operator installs, packaging/cluster/patroni.yml. PostgreSQL refuses to run as root: then everything
here is started as the user ``postgres`` that Debian's package made.
"""

import contextlib
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from string import Template
from typing import Any, Self

import httpx
import psutil

ROOT = Path(__file__).resolve().parent.parent
PATRONI = ROOT / "packaging" / "cluster" / "patroni.yml"
ADDRESS = "127.0.0.1"
START_SECONDS = 90.0
LOOK_SECONDS = 0.1


class MissingToolError(Exception):
    """A program of the cluster is not installed; the message names the package."""


def tool(name: str, package: str) -> str:
    """Return the path of a program or say which package brings it."""
    found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/bin")
    if found is None:
        message = f"{name} is not installed (Debian: {package})"
        raise MissingToolError(message)
    return found


def postgres_programs() -> Path:
    """Return the folder of the newest PostgreSQL that Debian's packages installed."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    if not folders:
        message = "no PostgreSQL below /usr/lib/postgresql (Debian: postgresql)"
        raise MissingToolError(message)
    return folders[-1]


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on now."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for sock in sockets:
            sock.bind((ADDRESS, 0))
        return [int(sock.getsockname()[1]) for sock in sockets]


def ask(url: str) -> dict[str, Any]:
    """Return what an address says of itself in JSON; empty when it does not answer."""
    try:
        said: dict[str, Any] = httpx.get(url, timeout=1, trust_env=False).json()
    except (httpx.HTTPError, ValueError):
        return {}
    return said


def until(true: Callable[[], bool], what: str, seconds: float = START_SECONDS) -> None:
    """Look until something is true; TimeoutError names it."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise TimeoutError(what)
        time.sleep(LOOK_SECONDS)


@dataclass
class Member:
    """One machine of the cell: a Patroni and the PostgreSQL that it runs."""

    name: str
    port: int
    rest_port: int
    folder: Path
    patroni: "subprocess.Popen[bytes] | None" = None

    @property
    def data(self) -> Path:
        """PostgreSQL's own folder."""
        return self.folder / "data"

    def state(self) -> dict[str, Any]:
        """Return what Patroni says of itself; empty when it does not answer."""
        return ask(f"http://{ADDRESS}:{self.rest_port}/patroni")

    def postmaster(self) -> psutil.Process | None:
        """Return the process of PostgreSQL, if it lives."""
        try:
            return psutil.Process(int((self.data / "postmaster.pid").read_text().splitlines()[0]))
        except (OSError, ValueError, IndexError, psutil.NoSuchProcess):
            return None

    def kill_postgres(self) -> None:
        """End PostgreSQL and every process of it with -9, at once."""
        postmaster = self.postmaster()
        if postmaster is None:
            return
        with contextlib.suppress(psutil.NoSuchProcess):
            # Stopped first, so that it cannot tell its children anything before they die too.
            postmaster.suspend()
            for process in (*postmaster.children(recursive=True), postmaster):
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()

    def kill_machine(self) -> None:
        """End Patroni and PostgreSQL with -9, as when the machine loses power."""
        if self.patroni is not None:
            os.killpg(self.patroni.pid, signal.SIGKILL)
            self.patroni.wait()
            self.patroni = None
        self.kill_postgres()


@dataclass
class Cluster:
    """A cell: ``with Cluster(folder) as cell: …``; everything is stopped and left in ``folder`` after."""

    folder: Path
    count: int = 3
    members: list[Member] = field(default_factory=list)
    passwords: dict[str, str] = field(default_factory=dict)
    _etcd: "subprocess.Popen[bytes] | None" = None
    _etcd_port: int = 0

    def __enter__(self) -> Self:
        """Start all and wait until a primary has its synchronous standby."""
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Stop everything."""
        self.stop()

    def _start(self) -> None:
        for program, package in (("etcd", "etcd-server"), ("patroni", "patroni")):
            tool(program, package)
        self.folder.mkdir(parents=True, exist_ok=True)
        self._own(self.folder)
        self.passwords = {role: secrets.token_urlsafe(18) for role in ("superuser", "replication", "rewind")}
        client, peer, *ports = free_ports(2 + 2 * self.count)
        self._etcd_port = client
        self._start_etcd(client, peer)
        for number in range(self.count):
            folder = self.folder / f"member{number + 1}"
            folder.mkdir(mode=0o700)
            self._own(folder)
            port, rest_port = ports[2 * number : 2 * number + 2]
            self.members.append(Member(f"member{number + 1}", port, rest_port, folder))
        for member in self.members:
            self.start_member(member)
        until(self.is_whole, "a primary with a synchronous standby")

    def stop(self) -> None:
        """End every process that was started here."""
        for member in self.members:
            member.kill_machine()
        if self._etcd is not None:
            self._etcd.kill()
            self._etcd.wait()
            self._etcd = None

    # --- processes

    def _own(self, path: Path) -> None:
        if os.geteuid() == 0:
            shutil.chown(path, "postgres", "postgres")

    def _run(self, command: Sequence[str], log: Path) -> "subprocess.Popen[bytes]":
        user = "postgres" if os.geteuid() == 0 else None
        environment = {
            "PATH": f"{postgres_programs()}:/usr/bin:/bin",
            "HOME": pwd.getpwnam(user).pw_dir if user else str(self.folder),
            "LANG": "C.UTF-8",
        }
        with log.open("ab") as out:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env=environment,
                user=user,
                group=user,
                extra_groups=[] if user else None,
                start_new_session=True,
            )

    def _start_etcd(self, client: int, peer: int) -> None:
        data = self.folder / "etcd"
        url, peers = f"http://{ADDRESS}:{client}", f"http://{ADDRESS}:{peer}"
        arguments = {
            "--name": "drill",
            "--data-dir": str(data),
            "--listen-client-urls": url,
            "--advertise-client-urls": url,
            "--listen-peer-urls": peers,
            "--initial-advertise-peer-urls": peers,
            "--initial-cluster": f"drill={peers}",
            "--logger": "zap",
            "--log-level": "error",
        }
        command = [tool("etcd", "etcd-server"), *(part for pair in arguments.items() for part in pair)]
        self._etcd = self._run(command, self.folder / "etcd.log")

        def healthy() -> bool:
            return ask(f"{url}/health").get("health") == "true"

        until(healthy, "etcd")

    def start_member(self, member: Member) -> None:
        """Start Patroni on one machine; it starts or rejoins PostgreSQL by itself."""
        values = {
            "cell": "cell1",
            "member": member.name,
            "address": ADDRESS,
            "rest_port": member.rest_port,
            "port": member.port,
            "etcd": f"{ADDRESS}:{self._etcd_port}",
            "data": member.data,
            "bin": postgres_programs(),
            "private": member.folder,
            "network": f"{ADDRESS}/32",
            **{f"{role}_password": password for role, password in self.passwords.items()},
        }
        settings = member.folder / "patroni.yml"
        settings.write_text(
            Template(PATRONI.read_text(encoding="utf-8")).substitute(values), encoding="utf-8"
        )
        settings.chmod(0o600)
        self._own(settings)
        member.patroni = self._run([tool("patroni", "patroni"), str(settings)], member.folder / "patroni.log")

    # --- what the cell says of itself

    def cell(self) -> list[dict[str, Any]]:
        """Return the members as any living Patroni lists them."""
        for member in self.members:
            listed: list[dict[str, Any]] = ask(f"http://{ADDRESS}:{member.rest_port}/cluster").get(
                "members", []
            )
            if listed:
                return listed
        return []

    def primary(self) -> Member | None:
        """Return the member that leads and runs."""
        for member in self.members:
            said = member.state()
            if said.get("role") in {"master", "primary"} and said.get("state") == "running":
                return member
        return None

    def is_whole(self) -> bool:
        """Whether there is a primary, a synchronous standby, and every member runs."""
        listed = self.cell()
        roles = [entry.get("role") for entry in listed if entry.get("state") in {"running", "streaming"}]
        return len(roles) == self.count and "leader" in roles and "sync_standby" in roles

    def url(self, database: str, user: str, password: str) -> str:
        """Return an address that finds whichever member is the primary."""
        hosts = ",".join(f"{ADDRESS}:{member.port}" for member in self.members)
        return (
            f"postgresql://{user}:{password}@{hosts}/{database}"
            "?target_session_attrs=read-write&connect_timeout=3"
        )
