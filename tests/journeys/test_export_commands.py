"""Taking lists out by command line."""

from pathlib import Path

from tests.journeys.wards import Ward, share


def test_a_list_goes_out_is_logged_and_opens_again(ward: Ward, tmp_path: Path) -> None:
    """With a passphrase of its own; openings are refused in words; the log says who, what, how many, why."""
    case_id = share(ward)
    words, out, back = tmp_path / "words", tmp_path / "cases.wcx", tmp_path / "cases.csv"
    words.write_text("tori-ga-naku-mae-no-umi\n", encoding="utf-8")
    to = ("--file-passphrase-file", str(words))
    made = ward.city.do("export", "cases", "--reason", "監査の準備", "-o", str(out), *to)
    assert (made["rows"], made["plain"]) == (1, False)
    assert case_id in ward.city.do("export", "open", str(out), *to)["csv"]
    ward.city.do("export", "open", str(out), "-o", str(back), *to)
    assert case_id in back.read_text(encoding="utf-8-sig")
    log = ward.city.do("export", "log")
    assert [(line["kind"], line["reason"]) for line in log][-1] == ("cases", "監査の準備")
    refused = ward.city.run("export", "openings", "--reason", "監査", "-o", str(tmp_path / "o"), *to)
    assert refused.code == 1
    assert "提供の条件" in refused.error
    assert ward.city.run("export", "cases", "-o", str(tmp_path / "p"), *to).code == 2
