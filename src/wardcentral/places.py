"""Reading what a request names: ward, invite, numbers, its exact target, its caller's address."""

from ipaddress import IPv4Address, IPv6Network, ip_address

from starlette.requests import Request

from wardcentral.problems import ProblemError
from wardproto.wire import HASH_BYTES, ID_BYTES

_NUMBER_DIGITS = 18


def target_of(request: Request) -> str:
    """Return path and query exactly as they came: what the device signed."""
    path: bytes = request.scope["raw_path"]
    query: bytes = request.scope["query_string"]
    return (path + b"?" + query if query else path).decode("latin-1")


def ward_of(request: Request) -> bytes:
    """Return the ward in the path; ProblemError("not_found") where it is none."""
    return _id(request.path_params["ward"], HASH_BYTES)


def invite_of(request: Request) -> bytes:
    """Return the invite in the path; ProblemError("not_found") where it is none."""
    return _id(request.path_params["invite"], ID_BYTES)


def chunk_of(request: Request) -> bytes:
    """Return the chunk in the path; ProblemError("not_found") where it is none."""
    return _id(request.path_params["chunk"], HASH_BYTES)


def number_of(request: Request, name: str, default: int) -> int:
    """Return a number of the query; ProblemError("malformed") where it is none."""
    text = request.query_params.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= _NUMBER_DIGITS):
        raise ProblemError("malformed")
    return int(text)


def numbers_of(request: Request, name: str, most: int) -> tuple[int, ...]:
    """Return the numbers of a list in the query; ProblemError("malformed") where it is none or too long."""
    texts = request.query_params.get(name, "").split(",")
    if texts == [""]:
        return ()
    if len(texts) > most or not all(t.isascii() and t.isdigit() and len(t) <= _NUMBER_DIGITS for t in texts):
        raise ProblemError("malformed")
    return tuple(int(text) for text in texts)


def address_of(request: Request) -> str:
    """Return where the caller connected from, as far as it counts as one caller.

    Of an IPv6 address that is its network (/64): whoever has one address there has all of them.
    """
    text = request.client.host if request.client is not None else ""
    try:
        address = ip_address(text)
    except ValueError:
        return text
    if isinstance(address, IPv4Address):
        return text
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(IPv6Network((int(address), 64), strict=False))


def _id(text: str, length: int) -> bytes:
    try:
        value = bytes.fromhex(text)
    except ValueError:
        raise ProblemError("not_found") from None
    # One id has one writing: lower case, no blanks.
    if len(value) != length or value.hex() != text:
        raise ProblemError("not_found")
    return value
