"""Who may import whom (design 2, style E1 and E4): the static graph, and what really loads.

The graph is that of grimp, on which import-linter stands. A package that is not named in
LAYERS fails here, so that a new one is given its place on the day it is born.
"""

import copy
import json
import subprocess
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import grimp
import pytest

SRC = Path(__file__).resolve().parents[2] / "src"

LAYERS = (
    ("__main__",),
    ("app", "cli", "commands", "demo"),
    ("screens", "widgets"),
    ("desk",),
    ("storage", "sync", "openings", "documents", "printing", "reports", "practice"),
    ("vault", "ledger"),
    ("casework",),
    ("keys",),
    ("locale", "settings"),
)
"""The parts of wardclient from the person at the desk down to the field; imports go downward only."""

PURE = ("casework", "ledger", "vault", "storage", "sync", "openings", "documents", "printing", "reports")
"""Parts that know no screen."""
SCREEN_SIDE = ("screens", "widgets")

FORBIDDEN: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "the service imports nothing of the workstation": (("wardcentral",), ("wardclient",)),
    "the shared rules open nothing and know nobody": (
        ("wardproto",),
        (
            *(
                "wardclient",
                "wardcentral",
                "sqlite3",
                "sqlcipher3",
                "sqlalchemy",
                "sqlmodel",
                "httpx",
                "starlette",
            ),
            *("textual", "rich"),
        ),
    ),
    "only a practice ward starts a service of its own": (
        tuple(f"wardclient.{part}" for layer in LAYERS for part in layer if part not in {"practice", "demo"}),
        ("wardcentral",),
    ),
    "parts below the screen know no screen": (
        tuple(f"wardclient.{part}" for part in PURE),
        ("textual", "rich"),
    ),
    "the field is pure Python": (
        ("wardclient.casework",),
        ("wardproto", "sqlite3", "sqlcipher3", "sqlalchemy", "sqlmodel", "httpx", "cryptography"),
    ),
    "the record is pure": (
        ("wardclient.ledger",),
        ("sqlite3", "sqlcipher3", "sqlalchemy", "sqlmodel", "httpx"),
    ),
    "rules answer in both languages, without a catalogue": (
        ("wardclient.casework", "wardclient.ledger", "wardclient.openings"),
        ("wardclient.locale",),
    ),
}
"""What a package must not reach, by any chain of imports."""

FORBIDDEN_DIRECTLY: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "screens see frozen rows and call the desk": (
        tuple(f"wardclient.{part}" for part in SCREEN_SIDE),
        (
            *("sqlalchemy", "sqlmodel", "sqlcipher3", "sqlite3", "httpx", "cryptography", "wardproto"),
            *(f"wardclient.{part}" for part in ("storage", "sync", "vault", "ledger")),
        ),
    ),
}
"""What a package must not import itself; what it calls may."""

LOADED: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    # The service can check a signature (cryptography's ed25519) and must not hold what opens a body.
    "wardcentral.*": (
        (),
        (
            *("wardclient", "sqlcipher3", "textual", "sqlmodel", "httpx"),
            "cryptography.hazmat.primitives.hpke",
            "cryptography.hazmat.primitives.ciphers.aead",
        ),
    ),
    "wardproto.*": (
        (),
        ("wardclient", "wardcentral", "sqlite3", "httpx", "cryptography.hazmat.primitives.hpke"),
    ),
    "wardclient.casework.*": (
        (),
        ("sqlite3", "sqlcipher3", "httpx", "textual", "sqlalchemy", "cryptography"),
    ),
    "wardclient.ledger.*": ((), ("sqlite3", "sqlcipher3", "httpx", "textual", "sqlalchemy")),
    "wardclient.storage.*": ((), ("textual",)),
    # The first screen is painted before anything heavy is imported (measured 0.3 s against 0.8 s).
    "wardclient.app": ((), ("sqlmodel", "sqlalchemy", "httpx", "sqlcipher3", "pydantic")),
    "wardclient.cli": (
        ("--help",),
        ("textual", "sqlmodel", "sqlalchemy", "httpx", "sqlcipher3", "cryptography"),
    ),
}
"""Entry: (arguments of its ``main`` if it is run, modules that must not be loaded afterwards)."""

PROBE = """
import contextlib, importlib, io, json, pkgutil, sys
name, arguments, forbidden = sys.argv[1], json.loads(sys.argv[2]), json.loads(sys.argv[3])
module = importlib.import_module(name.removesuffix(".*"))
if name.endswith(".*"):
    for found in pkgutil.walk_packages(module.__path__, module.__name__ + "."):
        if not found.name.endswith("__main__"):
            importlib.import_module(found.name)
if arguments:
    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
        module.main(arguments)
print(json.dumps([bad for bad in forbidden if any(m == bad or m.startswith(bad + ".") for m in sys.modules)]))
"""


