"""What the first screen costs: Textual and nothing heavier."""

import subprocess
import sys

HEAVY = ("sqlmodel", "sqlalchemy", "httpx", "sqlcipher3", "cryptography", "pydantic", "msgspec", "wardproto")


def test_the_first_screen_imports_nothing_heavy() -> None:
    """A fresh interpreter that imports the application holds no storage, network or cryptography."""
    probe = f"import sys, wardclient.app; print([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"
