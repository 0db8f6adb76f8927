"""What the control plane holds of a consent: salted hashes, so that the server learns no content.

The salt stands in the joint stream's first record, where both sides can check what was promised.
"""

from wardclient.ledger.events import Rec
from wardproto.wire import digest

SALT_BYTES = 32
SALT_RECORD = "commitment_salt"
"""Kind of the record that carries the salt."""


def item_hash(salt: bytes, item: str) -> bytes:
    """Return what stands for an item code (S1, H2 …) in the control plane."""
    return digest("consent-item", salt, item.encode())


def evidence_hash(salt: bytes, evidence: bytes) -> bytes:
    """Return the commitment to the evidence record of a consent."""
    return digest("consent-evidence", salt, evidence)


def salt_record(consent: bytes, salt: bytes) -> Rec:
    """Return the record that gives a joint stream's readers the salt."""
    return Rec(f"consent:{consent.hex()}", SALT_RECORD, salt)
