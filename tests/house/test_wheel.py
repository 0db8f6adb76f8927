"""The wheel as an office gets it: built by the standard backend, installed apart from this folder, run."""

import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def run(*command: str | Path, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; its output is in the error when it fails."""
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=170,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel once."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT, folder=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel into a folder of its own, with the libraries of this environment beside it."""
    folder = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    run(*pip, "--no-deps", "--no-index", "--no-compile", "--target", folder, wheel, folder=folder)
    return folder


def test_the_wheel_holds_every_file_of_the_sources(wheel: Path) -> None:
    """Modules, stylesheets, catalogues, reference tables: what the programs read is in it, and no more."""
    sources = {
        path.relative_to(SRC).as_posix()
        for package in ("wardproto", "wardclient", "wardcentral")
        for path in (SRC / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    inside = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert inside == sources
    assert "wardclient/__init__.py" in inside


def test_the_wheel_asks_for_what_the_project_declares(wheel: Path) -> None:
    """The wheel runs on every system and names each dependency, so that pipx fetches what is needed."""
    assert wheel.name == f"wardclient-{PROJECT['version']}-py3-none-any.whl"
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith("METADATA")]
        metadata = archive.read(name).decode()
    extras = PROJECT["optional-dependencies"]
    assert metadata.count("Requires-Dist: ") == len(PROJECT["dependencies"]) + sum(map(len, extras.values()))
    assert all(f"Provides-Extra: {extra}" in metadata for extra in extras)
    assert f"Requires-Python: {PROJECT['requires-python']}" in metadata


@pytest.mark.parametrize("program", PROJECT["scripts"])
def test_an_installed_program_runs(installed: Path, program: str, tmp_path: Path) -> None:
    """The command that pipx would put on the path answers ``--help`` from the wheel, not from this folder."""
    suffix = ".exe" if os.name == "nt" else ""
    done = run(installed / "bin" / f"{program}{suffix}", "--help", folder=tmp_path, PYTHONPATH=str(installed))
    assert program in done.stdout


@pytest.mark.parametrize("package", ["wardclient", "wardproto"])
def test_the_installed_copy_is_the_one_that_runs(installed: Path, package: str, tmp_path: Path) -> None:
    """The tests above would prove nothing if the sources beside them answered."""
    code = f"import {package}; print({package}.__file__)"
    done = run(sys.executable, "-c", code, folder=tmp_path, PYTHONPATH=str(installed))
    assert Path(done.stdout.strip()).is_relative_to(installed)
