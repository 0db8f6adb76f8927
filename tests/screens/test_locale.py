"""The catalogues hold every text of the source, in step with what the program reads."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

from tests.screens.conftest import Make
from tests.screens.walking import press, shown, unlock
from wardclient.locale import FOLDER, _, set_language

ROOT = Path(__file__).resolve().parents[2]
PLACES = re.compile(r"\{[^}]*\}")


def messages() -> ModuleType:
    """Return scripts/messages.py as a module."""
    spec = importlib.util.spec_from_file_location("messages", ROOT / "scripts" / "messages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_text_has_an_english_one_with_the_same_places() -> None:
    """No text is without English, and what is filled in is filled in on both sides."""
    tools = messages()
    catalogue = tools.read("en")
    texts = tools.source_texts()
    assert len(texts) > 300
    assert sorted(set(texts) - {m.id for m in catalogue if m.string}) == []
    wrong = [t for t in texts if sorted(PLACES.findall(t)) != sorted(PLACES.findall(catalogue.get(t).string))]
    assert wrong == []


def test_the_catalogue_has_nothing_that_the_source_has_not() -> None:
    """A text that left the source leaves the catalogue."""
    tools = messages()
    assert {m.id for m in tools.read("en") if m.id} == set(tools.source_texts())


def test_the_compiled_catalogue_is_that_of_the_readable_one() -> None:
    """What the program reads was made from what people read."""
    tools = messages()
    compiled = FOLDER / "en" / "LC_MESSAGES" / "wardclient.mo"
    assert compiled.read_bytes() == tools.compiled(tools.read("en"))


def test_the_language_changes_what_is_shown() -> None:
    """Japanese is the source; English comes from the catalogue; an unknown text stays."""
    set_language("en")
    assert _("保存") == "Save"
    assert _("カタログにない文") == "カタログにない文"
    set_language("ja")
    assert _("保存") == "保存"


async def test_the_workstation_runs_in_english(make: Make) -> None:
    """Keys, headings and messages follow the setting."""
    app = make(language="en")
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        assert "F2 New" in shown(app)
        await press(pilot, "f2")
        assert "Search by name or reading first" in shown(app)
