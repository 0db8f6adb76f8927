"""What a passphrase must be, and that the way it is typed does not matter."""

import pytest

from wardclient.vault.passphrases import (
    WAITS,
    WeakPassphraseError,
    check_strength,
    passphrase_bytes,
    wait_after,
)


@pytest.mark.parametrize(
    "passphrase",
    [
        "correct-horse",
        "twelve chars",
        "つるみくのあさのかわかぜ",
        "さくら みかん つくえ でんしゃ",
        "さくら　みかん　つくえ　でんしゃ",
        "ab cd ef gh",
        "2026年の春のさくら並木",
    ],
)
def test_long_ones_and_four_words_are_taken(passphrase: str) -> None:
    """Twelve characters, or four different words of two or more, in any script."""
    check_strength(passphrase)


@pytest.mark.parametrize(
    "passphrase",
    [
        "",
        "short",
        "elevenchars",
        "aaaaaaaaaaaaaaaa",
        "abababababababab",
        "123456789012",
        "１２３４５６７８９０１２",
        "1234-5678-9012",
        "0800 000 0777 1",
        "a b c d e",
        "ab ab ab ab",
        "          ab",
    ],
)
def test_weak_ones_are_refused_with_words(passphrase: str) -> None:
    """Short, repeated, or nothing but digits (a My Number): refused in both languages, without an echo."""
    with pytest.raises(WeakPassphraseError) as caught:
        check_strength(passphrase)
    assert "12文字" in caught.value.ja
    assert "12 characters" in caught.value.en
    assert str(caught.value) == ""


@pytest.mark.parametrize(
    ("typed", "same"),
    [
        ("Correct horse", "Ｃｏｒｒｅｃｔ　ｈｏｒｓｅ"),
        ("ツルミク", "ﾂﾙﾐｸ"),
        ("が", "か\u3099"),
    ],
)
def test_the_input_mode_does_not_matter(typed: str, same: str) -> None:
    """Full-width letters, half-width kana and separate voicing marks are the same passphrase."""
    assert passphrase_bytes(typed) == passphrase_bytes(same)


def test_case_spaces_and_stray_bytes_matter() -> None:
    """Nothing else is folded away, and bytes that are no text at all do not raise."""
    forms = ["correct horse", "Correct horse", "correcthorse", "correct horse ", "correct horse\udcff"]
    assert len({bytes(passphrase_bytes(form)) for form in forms}) == len(forms)


def test_waits_grow_and_stay() -> None:
    """The first two wrong tries cost nothing; the fifth and all later ones five minutes."""
    assert [wait_after(wrong) for wrong in range(8)] == [0, 0, 0, 5, 15, 300, 300, 300]
    assert list(WAITS) == sorted(WAITS)
