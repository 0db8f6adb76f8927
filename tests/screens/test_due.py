"""同意の期限 at a real desk: what ends within 60, 30 and 7 days, and from there to the consent."""

import datetime as dt

from tests.desk.conftest import CASE, PASSPHRASE, PERSON, Offices, city, offices  # noqa: F401
from tests.screens.walking import at, press, shown, the, unlock
from wardclient.app import WardApp
from wardclient.desk.door import HomeDoor
from wardclient.desk.workstation import Workstation
from wardclient.screens.cases import CasesScreen
from wardclient.screens.consent_state import ConsentStateScreen
from wardclient.screens.due import DueScreen
from wardclient.settings import Settings


def ending(city: Workstation, name: str, days: int) -> str:  # noqa: F811
    """Open a case whose consent ends in so many days."""
    person = {**PERSON, "given_name": name, "birth_date": f"S61.4.{days % 28 + 1}", "phone": ""}
    case_id = city.open_case(person, CASE, none_match=True)
    until = (city.place.today() + dt.timedelta(days=days)).isoformat()
    form = {**city.consent_defaults(case_id), "valid_until": until, "paper_location": "3係"}
    city.record_consent(case_id, form)
    return case_id


async def test_what_ends_soon_is_listed_and_renewed_from_there(offices: Offices, city: Workstation) -> None:  # noqa: F811
    """Told on the first screen, counted by span, the soonest first; Enter leads to the consent."""
    for name, days in (("一郎", 5), ("二郎", 20), ("三郎", 50), ("四郎", 90)):
        ending(city, name, days)
    city.sync_now()
    city.sync_now()
    city.lock()
    app = WardApp(HomeDoor(offices.homes / "city", background=False), Settings())
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot, PASSPHRASE)
        the(app, CasesScreen)
        assert "7日以内に終わる同意が 1件 あります" in shown(app)
        await press(pilot, "ctrl+n")
        assert at(app, DueScreen)
        text = shown(app)
        assert "60日以内 3件" in text
        assert text.index("一郎") < text.index("二郎") < text.index("三郎")
        assert "四郎" not in text
        await press(pilot, "2")
        assert "三郎" not in shown(app)
        await press(pilot, "3")
        assert "二郎" not in shown(app)
        assert "あと5日" in shown(app)
        await press(pilot, "enter")
        assert at(app, ConsentStateScreen)
        assert "一郎" in shown(app)


async def test_with_nothing_ending_it_says_so(offices: Offices, city: Workstation) -> None:  # noqa: F811
    """An empty list is a sentence, not an empty screen."""
    city.lock()
    app = WardApp(HomeDoor(offices.homes / "city", background=False), Settings())
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot, PASSPHRASE)
        assert "7日以内" not in shown(app)
        await press(pilot, "ctrl+n", "3")
        assert "7日以内に終わる同意はありません" in shown(app)
