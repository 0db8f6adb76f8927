"""A joint note is sealed by two confirmations of the same content, and by nothing less."""

from hypothesis import given
from hypothesis import strategies as st

from wardclient.casework.session import check_confirm, confirmed_by, seal_state, session_digest

TEXTS = st.fixed_dictionaries({}, optional={"city": st.text(max_size=8), "hellowork": st.text(max_size=8)})
ACTIONS = st.lists(st.tuples(*(st.text(max_size=4) for _ in range(4))), max_size=3)
CITY, HW = "夕方は18時が限度。", "添削は25日に。"


def test_a_session_goes_from_open_over_one_to_sealed() -> None:
    """Each confirmation names the digest of what stood there."""
    digest = session_digest({"city": CITY, "hellowork": HW}, [("1", "履歴書を直す", "hw", "2026-11-25")])
    assert seal_state(digest, {}) == "open"
    assert seal_state(digest, {"hellowork": digest, "city": ""}) == "one"
    assert confirmed_by(digest, {"hellowork": digest}) == ("hellowork",)
    assert seal_state(digest, {"hellowork": digest, "city": digest}) == "sealed"


def test_a_change_after_a_confirmation_opens_the_session_again() -> None:
    """Who confirmed before the change has not confirmed this."""
    before = session_digest({"city": CITY, "hellowork": ""}, [])
    after = session_digest({"city": CITY, "hellowork": HW}, [])
    assert seal_state(after, {"city": before, "hellowork": after}) == "one"
    assert seal_state(after, {"city": before, "hellowork": before}) == "open"


def test_one_side_cannot_confirm_for_both() -> None:
    """A second confirmation under another name does not count."""
    digest = session_digest({"city": CITY}, [])
    assert seal_state(digest, {"city": digest, "city2": digest}) == "one"
    assert seal_state("", {"city": "", "hellowork": ""}) == "open"


@given(TEXTS, ACTIONS, TEXTS, ACTIONS)
def test_the_digest_is_that_of_the_content(
    texts: dict[str, str],
    actions: list[tuple[str, ...]],
    other: dict[str, str],
    others: list[tuple[str, ...]],
) -> None:
    """Equal exactly when texts (by side) and actions (in any order) are equal."""
    same = all(texts.get(team, "") == other.get(team, "") for team in ("city", "hellowork")) and sorted(
        actions
    ) == sorted(others)
    assert (session_digest(texts, actions) == session_digest(other, others)) == same
    assert session_digest(texts, actions) == session_digest(texts, list(reversed(actions)))


def test_the_digest_is_fixed_for_good() -> None:
    """A stored confirmation must be checkable by every later version."""
    assert session_digest({"city": "あ", "hellowork": "b"}, [("1", "w", "cw", "")]) == (
        "0b79fd914929355ee8ecd401e9a50dd291697737d04e2b579d9f469a910a1416"
    )


def test_an_empty_session_is_not_confirmed() -> None:
    """A note or an agreed action must be there."""
    assert check_confirm({"city": " \n"}, []) is not None
    assert check_confirm({"city": CITY}, []) is None
    assert check_confirm({}, [("1", "w", "cw", "")]) is None
