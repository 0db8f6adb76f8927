"""Collect what an office needs to install without a network: a folder of wheels and its lock.

    .venv/bin/python packaging/wheelhouse.py FOLDER

Run on a connected machine of the office's kind (same system, same x.y of Python), after scripts/setup:
pip decides by the machine it runs on which packages a system needs. The folder then holds our wheel,
every wheel of requirements/runtime.txt, a pip for pipx (which renews its own before anything else), and
``lock.txt``: that lock with a line and a hash for these two, so that the office's pip refuses whatever
was changed on the way.
"""

import argparse
import hashlib
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements" / "runtime.txt"


def build(folder: Path) -> Path:
    """Build our wheel into ``folder`` with the tools of this environment and return it."""
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return max(folder.glob("wardclient-*.whl"), key=lambda wheel: wheel.stat().st_mtime_ns)


def download(folder: Path) -> Path:
    """Fetch the wheels of the lock, whose hashes pip compares, and a current pip, which is returned."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    wheels = [*pip, "--no-deps", "--only-binary", ":all:", "--dest", str(folder)]
    subprocess.run([*wheels, "--require-hashes", "--requirement", str(LOCK)], check=True)
    subprocess.run([*wheels, "pip"], check=True)
    return max(folder.glob("pip-*.whl"), key=lambda wheel: wheel.stat().st_mtime_ns)


def lock_line(wheel: Path) -> str:
    """Return the line of a lock that admits exactly ``wheel``."""
    name, version = wheel.name.split("-")[:2]
    return f"{name}=={version} \\\n    --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"


def main() -> int:
    """Fill the folder; the code is that of the step that failed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    try:
        added = [build(options.folder), download(options.folder)]
    except subprocess.CalledProcessError as error:
        return int(error.returncode)
    lock = LOCK.read_text(encoding="utf-8") + "".join(map(lock_line, added))
    (options.folder / "lock.txt").write_text(lock, encoding="utf-8")
    print(f"{options.folder}: {len(list(options.folder.glob('*.whl')))} wheels, lock.txt")
    return 0


if __name__ == "__main__":
    sys.exit(main())
