"""The description of the HTTP face says what the service has: routes, records, codes, both ways."""

import inspect
import json
import re
import types
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, get_args, get_origin

import msgspec
import pytest

from tests.wardcentral.described import description, endpoints, operations, resolved, routes
from wardcentral.problems import PROBLEMS, document
from wardproto import feed, messages
from wardproto.records import Entry, Record

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = description()
SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]
EVERYWHERE = frozenset({"method"})
"""Codes that belong to no operation: another method on a path."""
RECORDS: dict[str, type[Record]] = {
    kind.__name__: kind
    for kind in (*vars(messages).values(), *vars(feed).values(), Entry)
    if isinstance(kind, type) and issubclass(kind, Record) and kind is not Record and kind.__name__ in SCHEMAS
}


def test_every_route_is_described_and_every_description_has_its_route() -> None:
    """No route without its operation, no operation without its route."""
    assert {operation.door for operation in operations(DOCUMENT)} == routes()


def test_the_document_is_well_formed() -> None:
    """Every reference leads somewhere, every operation has a name of its own, and each part is used."""
    references = set(found(DOCUMENT))
    for reference in references:
        place: Any = DOCUMENT
        for name in reference.removeprefix("#/").split("/"):
            place = place[name]
    parts = {
        f"#/components/{kind}/{name}"
        for kind, parts in DOCUMENT["components"].items()
        if kind != "securitySchemes"
        for name in parts
    }
    assert parts == references
    names = [operation.fields["operationId"] for operation in operations(DOCUMENT)]
    assert len(set(names)) == len(names)
    for operation in operations(DOCUMENT):
        named = set(re.findall(r"\{(\w+)\}", operation.path))
        given = {
            resolved(DOCUMENT, parameter)["name"]
            for parameter in DOCUMENT["paths"][operation.path].get("parameters", [])
        }
        assert named == given, operation.door


def found(part: Any) -> Iterator[str]:
    """Yield the references in a part of the document."""
    if isinstance(part, dict):
        if "$ref" in part:
            yield part["$ref"]
        for value in part.values():
            yield from found(value)
    elif isinstance(part, list):
        for value in part:
            yield from found(value)


def test_the_signature_is_described_by_the_headers_that_are_read() -> None:
    """The four headers are wanted together, wherever one is."""
    schemes = DOCUMENT["components"]["securitySchemes"]
    assert {scheme["name"] for scheme in schemes.values()} == {
        messages.DEVICE_HEADER,
        messages.TIME_HEADER,
        messages.NONCE_HEADER,
        messages.SIGNATURE_HEADER,
    }
    for operation in operations(DOCUMENT):
        for wanted in operation.fields.get("security", DOCUMENT["security"]):
            assert wanted == {} or set(wanted) == set(schemes), operation.door
    assert (
        resolved(DOCUMENT, {"$ref": "#/components/parameters/Founding"})["name"] == messages.FOUNDING_HEADER
    )


def test_each_operation_describes_the_query_that_is_read() -> None:
    """What an endpoint reads of the query is described there, and what is described is read."""
    read = {
        door: set(re.findall(r"numbers?_of\(request, \"(\w+)\"", inspect.getsource(endpoint)))
        for door, endpoint in endpoints().items()
    }
    for operation in operations(DOCUMENT):
        parameters = map(partial(resolved, DOCUMENT), operation.fields.get("parameters", ()))
        told = {parameter["name"] for parameter in parameters if parameter["in"] == "query"}
        assert told == read[operation.door], operation.door
    assert read["GET", "/w/{ward}/log"] >= {"after", "limit"}


def test_every_problem_code_is_described() -> None:
    """The codes of the description are the codes of the service, and each belongs to an operation."""
    assert set(SCHEMAS["ProblemCode"]["enum"]) == set(PROBLEMS)
    used = set().union(*(operation.problems for operation in operations(DOCUMENT)))
    assert used | EVERYWHERE == set(PROBLEMS)