def exists(module: str) -> bool:
    """Return whether ``module`` is a module or package of src."""
    path = SRC.joinpath(*module.removesuffix(".*").split("."))
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


def packages() -> list[str]:
    """Return the top packages of src."""
    return sorted(path.parent.name for path in SRC.glob("*/__init__.py"))


@cache
def graph() -> grimp.ImportGraph:
    """Return all imports of the project, including those inside functions."""
    first, *others = packages()
    return grimp.build_graph(first, *others, include_external_packages=True, cache_dir=None)


def upward(imports: grimp.ImportGraph) -> list[str]:
    """Return one line per chain of imports from a layer to one above it."""
    layers = [grimp.Layer(*layer, independent=False) for layer in LAYERS]
    found = imports.find_illegal_dependencies_for_layers(layers=layers, containers={"wardclient"})
    return sorted(
        " -> ".join((min(route.heads), *route.middle, min(route.tails)))
        for wrong in found
        for route in wrong.routes
    )


def chains(sources: Iterable[str], targets: Iterable[str]) -> list[str]:
    """Return one line per chain of imports from a source to a target."""
    imports = graph()
    return sorted(
        " -> ".join(chain)
        for source in sources
        for target in targets
        if source in imports.modules and target in imports.modules
        for chain in imports.find_shortest_chains(importer=source, imported=target, as_packages=True)
    )


def direct(sources: Iterable[str], targets: Iterable[str]) -> list[str]:
    """Return one line per import of a target, or of a part of it, written in a source."""
    imports = graph()
    below = tuple(f"{source}." for source in sources)
    return sorted(
        f"{module} -> {imported}"
        for module in imports.modules
        if f"{module}.".startswith(below)
        for imported in imports.find_modules_directly_imported_by(module)
        if any(f"{imported}.".startswith(f"{target}.") for target in targets)
    )


def test_every_part_of_the_workstation_has_its_layer() -> None:
    """A package or module of wardclient that LAYERS does not name has no rules, so it may not be."""
    present = {path.stem for path in (SRC / "wardclient").glob("*.py")} - {"__init__"}
    present |= {path.parent.name for path in (SRC / "wardclient").glob("*/__init__.py")}
    assert present <= {part for layer in LAYERS for part in layer}
    assert set(packages()) <= {"wardproto", "wardclient", "wardcentral"}


def test_no_folder_of_modules_lacks_its_init() -> None:
    """A folder without ``__init__`` would be left out of the graph and of every rule here."""
    folders = {path.parent for path in SRC.glob("*/**/*.py")}
    assert [str(folder) for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []


def test_imports_go_downward() -> None:
    """No layer of wardclient imports one above it, by any chain."""
    assert upward(graph()) == []


def test_an_import_that_goes_upward_is_found() -> None:
    """One import of the desk, added below it in the graph, is reported with its chain."""
    imports = copy.deepcopy(graph())
    imports.add_import(importer="wardclient.storage.cipher", imported="wardclient.desk.api")
    assert "wardclient.storage.cipher -> wardclient.desk.api" in upward(imports)


@pytest.mark.parametrize("rule", FORBIDDEN)
def test_nothing_forbidden_is_reached(rule: str) -> None:
    """Each rule of FORBIDDEN holds over every chain of imports."""
    assert chains(*FORBIDDEN[rule]) == []


@pytest.mark.parametrize("rule", FORBIDDEN_DIRECTLY)
def test_nothing_forbidden_is_imported(rule: str) -> None:
    """Each rule of FORBIDDEN_DIRECTLY holds for what is written in the modules themselves."""
    assert direct(*FORBIDDEN_DIRECTLY[rule]) == []


def test_the_finders_see_what_is_there() -> None:
    """The same searches find an import known to stand in the project, so an empty answer means something."""
    assert "wardclient.storage.cipher -> sqlcipher3" in chains(["wardclient.storage"], ["sqlcipher3"])
    assert "wardclient.storage.cipher -> sqlcipher3" in direct(["wardclient.storage"], ["sqlcipher3"])


@pytest.mark.parametrize("entry", [entry for entry in LOADED if exists(entry)])
def test_an_entry_loads_nothing_it_must_not(entry: str) -> None:
    """A fresh interpreter that imports the entry (or runs its ``--help``) has none of the named modules."""
    arguments, forbidden = LOADED[entry]
    done = subprocess.run(
        [sys.executable, "-c", PROBE, entry, json.dumps(arguments), json.dumps(forbidden)],
        env={"PYTHONPATH": str(SRC), "PYTHONUTF8": "1", "SYSTEMROOT": "C:\\Windows"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == []


def test_the_probe_sees_a_forbidden_module() -> None:
    """The probe names a module that an entry does load."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE, "json", "[]", '["json.decoder", "wardclient"]'],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert json.loads(done.stdout) == ["json.decoder"]
