"""Serving over TLS with certificate files, which may be replaced while the service runs."""

import logging
import ssl
from pathlib import Path

from wardcentral.refused import CommandError
from wardcentral.texts import say

log = logging.getLogger("wardcentral")


class Certificate:
    """A certificate chain and its key, and the context that connections are accepted with.

    TLS 1.2 at least; the choice of ciphers is the library's, which its maintainers keep safe.
    """

    def __init__(self, chain: Path, key: Path) -> None:
        """Read both files; CommandError where they cannot be used together."""
        self._chain = chain
        self._key = key
        try:
            self.context = self._read()
        except (OSError, ssl.SSLError):
            raise CommandError(say("bad_certificate", path=chain)) from None

    def renew(self) -> None:
        """Take the files as they are now for new connections; keep the old ones where they cannot be used."""
        try:
            # A context of its own first: half a change must not reach the one that is in use.
            self._read()
            self._load(self.context)
        except (OSError, ssl.SSLError):
            log.error(say("certificate_kept"))  # noqa: TRY400 - the message may name what is in the file
            return
        log.info(say("certificate_renewed"))

    def _read(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION
        context.set_alpn_protocols(["http/1.1"])
        self._load(context)
        return context

    def _load(self, context: ssl.SSLContext) -> None:
        # A key with a passphrase is refused: nobody is there to type it.
        context.load_cert_chain(self._chain, self._key, password=_no_passphrase)


def _no_passphrase() -> str:
    raise ssl.SSLError