def test_each_operation_lists_the_statuses_of_its_codes() -> None:
    """Statuses above 299 are those of the listed codes, each described by a problem document."""
    for operation in operations(DOCUMENT):
        statuses = {int(status) for status in operation.fields["responses"]}
        assert {status for status in statuses if status > 299} == {
            PROBLEMS[code][0] for code in operation.problems
        }, operation.door
        for status, response in operation.fields["responses"].items():
            headers = resolved(DOCUMENT, response)["headers"]
            assert messages.TIME_HEADER in headers, (operation.door, status)
            if int(status) > 299:
                assert set(resolved(DOCUMENT, response)["content"]) == {messages.PROBLEM_TYPE}, (
                    operation.door,
                    status,
                )


def test_a_problem_document_has_the_described_members() -> None:
    """No member of a problem document is undescribed, and each that is required is there."""
    described = SCHEMAS["Problem"]
    for code in PROBLEMS:
        members = json.loads(document(code, 1, "http://127.0.0.1:1"))
        assert set(members) == set(described["properties"])
        assert set(json.loads(document(code, 1))) == set(described["required"])
        assert re.search(described["properties"]["type"]["pattern"], members["type"])


@pytest.mark.parametrize("name", sorted(RECORDS))
def test_each_record_is_described_item_by_item(name: str) -> None:
    """Names, order and kinds of the items are those of the struct; what has a default may be missing."""
    kind, described = RECORDS[name], SCHEMAS[name]
    fields = msgspec.structs.fields(kind)
    assert [item["title"] for item in described["prefixItems"]] == [field.name for field in fields]
    assert described["minItems"] == sum(field.required for field in fields)
    for field, item in zip(fields, described["prefixItems"], strict=True):
        assert fits(field.type, item), (name, field.name)


def fits(kind: Any, item: dict[str, Any]) -> bool:
    """Whether an item of the description is what a type of the struct is written as."""
    item = resolved(DOCUMENT, item)
    if get_origin(kind) is tuple:
        arguments = get_args(kind)
        if arguments[-1] is Ellipsis:
            return item["type"] == "array" and fits(arguments[0], item["items"])
        return item["type"] == "array" and all(map(fits, arguments, item["prefixItems"]))
    if isinstance(kind, type) and issubclass(kind, Record):
        return item is SCHEMAS[kind.__name__]
    if isinstance(kind, types.UnionType):
        some, none = get_args(kind)
        assert none is types.NoneType
        return fits(some, item["oneOf"][0]) and item["oneOf"][1:] == [{"type": "null"}]
    return bool(item["type"] == {bytes: "string", str: "string", int: "integer", bool: "boolean"}[kind])


def test_every_record_that_travels_is_described() -> None:
    """Each record of wardproto.messages is in the description, but for what lies in another's bytes or in a query."""
    travelling = {
        name
        for name, kind in vars(messages).items()
        if isinstance(kind, type) and issubclass(kind, Record) and kind is not Record
    }
    assert travelling - SCHEMAS.keys() <= {"JoinBody", "Entry", "Asked"}
    assert len(RECORDS) >= 10


def table(heading: str) -> dict[str, list[str]]:
    """Return the rows of the table below a heading of http.md, by their first cell."""
    text = (ROOT / "docs" / "engineering" / "http.md").read_text(encoding="utf-8")
    part = text.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in part.splitlines() if line[:1] == "|"
    ]
    return {row[0].strip("`"): row[1:] for row in rows[2:]}


def test_the_manual_says_of_each_code_what_a_client_does() -> None:
    """docs/engineering/http.md has each code once, with its status and something to do."""
    rows = table("Problems")
    assert rows.keys() == PROBLEMS.keys()
    for code, (status, meaning, does) in rows.items():
        assert int(status) == PROBLEMS[code][0], code
        assert meaning, code
        assert does, code


def test_the_manual_lists_the_doors_and_who_may_enter() -> None:
    """docs/engineering/http.md has each door once and says whether it wants a device's signature."""
    rows = table("Doors")
    told = {operation.door: operation for operation in operations(DOCUMENT)}
    assert {tuple(door.split(" ", 1)) for door in rows} == set(told)
    for door, (signed, *_) in rows.items():
        method, path = door.split(" ", 1)
        needed = told[method, path].needs_signature(DOCUMENT)
        assert signed.startswith("yes" if needed else "no"), door
