"""``wardcentral serve``: from its options to a process that accepts, until it is told to stop."""

import argparse
import asyncio
import logging
import os
import sys
import time
from contextlib import ExitStack
from typing import Literal

from wardcentral import logs
from wardcentral.app import create_app
from wardcentral.feed_store import FeedFolder
from wardcentral.folder import Folder, write_atomically
from wardcentral.founding import Founding
from wardcentral.live_relay import LiveRelay
from wardcentral.metrics import Metrics, listening
from wardcentral.placement import WardMap
from wardcentral.refused import USAGE, CommandError
from wardcentral.restore_notice import notices_of
from wardcentral.server import listen, make_server, room_for, written
from wardcentral.server_key import ServerSigning
from wardcentral.service import Service
from wardcentral.stores import open_line, open_reader, open_shared, open_store, open_watched
from wardcentral.supervisor import Supervisor
from wardcentral.texts import say
from wardcentral.tls import Certificate

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
log = logging.getLogger("wardcentral")


def serve(options: argparse.Namespace, folder: Folder) -> None:
    """Serve until a signal; CommandError, FolderError and the errors of opening a store."""
    _set_up_log(options)
    host, port = address_in(options.listen)
    certificate = _certificate(options)
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
        signing = ServerSigning()
        service = Service(
            store,
            lambda: open_reader(folder),
            signing,
            secret,
            _clock_ms,
            Founding(who, folder.founding_token()),
            ward_map=None if options.map is None else WardMap(options.map),
            shared=(lambda: open_shared(folder)) if folder.address else None,
            watched=lambda: open_watched(folder),
            notices=lambda ward: notices_of(folder.path, signing, signing.public(secret), ward),
        )
        write_pid = stack.enter_context(written(options.pid_file, lambda: str(os.getpid())))
        bound = sock.getsockname()[1]

        supervisor = Supervisor()

        def draining() -> None:
            service.drain()
            supervisor.stopping()

        def stopping() -> None:
            service.stop_waiting()
            supervisor.stopping()

        def ready() -> None:
            write_pid()
            supervisor.ready()
            if options.port_file is not None:
                # It stays when the service ends: workstations remember the port.
                write_atomically(options.port_file, str(bound))
            address = f"{'http' if certificate is None else 'https'}://{f'[{host}]' if ':' in host else host}:{bound}"
            log.info(say("ready", address=address))
            if certificate is None and host not in LOOPBACK:
                log.warning(say("in_the_clear", address=address))
            if options.announce:
                sys.stdout.write(f"ready {address}\n")
                sys.stdout.flush()

        if options.metrics is not None:
            _give_metrics(stack, service.metrics, options.metrics)
        server = make_server(
            create_app(
                service,
                feeds=FeedFolder(options.feed or folder.feed),
                relay=LiveRelay(lambda: open_line(folder)) if folder.address else None,
            ),
            ready=ready,
            stopping=stopping,
            draining=draining,
            drain_seconds=options.drain,
            idle_seconds=options.exit_when_idle,
            connections=_room(options.connections),
            certificate=certificate,
            proxies=options.proxy,
            alive=supervisor.alive,
            supervised=supervisor.present,
        )
        asyncio.run(server.serve(sockets=[sock]))
        log.info(say("stopped"))


def _set_up_log(options: argparse.Namespace) -> None:
    form = options.log_format or ("text" if options.log is None else "json")
    try:
        logs.set_up(options.log, form, megabytes=options.log_size, requests=options.log_requests)
    except OSError:
        raise CommandError(say("no_log", path=options.log)) from None


def _certificate(options: argparse.Namespace) -> Certificate | None:
    """Return the certificate to serve with; None without TLS."""
    if (options.certificate is None) != (options.certificate_key is None):
        raise CommandError(say("both_files"), USAGE)
    if options.certificate is None:
        return None
    return Certificate(options.certificate, options.certificate_key)


def _room(wanted: int) -> int:
    """Return how many connections may be open; say where that is less than what was wanted."""
    room = room_for(wanted)
    if room < wanted:
        log.warning(say("fewer_connections", count=room))
    return room


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
