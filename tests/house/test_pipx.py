"""The wheel through pipx, as an office on a closed network installs it, libraries and all.

The tests use no network beyond loopback, so the wheels of the libraries are made again from what the
lock installed beside the tests: the same files, packed. Resolving what our wheel asks for, the new
environment and the two programs on the path are then pipx's own work.
"""

import importlib.metadata
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCK = (ROOT / "requirements" / "runtime.txt").read_text(encoding="utf-8")


def run(*command: str | Path, environment: dict[str, str]) -> str:
    """Run a command to its end and return what it printed; its output is in the error when it fails."""
    home = environment["HOME"]
    done = subprocess.run(
        command, env=environment, cwd=home, capture_output=True, text=True, timeout=170, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def pack(name: str, folder: Path) -> None:
    """Make the wheel of an installed library again; a library for other systems only is passed over."""
    try:
        library = importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        return
    tag = re.findall(r"^Tag: (\S+)$", library.read_text("WHEEL") or "", re.MULTILINE)[0]
    stem = f"{re.sub(r'[-_.]+', '_', library.metadata['Name'])}-{library.version}"
    with zipfile.ZipFile(folder / f"{stem}-{tag}.whl", "w") as wheel:
        for file in library.files or []:
            if ".." not in file.parts and file.suffix != ".pyc" and file.name != "direct_url.json":
                wheel.write(file.locate(), file.as_posix())


@pytest.fixture(scope="module")
def wheelhouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with our wheel, those of the runtime lock, and a pip for pipx."""
    folder = tmp_path_factory.mktemp("wheelhouse")
    build = (sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT)
    run(*build, environment={**os.environ, "HOME": str(folder)})
    for name in [*re.findall(r"^([\w.-]+)==", LOCK, re.MULTILINE), "pip"]:
        pack(name, folder)
    return folder


@pytest.fixture
def office(tmp_path: Path, wheelhouse: Path) -> dict[str, str]:
    """Return the environment of a user who has never used pipx and has no network."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("PIP", "PYTHON"))}
    return own | {
        "HOME": str(tmp_path),
        "USERPROFILE": str(tmp_path),
        "PIPX_HOME": str(tmp_path / "pipx"),
        "PIPX_BIN_DIR": str(tmp_path / "bin"),
        "PIPX_MAN_DIR": str(tmp_path / "man"),
        "PIPX_DEFAULT_PYTHON": sys.executable,
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(wheelhouse),
    }


def test_pipx_installs_the_wheel_and_both_programs_answer(office: dict[str, str]) -> None:
    """``pipx install wardclient`` fetches what the wheel names; both programs run from their own place."""
    home = Path(office["HOME"])
    run(sys.executable, "-m", "pipx", "install", "wardclient[central]", environment=office)
    suffix = ".exe" if os.name == "nt" else ""
    for program in ("wardclient", "wardcentral"):
        assert program in run(home / "bin" / f"{program}{suffix}", "--help", environment=office)
    environment = home / "pipx" / "venvs" / "wardclient"
    interpreter = next(path for path in environment.glob("*/python*") if path.stem == "python")
    code = "import wardclient, wardcentral, typst, psycopg; print(wardclient.__file__, typst.__file__)"
    for place in run(interpreter, "-c", code, environment=office).split():
        assert Path(place).is_relative_to(environment)
    assert "wardclient 0" in run(sys.executable, "-m", "pipx", "list", "--short", environment=office)
