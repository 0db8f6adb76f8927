"""The command line: every act of the desk is a command (design 6).

Exit codes: 0 done, 1 refused by a rule, 2 wrong usage, 3 locked or wrong passphrase,
4 integrity failure, 5 network away (local work done and kept). Messages go to standard
error in the language of the setting; results to standard output, with ``--json`` as one
document. Imports are late, so that ``--help`` costs what argparse costs.
"""

import os
import sys
from collections.abc import Sequence

INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; no traceback ever reaches a person."""
    _utf8_streams()
    from wardclient.commands.parser import parse

    arguments = parse(sys.argv[1:] if argv is None else list(argv))
    from wardclient.commands.run import run

    try:
        return run(arguments)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of our output went away; point stdout elsewhere so that exit stays quiet.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _utf8_streams() -> None:
    """Write UTF-8 whatever the console's code page: cp932 lacks many names."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")
