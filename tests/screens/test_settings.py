"""Settings of one PC."""

from pathlib import Path

import pytest

from wardclient.settings import Settings, load_settings, save_settings


def test_what_is_set_is_read_back(tmp_path: Path) -> None:
    """Saved settings come back as they were."""
    chosen = Settings("en", "contrast", 15, 30)
    assert save_settings(tmp_path / "deep" / "settings.json", chosen)
    assert load_settings(tmp_path / "deep" / "settings.json") == chosen


@pytest.mark.parametrize("text", ["", "{", "[]", '{"theme": "pink"}', '{"idle_minutes": "soon"}', '{"x": 1}'])
def test_a_broken_file_keeps_nobody_from_work(tmp_path: Path, text: str) -> None:
    """Whatever stands in the file, there are settings to work with."""
    file = tmp_path / "settings.json"
    file.write_text(text, encoding="utf-8")
    assert load_settings(file) == Settings()


@pytest.mark.parametrize(("minutes", "kept"), [(0, 1), (1, 1), (15, 15), (16, 15), (9999, 15)])
def test_the_idle_lock_cannot_be_set_off(tmp_path: Path, minutes: int, kept: int) -> None:
    """Between one minute and fifteen, whatever the file says."""
    file = tmp_path / "settings.json"
    file.write_text(f'{{"idle_minutes": {minutes}}}', encoding="utf-8")
    assert load_settings(file).idle_minutes == kept


def test_a_file_that_cannot_be_written_is_no_fault(tmp_path: Path) -> None:
    """A folder in the file's place is answered with False."""
    assert save_settings(tmp_path, Settings()) is False
