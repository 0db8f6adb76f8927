"""The rows that writing adds, by table: the same for every store.

Both databases understand the same ``ON CONFLICT``; how a row becomes a message is the store's affair.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Insert:
    """An insert into ``table`` with its columns' types; ``conflict``: what is done where the key is taken."""

    table: str
    types: tuple[str, ...]
    conflict: str = ""


Added = Mapping[Insert, Mapping[Row | int, Row]]
"""What one transaction adds: each table's rows by their place, or by their key where the last one counts."""

ADD_ENTRY = Insert("entry", ("bytea", "int8", "int8", "bytea", "bytea", "int8", "bytea"))
ADD_BLOCK = Insert("block", ("bytea", "int8", "bytea", "bytea", "bytea"))
ADD_WRAP = Insert("keybox", ("bytea", "int8", "int4", "bytea"))
ADD_NODE = Insert("tree_node", ("bytea", "int4", "int8", "bytea"), "ON CONFLICT DO NOTHING")
ADD_REFUSAL = Insert("refusal", ("bytea", "bytea", "text", "bytea"))
SET_HEAD = Insert(
    "ward_head",
    ("bytea", "int8", "int8", "bytea", "bytea"),
    "ON CONFLICT (ward) DO UPDATE SET "
    "wseq = excluded.wseq, recv_ms = excluded.recv_ms, root = excluded.root, heads = excluded.heads",
)
SET_STREAM = Insert(
    "stream_head",
    ("bytea", "bytea", "int8", "bytea", "int8", "bytea", "bytea"),
    "ON CONFLICT (ward, stream) DO UPDATE SET sseq = excluded.sseq, head = excluded.head, "
    "epoch = excluded.epoch, recipients = excluded.recipients, key_commit = excluded.key_commit",
)
SET_DEVICE = Insert(
    "device_head",
    ("bytea", "bytea", "bytea", "int8", "bytea"),
    "ON CONFLICT (ward, stream, device) DO UPDATE SET bseq = excluded.bseq, hash = excluded.hash",
)
SET_JOIN = Insert(
    "join_request",
    ("bytea", "bytea", "bytea", "int8"),
    "ON CONFLICT (ward, invite) DO UPDATE SET request = excluded.request, until_ms = excluded.until_ms",
)
SET_PLACEMENT = Insert(
    "placement",
    ("bytea", "text", "text"),
    "ON CONFLICT (ward) DO UPDATE SET state = excluded.state, address = excluded.address",
)
WARD_TABLES = tuple(
    each.table
    for each in (
        SET_HEAD,
        ADD_ENTRY,
        ADD_BLOCK,
        SET_STREAM,
        SET_DEVICE,
        ADD_WRAP,
        ADD_REFUSAL,
        SET_JOIN,
        SET_PLACEMENT,
        ADD_NODE,
    )
)
"""Every table with rows of a ward: what goes when a ward goes."""
