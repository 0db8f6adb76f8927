"""Run every static check and say at the end which failed: one run shows all there is to mend."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

CHECKS = {
    "format": ("ruff", "format", "--check", "."),
    "lint": ("ruff", "check", "."),
    "types": ("mypy",),
    "imports": ("pytest", "-q", "--no-header", "tests/house/test_layers.py"),
}
"""The name of each check and the module that makes it, with its arguments."""


def main() -> int:
    """Return 0 when every check holds."""
    failed = [
        name
        for name, command in CHECKS.items()
        if subprocess.run([sys.executable, "-m", *command], cwd=ROOT, check=False).returncode
    ]
    if failed:
        sys.stderr.write(f"check: failed: {', '.join(failed)}\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
