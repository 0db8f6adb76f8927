"""What is shipped to run the service names commands, options, doors and limits that exist."""

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]

from wardcentral import app, cli, refused, server, service
from wardcentral.app import create_app
from wardcentral.founding import Founding
from wardcentral.memory_store import MemoryStore
from wardcentral.service import Service
from wardproto.signing import Ed25519Signing

ROOT = Path(__file__).parents[2]
PACKAGING = ROOT / "packaging"
OPERATIONS = ROOT / "docs" / "operations"
UNIT = PACKAGING / "systemd" / "wardcentral.service"
NGINX = PACKAGING / "proxy" / "nginx.conf"


def commands_in(text: str) -> list[list[str]]:
    """Return the arguments of each call of the program in a page's code blocks or a unit's lines."""
    joined = text.replace("\\\n", " ")
    found = []
    for line in joined.splitlines():
        match = re.match(r"^(?:ExecStart=)?(?:sudo -u \w+ )?(?:[\w./]*/)?wardcentral (.+)$", line.strip())
        if match:
            found.append(shlex.split(match[1].replace("${", "").replace("}", ""), comments=True))
    return found


def code_of(page: Path) -> str:
    """Return a page's code blocks."""
    return "\n".join(
        re.findall(r"^```\w*\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    )


def understood(arguments: list[str]) -> bool:
    """Whether the program takes these arguments."""
    try:
        cli._parser().parse_args(arguments)
    except SystemExit:
        return False
    return True


@pytest.mark.parametrize("page", sorted(OPERATIONS.rglob("*.md")), ids=lambda page: page.stem)
def test_every_command_in_the_handbook_is_one_the_program_takes(page: Path) -> None:
    """In code blocks, word for word."""
    for arguments in commands_in(code_of(page)):
        assert understood(arguments), arguments


def test_the_search_for_commands_finds_them() -> None:
    """In a shell, as another user, with a path, over two lines; and a wrong option is seen."""
    text = "wardcentral verify --data x\nsudo -u w /opt/bin/wardcentral init --data \\\n  y\nls wardcentral\n"
    assert commands_in(text) == [["verify", "--data", "x"], ["init", "--data", "y"]]
    assert understood(["verify", "--data", "x"])
    assert not understood(["verify", "--data", "x", "--nothing"])
    assert sum(len(commands_in(code_of(page))) for page in OPERATIONS.rglob("*.md")) > 10


def unit() -> dict[str, list[str]]:
    """Return the unit's settings."""
    settings: dict[str, list[str]] = {}
    for line in UNIT.read_text(encoding="utf-8").splitlines():
        if "=" in line and not line.startswith("#"):
            name, _, text = line.partition("=")
            settings.setdefault(name, []).append(text)
    return settings


def test_the_unit_starts_a_command_that_exists_and_stops_it_patiently() -> None:
    """Its time to stop holds the draining and the grace; codes that a start cannot heal are not tried again."""
    settings = unit()
    (arguments,) = commands_in(UNIT.read_text(encoding="utf-8"))
    options = cli._parser().parse_args(arguments)
    assert int(settings["TimeoutStopSec"][0]) > options.drain + server.GRACE_SECONDS + 10
    assert set(settings["RestartPreventExitStatus"][0].split()) == {str(refused.USAGE), str(cli.BROKEN)}
    assert int(settings["LimitNOFILE"][0]) >= options.connections + server.SPARE_FILES
    assert settings["Type"] == ["notify"]
    for hardened in ("NoNewPrivileges", "PrivateTmp", "PrivateDevices", "ProtectHome", "RestrictNamespaces"):
        assert settings[hardened] == ["yes"]
    assert settings["ProtectSystem"] == ["strict"]
    assert settings["CapabilityBoundingSet"] == [""]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not on this machine")
@pytest.mark.parametrize("path", sorted(PACKAGING.rglob("*.service")), ids=lambda path: path.stem)
def test_systemd_takes_the_units_and_finds_them_closed(path: Path, tmp_path: Path) -> None:
    """No setting that systemd does not know; what the unit may do to the machine is rated "OK" or better."""
    unit = tmp_path / path.name
    # What it starts is not installed here; everything else is as it is.
    text = re.sub(
        r"^ExecStart=\S+", f"ExecStart={sys.executable}", path.read_text(encoding="utf-8"), flags=re.MULTILINE
    )
    unit.write_text(text, encoding="utf-8")
    told = subprocess.run(
        ["systemd-analyze", "verify", str(unit)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert (told.returncode, told.stderr) == (0, "")
    subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=20", "--no-pager", str(unit)],
        stdout=subprocess.DEVNULL, check=True,
    )  # fmt: skip


def test_the_unit_and_the_scrape_and_the_rotation_mean_the_same_places() -> None:
    """The metrics are fetched where they are given, and the file is rotated that is written."""
    (arguments,) = commands_in(UNIT.read_text(encoding="utf-8"))
    options = cli._parser().parse_args(arguments)
    scrape = yaml.safe_load((PACKAGING / "prometheus" / "scrape.yml").read_text(encoding="utf-8"))
    (job,) = scrape["scrape_configs"]
    assert job["static_configs"][0]["targets"] == [options.metrics]
    rules = (PACKAGING / "prometheus" / "wardcentral.rules.yml").read_text(encoding="utf-8")
    assert set(re.findall(r'job="(\w+)"', rules)) == {job["job_name"]}
    rotated = re.findall(
        r"^(/\S+) \{", (PACKAGING / "logrotate" / "wardcentral").read_text(encoding="utf-8"), re.MULTILINE
    )
    written = str(options.log).replace("LOGS_DIRECTORY", f"/var/log/{unit()['LogsDirectory'][0]}")
    assert rotated == [written]


def test_the_container_starts_a_command_that_exists() -> None:
    """As an unprivileged user, in the form that passes signals on, and asking a door that is there."""
    text = (PACKAGING / "container" / "Containerfile").read_text(encoding="utf-8")
    entry = json.loads(re.findall(r"^ENTRYPOINT (.+)$", text, re.MULTILINE)[0])
    arguments = json.loads(re.findall(r"^CMD (.+)$", text, re.MULTILINE)[-1])
    assert entry[0].endswith("/wardcentral")
    assert understood(arguments)
    assert re.search(r"^USER wardcentral$", text, re.MULTILINE)
    port = arguments[arguments.index("--listen") + 1].rpartition(":")[2]
    assert f"EXPOSE {port}" in text
    assert f"127.0.0.1:{port}/health/live" in text
    for call in re.findall(r"^#   podman run .* wardcentral (\w.*)$", text, re.MULTILINE):
        assert understood(shlex.split(call))


def doors() -> dict[str, str]:
    """Return each path of the service, filled in, by its template."""
    made = Service(MemoryStore(), MemoryStore, Ed25519Signing(), bytes(32), lambda: 0, Founding())
    paths = [str(getattr(route, "path", "")) for route in create_app(made).routes]
    return {path: path.replace("{ward}", "ab" * 32).replace("{invite}", "cd" * 16) for path in paths}


def test_the_proxy_passes_on_the_doors_of_the_service_and_nothing_else() -> None:
    """Each door but those for the machine itself; no metrics; nothing longer or shorter."""
    (pattern,) = re.findall(r'location ~ "([^"]+)"', NGINX.read_text(encoding="utf-8"))
    inside = {"/health", "/health/ready"}
    known = doors()
    assert len(known) > 7
    for template, path in known.items():
        assert bool(re.search(pattern, path)) == (template not in inside), template
        assert not re.search(pattern, path + "/x")
        assert not re.search(pattern, "/x" + path)
    assert not re.search(pattern, "/metrics")


def test_the_proxys_limits_leave_the_services_own_in_force() -> None:
    """It neither cuts a waiting poll nor refuses a body that the service takes, nor touches path or request."""
    text = NGINX.read_text(encoding="utf-8")
    megabytes = int(re.findall(r"client_max_body_size (\d+)m;", text)[0])
    assert megabytes * 1024 * 1024 >= app.MAX_BLOCKS_BODY
    assert int(re.findall(r"proxy_read_timeout (\d+)s;", text)[0]) > service.WAKE_SECONDS + 10
    assert int(re.findall(r"keepalive_timeout (\d+)s;", text)[0]) < server.KEEP_ALIVE_SECONDS
    assert re.search(r"proxy_pass http://\w+;", text), "a path after the host would rewrite what was signed"
    assert "proxy_next_upstream off;" in text
    assert not re.search(r"log_format[^;]*\$(request\b|request_uri|uri|args|remote_addr|http_)", text)
    assert text.count("{") == text.count("}")
