"""scripts/setup: from nothing to a working environment, and no work when there is none to do."""

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a small checkout, in a folder with a space and a Japanese name, whose lock is empty."""
    folder = tmp_path_factory.mktemp("check out") / "鶴見"
    shutil.copytree(ROOT / "scripts", folder / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "requirements").mkdir()
    (folder / "requirements" / "runtime.txt").write_text("# nothing\n")
    package = folder / "src" / "wardclient"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "__main__.py").write_text("import sys\nprint(sys.argv[1:])\n")
    return folder


def run(checkout: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run one of the scripts from another folder, with this test's Python first in the search."""
    return subprocess.run(
        [checkout / "scripts" / command[0], *command[1:]],
        cwd="/",
        env={**os.environ, "WARDCLIENT_PYTHON": sys.executable, "PYTHONPATH": "", **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=170,
    )


def stamp(checkout: Path) -> Path:
    """Return the file that says which lock .venv was made from."""
    return checkout / ".venv" / "wardclient-lock"


@pytest.fixture
def ready(checkout: Path) -> Path:
    """Return the checkout with an environment that matches its lock, whatever the test before left."""
    done = run(checkout, "setup", "runtime")
    assert done.returncode == 0, done.stderr
    return checkout


def test_the_demo_runs_the_program_with_its_arguments(ready: Path) -> None:
    """After one setup the sources are importable and the arguments arrive as typed."""
    done = run(ready, "demo", "--as", "hello work")
    assert (done.stdout, done.stderr) == ("['demo', '--as', 'hello work']\n", "")


def test_a_second_setup_says_and_changes_nothing(ready: Path) -> None:
    """An environment that matches its lock is left alone, silently."""
    before = stamp(ready).stat().st_mtime_ns
    done = run(ready, "setup", "runtime")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert stamp(ready).stat().st_mtime_ns == before


def test_a_changed_lock_is_installed(ready: Path) -> None:
    """The stamp follows the lock."""
    before = stamp(ready).read_text()
    (ready / "requirements" / "runtime.txt").write_text("# nothing, in other words\n")
    assert run(ready, "setup", "runtime").returncode == 0
    assert stamp(ready).read_text() != before


def test_an_interrupted_setup_is_made_good(ready: Path) -> None:
    """Without its stamp an environment counts as unfinished, and is finished."""
    whole = stamp(ready).read_text()
    stamp(ready).unlink()
    done = run(ready, "setup", "runtime")
    assert (done.returncode, "準備しています" in done.stderr) == (0, True)
    assert stamp(ready).read_text() == whole


def test_two_terminals_opened_at_once_make_one_environment(ready: Path) -> None:
    """The city's and Hello Work's demo may start together: one prepares, the other waits and goes on."""
    stamp(ready).unlink()
    with ThreadPoolExecutor(2) as terminals:
        done = list(terminals.map(lambda office: run(ready, "demo", "--as", office), ("city", "hellowork")))
    assert [one.returncode for one in done] == [0, 0]
    assert sum("準備しています" in one.stderr for one in done) == 1


def test_a_package_that_does_not_match_its_hash_is_refused(ready: Path) -> None:
    """A lock whose line has no hash installs nothing, says so in both languages and leaves no stamp."""
    lock = ready / "requirements" / "runtime.txt"
    kept = lock.read_text()
    lock.write_text("wardclient-that-is-nowhere==1.0\n")
    done = run(ready, "setup", "runtime", PIP_NO_INDEX="1")
    lock.write_text(kept)
    assert done.returncode == 1
    assert "部品をインストールできませんでした" in done.stderr
    assert "Traceback" not in done.stderr
    assert not stamp(ready).exists()


@pytest.mark.parametrize("name", ["python3", "python3.11"])
def test_an_old_python_is_named_as_the_reason(tmp_path: Path, name: str) -> None:
    """Where only an older Python is found, the message says what to install, in Japanese and English."""
    tools = tmp_path / "bin"
    tools.mkdir()
    for tool in ("sh", "dirname", "cat"):
        (tools / tool).symlink_to(str(shutil.which(tool)))
    (tools / name).write_text("#!/bin/sh\nexit 1\n")
    (tools / name).chmod(0o755)
    shutil.copytree(ROOT / "scripts", tmp_path / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    done = run(tmp_path, "setup", PATH=str(tools), WARDCLIENT_PYTHON="")
    assert done.returncode == 1
    assert "Python 3.11 以上" in done.stderr
    assert "Python 3.11 or later" in done.stderr


def test_an_unknown_kind_is_wrong_usage(ready: Path) -> None:
    """A misspelt kind ends with code 2 and the usage."""
    done = run(ready, "setup", "develop")
    assert (done.returncode, done.stderr) == (2, "scripts/setup [dev|runtime]\n")


@pytest.mark.parametrize("name", ["setup", "demo", "check", "test"])
def test_each_script_has_its_twin(name: str) -> None:
    """What can be done on Linux can be done in PowerShell."""
    assert os.access(ROOT / "scripts" / name, os.X_OK)
    assert (ROOT / "scripts" / f"{name}.ps1").is_file()


def test_the_gate_calls_the_tests() -> None:
    """What lands has passed scripts/test."""
    gate = ROOT / ".ci" / "run"
    assert os.access(gate, os.X_OK)
    assert "scripts/test" in gate.read_text()
