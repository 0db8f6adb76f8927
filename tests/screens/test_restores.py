"""An announced restore in the inbox: what happened, what is safe, what to do; the key to acknowledge it."""

import pytest

from tests.screens.conftest import Make
from tests.screens.desk_model import Ward
from tests.screens.walking import press, shown, unlock
from wardclient.desk.restore_rows import RestoreRow
from wardclient.desk.restores import _TEXTS
from wardclient.desk.rows import SyncStatus
from wardclient.screens.sync_words import sync_text

TEXT = _TEXTS["waiting"][0].format(entries=1_204)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_restore_is_read_and_acknowledged(make: Make, ward: Ward, size: tuple[int, int]) -> None:
    """A part of its own beside the incidents; F5 asks before it is said; lost work stands there with its author."""
    ward.restores += [
        RestoreRow("waiting", "2026-11-24T09:10:00+09:00", TEXT, 1_204),
        RestoreRow("aside", "2026-11-24T08:50:00+09:00", "面談記録: 失われた記録", 0, "CW 2係", "戸部 健一"),
    ]
    app = make()
    async with app.run_test(size=size) as pilot:
        await unlock(pilot)
        await press(pilot, "f4", "left")
        text = shown(app)
        for part in ("[復旧 2]", "復旧を確認", "1,204", "中央サービス", "CW 2係"):
            assert part in text
        await press(pilot, "down", "enter")
        assert "戸部 健一" in shown(app)
        await press(pilot, "f5")
        assert "運用の担当" in shown(app)
        await press(pilot, "escape")
        assert ward.restores[0].kind == "waiting"
        await press(pilot, "f5", "left", "enter")
        assert {row.kind for row in ward.restores} == {"acknowledged"}
        assert "復旧を確認しました" in shown(app)


async def test_without_a_restore_the_inbox_has_no_part_of_it(make: Make) -> None:
    """Nothing about restores where none was announced."""
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await press(pilot, "f4", "left", "left")
        assert "[異常 0]" in shown(app)
        assert "復旧" not in shown(app)


def test_the_status_line_says_what_is_waited_for() -> None:
    """Words, not a colour: the acknowledgement is awaited, and how much is unsent."""
    assert sync_text(SyncStatus("restored", 3, 0, "", 0, 0, 0)) == "復旧の確認待ち 未送信 3件"
