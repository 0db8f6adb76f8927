"""The files that a viewer needs: private, nameless, gone again."""

import errno
import os
import stat
from pathlib import Path

import pytest

from wardclient.printing.files import PaperFiles


def test_a_paper_lies_where_only_this_user_reads_it(tmp_path: Path) -> None:
    """Folder and file; two papers have nothing of a person in their names and are never the same."""
    papers = PaperFiles(tmp_path)
    first, second = papers.add(b"one"), papers.add(b"two")
    assert (first.read_bytes(), second.read_bytes()) == (b"one", b"two")
    assert first.stem.isalnum()
    assert first != second
    if os.name != "nt":
        assert stat.S_IMODE(first.stat().st_mode) == 0o600
        assert stat.S_IMODE(first.parent.stat().st_mode) == 0o700


def test_a_sweep_takes_all_and_may_find_nothing(tmp_path: Path) -> None:
    """Also where no paper was ever shown."""
    papers = PaperFiles(tmp_path)
    assert papers.sweep() == 0
    paths = [papers.add(b"x") for _ in range(3)]
    assert len(papers) == len(paths)
    assert papers.sweep() == 0
    assert not any(path.exists() for path in paths)


def test_a_file_that_is_held_open_is_counted_and_taken_the_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Windows, where a viewer holds it."""
    papers = PaperFiles(tmp_path)
    papers.add(b"held")
    with monkeypatch.context() as held:
        held.setattr(Path, "unlink", _busy)
        assert papers.sweep() == 1
    assert papers.sweep() == 0
    assert len(papers) == 0


def test_what_was_held_is_tried_again_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the next paper, too; a paper that somebody looks at now stays."""
    papers = PaperFiles(tmp_path)
    papers.add(b"held")
    with monkeypatch.context() as held:
        held.setattr(Path, "unlink", _busy)
        papers.sweep()
        now = papers.add(b"now")
        assert papers.sweep_held() == 1
        assert len(papers) == 2
    papers.add(b"later")
    assert papers.sweep_held() == 0
    assert len(papers) == 2
    assert now.exists()


def test_a_full_disk_leaves_no_part_of_a_paper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was begun is taken away."""
    papers = PaperFiles(tmp_path)
    papers.add(b"before")
    papers.sweep()

    def full(descriptor: int, _mode: str) -> object:
        os.close(descriptor)
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "fdopen", full)
    with pytest.raises(OSError, match="full"):
        papers.add(b"x")
    assert len(papers) == 0


def _busy(_path: Path, **_options: object) -> None:
    raise PermissionError
