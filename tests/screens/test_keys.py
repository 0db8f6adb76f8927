"""The table of keys."""

import importlib
import pkgutil

import pytest

import wardclient.screens
from wardclient.keys import EVERYWHERE_KEYS, MORE, MOST_SHOWN, all_keys, forbidden
from wardclient.locale import _, set_language
from wardclient.screens.base import WorkScreen
from wardclient.widgets.cells import width

for module in pkgutil.iter_modules(wardclient.screens.__path__):
    importlib.import_module(f"wardclient.screens.{module.name}")


def screens() -> list[type[WorkScreen]]:
    """Return every screen of the workstation."""
    found, rest = [], [WorkScreen]
    while rest:
        one = rest.pop()
        rest += one.__subclasses__()
        found.append(one)
    return sorted(found, key=lambda screen: screen.__name__)


def test_no_key_is_one_that_never_arrives() -> None:
    """Input methods and Windows Terminal take none of our keys."""
    every = {*all_keys(), *(key for screen in screens() for key in screen.KEYS)}
    assert [key.key for key in every if forbidden(key.key)] == []
    assert forbidden("f6")
    assert forbidden("alt+enter")
    assert not forbidden("f5")


@pytest.mark.parametrize("screen", screens(), ids=lambda screen: screen.__name__)
def test_no_screen_gives_one_key_two_meanings(screen: type[WorkScreen]) -> None:
    """Within a screen, and against the keys that work everywhere, a key means one thing."""
    own = {key.key: key.action for key in screen.KEYS if key.key not in EVERYWHERE_KEYS}
    assert len(own) == len({key.key for key in screen.KEYS if key.key not in EVERYWHERE_KEYS})
    assert not set(own) & EVERYWHERE_KEYS


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("screen", screens(), ids=lambda screen: screen.__name__)
def test_the_key_line_is_whole_on_eighty_columns(screen: type[WorkScreen], language: str) -> None:
    """At most seven keys, all of which fit, in both languages; screens that choose by state excepted."""
    set_language(language)
    shown = [key for key in screen.KEYS if not key.hidden]
    if screen.__name__ == "InboxScreen":
        shown = [key for key in shown if key.action not in ("write_out", "help")]
    assert len(shown) <= MOST_SHOWN
    assert 1 + sum(width(f"{key.face} {_(key.label)}") for key in shown) + len(shown) - 1 <= 80


@pytest.mark.parametrize("screen", screens(), ids=lambda screen: screen.__name__)
def test_acts_off_the_line_are_hinted_at_where_there_is_room(screen: type[WorkScreen]) -> None:
    """Whoever does not know a hidden key finds it: the line ends with the list of acts, if it fits."""
    known = {"discard", "tab", "none"}
    beyond = {key.action.partition("(")[0] for key in screen.KEYS if key.hidden} - known
    beyond -= {key.action for key in screen.KEYS if key.key in EVERYWHERE_KEYS}
    line = [f"{key.face} {_(key.label)}" for key in screen.KEYS if not key.hidden] + ["Ctrl+P ほか"]
    if screen.__name__ != "InboxScreen" and beyond and sum(map(width, line)) + len(line) + 2 <= 80:
        assert screen.MORE is MORE, beyond


@pytest.mark.parametrize("screen", screens(), ids=lambda screen: screen.__name__)
def test_every_key_does_something(screen: type[WorkScreen]) -> None:
    """Each key of a screen names an action that the screen, or the application, has."""
    from wardclient.app import WardApp

    for key in screen.KEYS:
        action = key.action.partition("(")[0]
        owner = WardApp if key.key in EVERYWHERE_KEYS else screen
        assert hasattr(owner, f"action_{action}"), key
