"""``wardcentral serve``: from its options to a process that accepts, until it is told to stop."""

import argparse
import asyncio
import logging
import os
import sys
import time
from contextlib import ExitStack
from typing import Literal

from wardcentral.app import create_app
from wardcentral.folder import Folder, write_atomically
from wardcentral.founding import Founding
from wardcentral.metrics import Metrics, listening
from wardcentral.placement import WardMap
from wardcentral.refused import USAGE, CommandError
from wardcentral.server import listen, make_server, written
from wardcentral.service import Service
from wardcentral.stores import open_reader, open_shared, open_store
from wardcentral.texts import say
from wardproto.signing import Ed25519Signing

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
log = logging.getLogger("wardcentral")


def serve(options: argparse.Namespace, folder: Folder) -> None:
    """Serve until a signal; CommandError, FolderError and the errors of opening a store."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    host, port = address_in(options.listen)
    with ExitStack() as stack:
        secret = folder.secret()
        if not folder.address:
            stack.enter_context(folder.held())
        try:
            sock = stack.enter_context(listen(host, port))
        except OSError:
            raise CommandError(say("taken", address=options.listen)) from None
        store = open_store(folder)
        stack.callback(store.close)
        who: Literal["open", "token", "closed"] = options.founding or (
            "open" if host in LOOPBACK else "token"
        )
        service = Service(
            store,
            lambda: open_reader(folder),
            Ed25519Signing(),
            secret,
            _clock_ms,
            Founding(who, folder.founding_token()),
            ward_map=None if options.map is None else WardMap(options.map),
            shared=(lambda: open_shared(folder)) if folder.address else None,
        )
        write_pid = stack.enter_context(written(options.pid_file, lambda: str(os.getpid())))
        bound = sock.getsockname()[1]

        def ready() -> None:
            write_pid()
            if options.port_file is not None:
                # It stays when the service ends: workstations remember the port.
                write_atomically(options.port_file, str(bound))
            address = f"http://{f'[{host}]' if ':' in host else host}:{bound}"
            log.info(say("ready", address=address))
            if options.announce:
                sys.stdout.write(f"ready {address}\n")
                sys.stdout.flush()

        if options.metrics is not None:
            _give_metrics(stack, service.metrics, options.metrics)
        server = make_server(
            create_app(service),
            ready=ready,
            stopping=service.stop_waiting,
            draining=service.drain,
            drain_seconds=options.drain,
            idle_seconds=options.exit_when_idle,
        )
        asyncio.run(server.serve(sockets=[sock]))
        log.info(say("stopped"))


def _give_metrics(stack: ExitStack, metrics: Metrics, where: str) -> None:
    """Listen for the monitoring until the stack is left; CommandError where that is not possible."""
    host, port = address_in(where)
    if host not in LOOPBACK:
        raise CommandError(say("metrics_outside"), USAGE)
    try:
        bound = stack.enter_context(listening(metrics, host, port))
    except OSError:
        raise CommandError(say("taken", address=where)) from None
    log.info(say("metrics_at", port=bound))


def address_in(text: str) -> tuple[str, int]:
    """Return host and port of ``HOST:PORT``; CommandError where it is none."""
    host, _, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not host or not (port.isascii() and port.isdigit()) or int(port) > 65_535:  # noqa: PLR2004
        raise CommandError(say("bad_listen"), USAGE)
    return host, int(port)


def _clock_ms() -> int:
    return time.time_ns() // 1_000_000
