"""The route table of the service and its description, side by side."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import yaml  # type: ignore[import-untyped]
from starlette.applications import Starlette
from starlette.routing import Route

from tests.wardcentral.builders import SIGNING
from tests.wardcentral.running import now_ms
from wardcentral.app import create_app
from wardcentral.memory_store import MemoryStore
from wardcentral.service import Founding, Service

METHODS = frozenset({"get", "put", "post", "delete", "patch", "options", "head", "trace"})
Door = tuple[str, str]
"""Method and path, as in ("GET", "/w/{ward}/log")."""


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


def routes(app: Starlette | None = None) -> set[Door]:
    """Return the doors of the application; HEAD comes with each GET and is no door of its own."""
    if app is None:
        store = MemoryStore()
        app = create_app(Service(store, lambda: store, SIGNING, bytes(32), now_ms, Founding()))
    found: set[Door] = set()
    for route in app.routes:
        assert isinstance(route, Route), route
        assert route.methods, route
        found |= {(method, route.path) for method in route.methods if method != "HEAD"}
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
