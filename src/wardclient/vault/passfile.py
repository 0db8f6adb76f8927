"""A file that a passphrase opens, on any PC: what is taken out of the encrypted database.

Argon2id stretches the passphrase with a salt of its own; AES-256-GCM seals the content. The parameters
stand in the file and are bound to the content by the key they give. A wrong passphrase and a damaged
file cannot be told apart, and are not.
"""

import os

import msgspec

from wardclient.vault.passphrases import check_strength
from wardclient.vault.sealing import CannotOpenError, open_small, seal_small
from wardclient.vault.slots import COST, SALT_BYTES, Cost, stretch
from wardproto.wire import MalformedError, decode, encode

MAGIC = b"wcfile\x01\n"


class _File(msgspec.Struct, array_like=True, frozen=True):
    """Parameters, salt, sealed content."""

    cost: Cost
    salt: bytes
    sealed: bytes


def is_sealed(data: bytes) -> bool:
    """Return whether this is such a file, whole or not."""
    return data.startswith(MAGIC)


def seal_file(passphrase: str, purpose: bytes, plain: bytes, cost: Cost = COST) -> bytes:
    """Return ``plain`` as the bytes of a file that the passphrase opens; WeakPassphraseError."""
    check_strength(passphrase)
    salt = os.urandom(SALT_BYTES)
    return MAGIC + encode(_File(cost, salt, seal_small(stretch(passphrase, salt, cost), purpose, plain)))


def open_file(passphrase: str, purpose: bytes, data: bytes) -> bytes:
    """Return what was sealed; CannotOpenError for a wrong passphrase, another kind of file, a damaged one."""
    if not is_sealed(data):
        raise CannotOpenError
    try:
        found = decode(data[len(MAGIC) :], _File)
    except MalformedError as error:
        raise CannotOpenError from error
    if not found.cost.possible() or len(found.salt) != SALT_BYTES:
        raise CannotOpenError
    return open_small(stretch(passphrase, found.salt, found.cost), purpose, found.sealed)
