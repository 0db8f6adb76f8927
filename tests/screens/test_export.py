"""Taking a list out from the case list: reason, passphrase twice, the log on the same screen."""

from pathlib import Path

from tests.screens.conftest import Make
from tests.screens.walking import at, press, settled, shown, unlock
from wardclient.screens.cases import CasesScreen
from wardclient.screens.export import ExportScreen
from wardclient.widgets.ime import ImeInput

WORDS = "tori-ga-naku-mae-no-umi"


def typed(app: object, **values: str) -> None:
    """Fill the fields of the screen."""
    for name, value in values.items():
        app.screen.query_one(f"#{name}", ImeInput).value = value  # type: ignore[attr-defined]


async def test_a_list_goes_out_from_the_case_list_and_is_in_the_log(make: Make, tmp_path: Path) -> None:
    """What is missing is said; then the file is there, the log has its line, the passphrase is gone."""
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await press(pilot, "ctrl+y")
        assert at(app, ExportScreen)
        assert "まだ何も書き出していません" in shown(app)
        await press(pilot, "ctrl+s")
        assert "ファイルの場所と名前" in shown(app)
        typed(app, file=str(tmp_path / "cases"), words=WORDS, again=WORDS + "x")
        await press(pilot, "ctrl+s")
        assert "二つの合言葉がちがいます" in shown(app)
        typed(app, again=WORDS)
        await press(pilot, "ctrl+s")
        assert "書き出す理由を書いてください" in shown(app)
        assert not (tmp_path / "cases").exists()
        typed(app, reason="監査の準備")
        await press(pilot, "ctrl+s")
        await settled(pilot)
        assert (tmp_path / "cases").exists()
        assert "暗号化して" in shown(app)
        assert "監査の準備" in shown(app)
        assert WORDS not in shown(app)
        assert app.screen.query_one("#words", ImeInput).value == ""
        await press(pilot, "escape")
        assert at(app, CasesScreen)


async def test_only_what_was_searched_goes_out(make: Make, tmp_path: Path) -> None:
    """The search of the list is named on the screen and narrows the file; plain is a choice of its own."""
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        typed(app, search="戸部")
        await settled(pilot)
        await press(pilot, "ctrl+y")
        assert "検索「戸部」で見つかるものだけ" in shown(app)
        typed(app, file=str(tmp_path / "plain.csv"), reason="監査の準備")
        app.screen.form.fill("plain")  # type: ignore[attr-defined]
        await press(pilot, "ctrl+s")
        await settled(pilot)
        (row,) = app.desk.exports()
        assert (row.rows, row.plain) == (1, True)
        assert "使い終わったら消してください" in shown(app)
