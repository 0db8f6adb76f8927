"""Papers at two real terminals: from the case to the printer, to the history of both offices; and what goes wrong."""

import os
import re
import threading
from pathlib import Path

import pytest

from tests.documents.pages import text
from tests.journeys.seats import Seat, seated
from tests.journeys.wards import Ward, share
from tests.printers import Cups

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-ins are scripts with a first line")
NAME = "架空"


def open_papers(seat: Seat) -> None:
    """From the list of cases to the papers of the one."""
    seat.open_case(NAME)
    seat.press("t")
    seat.wait_for("様式の印刷")
    # The first paper in words: the list has come, and keys have something to act on.
    seat.wait_for("個人情報の提供に関する同意書")


def to_the_history(seat: Seat) -> None:
    """From the case to its history, four parts to the right."""
    seat.wait_for("に見えるもの")
    seat.press("right", "right", "right", "right")
    seat.wait_for("[経過]")


def test_a_paper_goes_from_the_case_to_the_printer_and_into_both_histories(ward: Ward, cups: Cups) -> None:
    """A printer is chosen, a paper printed by keys alone; its serial is on the paper and on both screens."""
    share(ward)
    with seated(ward.city, ward.hellowork) as (city, hellowork):
        hellowork.open_case(NAME)
        to_the_history(hellowork)
        open_papers(city)
        city.press("f2")
        city.wait_for("corner")
        city.press("down", "enter")
        city.wait_for("プリンター: hall")
        city.press("p")
        city.wait_for("を印刷しました")
        ((arguments, pdf),) = cups.jobs
        assert arguments[:2] == ["-d", "hall"]
        (serial,) = re.findall(r"[0-9A-F]{6}-00001", text(pdf))
        city.wait_for(serial)
        city.press("escape")
        to_the_history(city)
        for seat in (city, hellowork):
            # On 80 columns the line of the history ends within the serial.
            seat.wait_for(f"印刷  様式 同意書、印刷番号 {serial[:5]}")
    # The rest of the paper came to nobody, and lies nowhere.
    for office in (ward.city, ward.hellowork):
        assert list(office.home.glob("papers/*")) == []


def test_what_went_wrong_at_the_printer_is_said_recorded_and_settled(ward: Ward, cups: Cups) -> None:
    """One refuses: nothing came. One is killed in the middle: nobody knows, until a person says what is there."""
    share(ward)
    with seated(ward.city, ward.hellowork) as (city, hellowork):
        hellowork.open_case(NAME)
        to_the_history(hellowork)
        open_papers(city)
        cups.refuse()
        city.press("p")
        city.wait_for("受け付けませんでした")
        city.wait_for("取りやめ")
        cups.mend()
        cups.die()
        city.press("p")
        city.wait_for("紙が出たかは分かりません")
        city.wait_for("出たか不明")
        hellowork.wait_for("印刷の返事なし")
        cups.mend()
        city.press("e")
        city.wait_for("紙は出ましたか")
        city.press("enter")
        city.wait_gone("紙は出ましたか")
        city.wait_gone("出たか不明")
        hellowork.wait_for("紙が出たことを確かめた")
        assert cups.jobs == []
        city.press("p")
        city.wait_for("を印刷しました")
        ((_arguments, pdf),) = cups.jobs
        assert "-00003" in text(pdf), "a serial is never used twice"


def test_the_viewer_holds_no_paper_beyond_the_lock(ward: Ward, cups: Cups) -> None:
    """The key o opens a file that only this user may read; the lock takes it away."""
    share(ward)
    with seated(ward.city) as (city,):
        open_papers(city)
        city.press("o")
        city.wait_for("を開きました")
        (path,) = cups.wait_shown()
        assert Path(path).parent == ward.city.home / "papers"
        assert Path(path).stat().st_mode & 0o077 == 0
        city.press("ctrl+l")
        city.wait_for("合言葉")
        city.wait_for("解錠")
        for _ in range(1_000):
            if not Path(path).exists():
                break
            threading.Event().wait(0.01)
        assert not Path(path).exists()
