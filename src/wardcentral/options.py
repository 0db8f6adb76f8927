"""The options of ``wardcentral serve``."""

import argparse
from pathlib import Path

from wardcentral.texts import say


def add_serve_options(serve: argparse.ArgumentParser) -> None:
    """Add them to the command."""
    serve.add_argument("--map", type=Path, metavar="FILE", help=say("map"))
    serve.add_argument("--listen", default="127.0.0.1:8470", metavar="HOST:PORT", help=say("listen"))
    serve.add_argument("--port-file", type=Path, metavar="FILE", help=say("port_file"))
    serve.add_argument("--pid-file", type=Path, metavar="FILE", help=say("pid_file"))
    serve.add_argument("--exit-when-idle", type=float, metavar="SECONDS", help=say("idle"))
    serve.add_argument("--announce", action="store_true", help=say("announce"))
    serve.add_argument("--founding", choices=("open", "token", "closed"), help=say("founding"))
    serve.add_argument("--metrics", metavar="HOST:PORT", help=say("metrics"))
    serve.add_argument("--drain", type=_seconds, default=0.0, metavar="SECONDS", help=say("drain"))


def _seconds(text: str) -> float:
    """Return a number of seconds from 0 to an hour."""
    value = float(text)
    if not 0 <= value <= 3600:  # noqa: PLR2004
        raise ValueError
    return value
