"""Certificates made for one test."""

import datetime as dt
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass
class Files:
    """A certificate for 127.0.0.1, signed by itself, and its key."""

    chain: Path
    key: Path

    def make(self, passphrase: bytes = b"") -> int:
        """Write a new pair; return its serial number."""
        secret = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "central")])
        now = dt.datetime.now(dt.UTC)
        serial = x509.random_serial_number()
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(secret.public_key())
            .serial_number(serial)
            .not_valid_before(now - dt.timedelta(hours=1))
            .not_valid_after(now + dt.timedelta(days=1))
            .add_extension(
                x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
                critical=False,
            )
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(secret, hashes.SHA256())
        )
        self.chain.write_bytes(made.public_bytes(serialization.Encoding.PEM))
        locked: serialization.KeySerializationEncryption = serialization.NoEncryption()
        if passphrase:
            locked = serialization.BestAvailableEncryption(passphrase)
        self.key.write_bytes(
            secret.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, locked)
        )
        return serial

    def options(self) -> tuple[str, ...]:
        """Return the options that name them."""
        return (
            "--listen",
            "127.0.0.1:0",
            "--certificate",
            str(self.chain),
            "--certificate-key",
            str(self.key),
        )
