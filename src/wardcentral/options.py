"""The options of ``wardcentral serve``."""

import argparse
from ipaddress import ip_network
from pathlib import Path

from wardcentral.texts import say


def add_serve_options(serve: argparse.ArgumentParser) -> None:
    """Add them to the command."""
    serve.add_argument("--map", type=Path, metavar="FILE", help=say("map"))
    serve.add_argument("--feed", type=Path, metavar="DIR", help=say("feed"))
    serve.add_argument("--listen", default="127.0.0.1:8470", metavar="HOST:PORT", help=say("listen"))
    serve.add_argument("--port-file", type=Path, metavar="FILE", help=say("port_file"))
    serve.add_argument("--pid-file", type=Path, metavar="FILE", help=say("pid_file"))
    serve.add_argument("--exit-when-idle", type=float, metavar="SECONDS", help=say("idle"))
    serve.add_argument("--announce", action="store_true", help=say("announce"))
    serve.add_argument("--founding", choices=("open", "token", "closed"), help=say("founding"))
    serve.add_argument("--certificate", type=Path, metavar="FILE", help=say("certificate"))
    serve.add_argument("--certificate-key", type=Path, metavar="FILE", help=say("certificate_key"))
    serve.add_argument(
        "--proxy", type=_network, action="append", default=[], metavar="ADDRESS", help=say("proxy")
    )
    serve.add_argument("--metrics", metavar="HOST:PORT", help=say("metrics"))
    serve.add_argument(
        "--connections", type=_connections, default=4_096, metavar="N", help=say("connections")
    )
    serve.add_argument("--log", type=Path, metavar="FILE", help=say("log"))
    serve.add_argument("--log-format", choices=("text", "json"), help=say("log_format"))
    serve.add_argument("--log-size", type=_megabytes, default=0, metavar="MB", help=say("log_size"))
    serve.add_argument("--log-requests", action="store_true", help=say("log_requests"))
    serve.add_argument("--drain", type=_seconds, default=0.0, metavar="SECONDS", help=say("drain"))


def _network(text: str) -> str:
    """Return the address or network of a proxy; never all addresses."""
    network = ip_network(text)
    if network.prefixlen == 0:
        raise ValueError
    return str(network)


def _connections(text: str) -> int:
    """Return a number of connections from 1 to 100,000."""
    value = int(text)
    if not 1 <= value <= 100_000:  # noqa: PLR2004
        raise ValueError
    return value


def _megabytes(text: str) -> int:
    """Return a number of megabytes from 1 to 10,000."""
    value = int(text)
    if not 1 <= value <= 10_000:  # noqa: PLR2004
        raise ValueError
    return value


def _seconds(text: str) -> float:
    """Return a number of seconds from 0 to an hour."""
    value = float(text)
    if not 0 <= value <= 3600:  # noqa: PLR2004
        raise ValueError
    return value
