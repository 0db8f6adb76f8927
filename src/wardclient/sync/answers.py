"""The server's signed answers: receipts and refusals."""

from wardclient.sync.core import Core
from wardproto.records import Receipt, Refusal
from wardproto.signing import Signing, check_envelope
from wardproto.wire import Envelope, MalformedError, decode, digest


def read_answer(core: Core, data: bytes, name: bytes) -> Receipt | Refusal | None:
    """Return the answer about the record ``name``; None for what says nothing definite about it.

    A refusal may name a delivery instead of the record (it came damaged, say): then the record's
    fate is open, and it is sent again.
    """
    return checked_answer(core.signing, core.state.server_key, core.ward, data, name)


def checked_answer(
    signing: Signing, server_key: bytes, ward: bytes, data: bytes, name: bytes
) -> Receipt | Refusal | None:
    """Return an answer that the holder of ``server_key`` signed about this record of this ward."""
    try:
        envelope = decode(data, Envelope)
        if not check_envelope(signing, server_key, envelope):
            return None
        answer: Receipt | Refusal
        if envelope.context == "receipt":
            answer = decode(envelope.payload, Receipt)
        elif envelope.context == "refusal":
            answer = decode(envelope.payload, Refusal)
        else:
            return None
    except MalformedError:
        return None
    return answer if (answer.ward, answer.hash) == (ward, name) else None


def refusal_hash(data: bytes) -> bytes:
    """Return the name of a signed refusal, as a block that is sealed again gives it."""
    return digest("refusal", data)
