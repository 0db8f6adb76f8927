"""The route table of the service and its description, side by side."""

import functools
import inspect
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
import msgspec
import yaml  # type: ignore[import-untyped]
from starlette.routing import Route

from tests.wardcentral.builders import SIGNING
from wardcentral.app import create_app
from wardcentral.feed_store import FeedFolder
from wardcentral.founding import Founding
from wardcentral.memory_store import MemoryStore
from wardcentral.service import Service
from wardproto.messages import CONTENT_TYPE, PROBLEM_TYPE

WAIT = frozenset({"rate", "busy", "stopping", "moving"})
"""Codes that come with retry-after."""
METHODS = frozenset({"get", "put", "post", "delete", "patch", "options", "head", "trace"})
Door = tuple[str, str]
"""Method and path, as in ("GET", "/w/{ward}/log")."""


@functools.cache
def description() -> dict[str, Any]:
    """Return the shipped OpenAPI document."""
    text = files("wardcentral").joinpath("openapi.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def resolved(document: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    """Return a part of a document, or what it refers to; what stands beside the reference is left out."""
    while "$ref" in part:
        place: Any = document
        for name in part["$ref"].removeprefix("#/").split("/"):
            place = place[name]
        assert isinstance(place, dict)
        part = place
    return part


def routes() -> set[Door]:
    """Return the doors of the application; HEAD comes with each GET and is no door of its own."""
    return set(endpoints())


def endpoints() -> dict[Door, Callable[..., Any]]:
    """Return what answers at each door."""
    # A group of routes that is served only with a parameter of its own is to be served here too; a relay adds none.
    assert {*inspect.signature(create_app).parameters} == {"service", "limits", "feeds", "relay"}
    store = MemoryStore()
    app = create_app(
        Service(store, lambda: store, SIGNING, bytes(32), lambda: 0, Founding()),
        feeds=FeedFolder(Path("never-made")),
    )
    found: dict[Door, Callable[..., Any]] = {}
    for route in app.routes:
        assert isinstance(route, Route), route
        assert route.methods, route
        found |= {(method, route.path): route.endpoint for method in route.methods if method != "HEAD"}
    return found


@dataclass(frozen=True)
class Operation:
    """One described operation."""

    method: str
    path: str
    fields: dict[str, Any]

    @property
    def door(self) -> Door:
        """Method and path."""
        return self.method, self.path

    @property
    def problems(self) -> set[str]:
        """The codes that it may be answered with."""
        return set(self.fields["x-problems"])

    def needs_signature(self, document: dict[str, Any]) -> bool:
        """Whether a caller may not come without a device's signature."""
        security = self.fields.get("security", document["security"])
        return bool(security) and {} not in security


def operations(document: dict[str, Any]) -> Iterator[Operation]:
    """Yield every operation of a document."""
    for path, item in document["paths"].items():
        for method in METHODS & item.keys():
            yield Operation(method.upper(), path, item[method])


def filled(path: str, given: Mapping[str, str]) -> str:
    """Return a path with its parameters filled in; what is not given is as many zeros as its description asks for."""
    document = description()
    parameters = document["paths"].get(path, {}).get("parameters", [])
    wanted = {p["name"]: p["schema"]["pattern"] for p in (resolved(document, each) for each in parameters)}

    def value(found: re.Match[str]) -> str:
        digits = re.search(r"\{(\d+)\}", wanted.get(found[1], ""))
        return given.get(found[1], "0" * (int(digits[1]) if digits else 32))

    return re.sub(r"\{(\w+)\}", value, path)


def described_body(operation: Operation, status: int, media: str, content: bytes) -> None:
    """Check that a body is what the description says of this status; byte strings are in hexadecimal there."""
    document = description()
    described = resolved(document, operation.fields["responses"][str(status)]).get("content", {})
    if not described:
        assert content == b""
        return
    schema = {**described[media]["schema"], "components": document["components"]}
    if media == CONTENT_TYPE:
        body = written(msgspec.msgpack.decode(content))
    else:
        body = content.decode() if media.startswith("text/") else json.loads(content)
    jsonschema_rs.Draft202012Validator(schema).validate(body)


def written(value: Any) -> Any:
    """Turn byte strings into hexadecimal digits."""
    if isinstance(value, list):
        return [written(item) for item in value]
    return value.hex() if isinstance(value, bytes) else value


def described_problem(response: httpx.Response, code: str) -> None:
    """Check that the operation that was called lists the code with which it answered, and all that goes with it."""
    path = response.request.url.raw_path.decode("ascii").partition("?")[0]
    here = [o for o in operations(description()) if matches(o.path, path)]
    called = [o for o in here if o.method == response.request.method]
    if not called:
        assert code == ("method" if here else "not_found")
        return
    assert code in called[0].problems, (called[0].door, code)
    described_body(called[0], response.status_code, PROBLEM_TYPE, response.content)
    answer = resolved(description(), called[0].fields["responses"][str(response.status_code)])
    for name, header in answer["headers"].items():
        assert name in response.headers or not resolved(description(), header).get("required"), (code, name)
    assert ("retry-after" in response.headers) == (code in WAIT)


def matches(template: str, path: str) -> bool:
    """Whether a path is one of a template's."""
    return re.fullmatch(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template)), path) is not None
