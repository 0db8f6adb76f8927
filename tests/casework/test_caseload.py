"""A caseload file is read whole or not at all, and every fault is told by line and column."""

import codecs
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardclient.casework.caseload import Caseload, EncodingLossError, read_caseload, write_caseload
from wardclient.practice.people import make_caseload_csv, people

TODAY = date(2026, 11, 24)
HEADER = "姓,名,フリガナ,生年月日,市区町村,町名番地,支援対象,支援の希望"
ROW = "架空,試子,カクウ　タメシコ,S61.4.2,鶴見区,鶴見中央９－９９－９,C1,はい"
ENGLISH = "Family name,Given name,Kana,Birth date,Municipality,Street address,Target group,Wishes support"


def read(*lines: str, encoding: str = "utf-8", end: str = "\r\n") -> Caseload:
    """Read lines as a file."""
    return read_caseload((end.join(lines) + end).encode(encoding), TODAY)


def faults(loaded: Caseload) -> list[tuple[int, str, str]]:
    """Return line, column and code of each fault, every one with a sentence in both languages."""
    assert all(p.ja and p.en.isascii() for p in loaded.problems)
    return [(p.line, p.column, p.code) for p in loaded.problems]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize(
    "header", [HEADER, ENGLISH, "氏名（姓）,氏名（名）,ｶﾅ,誕生日,区,住所,対象区分,支援の希望"]
)
def test_the_usual_files_are_read(encoding: str, end: str, header: str) -> None:
    """Either encoding, any line end, Japanese or English labels; the name stays as typed."""
    loaded = read(header, ROW, encoding=encoding, end=end)
    assert faults(loaded) == []
    (row,) = loaded.rows
    assert row.line == 2
    assert row.person == {
        "family_name": "架空",
        "given_name": "試子",
        "name_kana": "カクウ\u3000タメシコ",
        "birth_date": "1986-04-02",
        "municipality": "14101",
        "address1": "鶴見中央９－９９－９",
    }
    assert row.case == {"target_group": "C1", "wishes_support": True, "status": "intake"}


def test_a_full_name_in_one_column_is_split_at_its_blank() -> None:
    """Full-width or half-width blank; without one it is asked for, but a single Latin name is fine."""
    header = HEADER.replace("姓,名", "氏名")
    rest = ",カクウ,S61.4.2,鶴見区,1-2,A1,"
    loaded = read(header, "架空\u3000試子" + rest, "RAVI" + rest, "山田太郎" + rest)
    assert faults(loaded) == [(4, "氏名", "full_name")]
    assert [row.person.get("given_name") for row in loaded.rows] == ["試子", None]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([HEADER, ROW.replace("架空", '"架空')], (2, "姓", "stray_quote")),
        ([HEADER, ROW.replace("試子", '試"子')], (2, "名", "stray_quote")),
        ([HEADER, ROW.replace("試子", '"試"子')], (2, "名", "stray_quote")),
        ([HEADER, ROW, ROW + ",あまり"], (3, "", "column_count")),
        ([HEADER.replace("フリガナ,", ""), ROW], (1, "フリガナ", "missing_column")),
        ([HEADER.replace("支援の希望", "フリガナ"), ROW], (1, "フリガナ", "twice")),
        ([HEADER.replace("支援の希望", "氏名"), ROW], (1, "氏名", "twice")),
        ([HEADER.replace("支援の希望", "個人番号"), ROW], (1, "個人番号", "my_number")),
        (
            [HEADER.replace("支援の希望", "備考"), ROW.replace("はい", "番号 1234-5678-9018")],
            (2, "", "my_number"),
        ),
        ([HEADER, ROW.replace("試子", "123456789018")], (2, "名", "my_number")),
        ([HEADER, ROW.replace("S61.4.2", "H31.5.1")], (2, "生年月日", "date_era")),
        ([HEADER, ROW.replace("S61.4.2", "R9.1.1")], (2, "生年月日", "future")),
        ([HEADER, ROW.replace("鶴見区", "どこか")], (2, "市区町村", "municipality")),
        ([HEADER, ROW.replace("C1", "ひとり")], (2, "支援対象", "code")),
        ([HEADER, ROW.replace("カクウ　タメシコ", "架空")], (2, "フリガナ", "kana")),
        ([HEADER, ROW.replace("架空,", ",")], (2, "姓", "required")),
        ([HEADER, "", ROW, ",,,", ROW.replace("C1", "X")], (5, "支援対象", "code")),
        ([HEADER], (0, "", "no_rows")),
        ([""], (0, "", "empty")),
        ([ROW, ROW], (1, "", "no_header")),
    ],
)
def test_each_fault_is_told_by_line_and_column(lines: list[str], expected: tuple[int, str, str]) -> None:
    """The line is that of the file, the column is named as in its header, and there is just this fault."""
    for encoding in ("utf-8", "cp932"):
        assert faults(read(*lines, encoding=encoding)) == [expected]


def test_a_fault_does_not_hide_the_next_one() -> None:
    """An unclosed quote ends with its line, so all rows are looked at in one go."""
    loaded = read(
        HEADER, ROW.replace("架空", '"架空'), ROW.replace("C1", "X"), ROW, ROW.replace("S61", "S70")
    )
    assert faults(loaded) == [(2, "姓", "stray_quote"), (3, "支援対象", "code"), (5, "生年月日", "date_era")]


def test_a_file_without_header_is_not_quoted_back() -> None:
    """The first line may be somebody's data: no sentence repeats it."""
    loaded = read(ROW, ROW)
    said = "".join(p.ja + p.en + p.column for p in (*loaded.problems, *loaded.warnings))
    assert "架空" not in said


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (f"{HEADER}\n{ROW}\n".encode("utf-16"), "UTF-16"),
        (f"{HEADER}\n{ROW}\n".encode("utf-16-le"), "UTF-16"),
        (f"{HEADER}\n".encode("euc_jp"), "EUC-JP"),
        (f"{HEADER}\n".encode("iso2022_jp"), "ISO-2022-JP"),
        (b"\x81\xff\xfe\xfd\n", ""),
    ],
)
def test_a_wrong_encoding_is_named(data: bytes, name: str) -> None:
    """One sentence says what it seems to be and what to save it as."""
    loaded = read_caseload(data, TODAY)
    assert faults(loaded) == [(0, "", "encoding")]
    assert name in loaded.problems[0].ja
    assert "UTF-8" in loaded.problems[0].ja


def test_one_damaged_line_does_not_decide_over_the_encoding() -> None:
    """Bytes of another encoding inside a file are told by their line."""
    mixed = f"{HEADER}\n{ROW}\n".encode() + f"{ROW}\n".encode("cp932") + f"{ROW}\n".encode()
    assert faults(read_caseload(mixed, TODAY)) == [(3, "", "bad_bytes")]
    assert faults(read_caseload(codecs.BOM_UTF8 + mixed, TODAY)) == [(3, "", "bad_bytes")]


def test_quotes_and_commas_inside_quoted_cells_are_text() -> None:
    """A rightly quoted cell may hold both."""
    loaded = read(HEADER, ROW.replace("鶴見中央９－９９－９", '"鶴見中央1-2, コーポ""桜"""'))
    assert faults(loaded) == []
    assert loaded.rows[0].person["address1"] == '鶴見中央1-2, コーポ"桜"'


def test_warnings_do_not_stop_an_import() -> None:
    """Columns without meaning, repeated people and unusual ages are told apart from faults."""
    header, row = HEADER + ",備考", ROW + ",x"
    loaded = read(header, row, row, row.replace("S61.4.2", "R8.4.2"))
    assert faults(loaded) == []
    assert [(w.line, w.column, w.code) for w in loaded.warnings] == [
        (1, "備考", "unknown_column"),
        (3, "", "repeated"),
        (4, "生年月日", "birth_age"),
    ]


def test_a_hopeless_file_stops_being_listed() -> None:
    """After some hundred faults it is another file than was meant."""
    loaded = read(HEADER, *([ROW.replace("C1", "X")] * 2000))
    assert loaded.problems[-1].code == "too_many"
    assert len(loaded.problems) < 600


@pytest.mark.parametrize("locale", ["ja", "en"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_what_is_written_is_read_back(locale: str, encoding: str) -> None:
    """Every person, with rare glyphs, in every state, comes back as it was."""
    invented = list(people(90, 5, today=TODAY))
    written = write_caseload(((one.person, one.case) for one in invented), encoding, locale=locale)
    loaded = read_caseload(written.data, TODAY)
    assert faults(loaded) == []
    kept = {"ward", "episode"}
    assert [row.person for row in loaded.rows] == [one.person for one in invented]
    assert [row.case for row in loaded.rows] == [
        {name: value for name, value in one.case.items() if name not in kept} for one in invented
    ]


def test_cp932_never_loses_a_character_silently() -> None:
    """The cells that lose one are listed; replaced only when allowed, by the usual form if there is one."""
    person = {"family_name": "\U00020bb7田", "given_name": "葛\U000e0100子", "alias": "\U0002a6b2"}
    with pytest.raises(EncodingLossError) as refused:
        write_caseload([({"family_name": "山田"}, {}), (person, {})], "cp932")
    assert [(loss.line, loss.column) for loss in refused.value.losses] == [
        (3, "姓"),
        (3, "名"),
        (3, "通称名・旧姓"),
    ]
    assert "\U00020bb7" not in refused.value.ja
    written = write_caseload([(person, {})], "cp932", allow_loss=True)
    assert written.data.decode("cp932").splitlines()[1].startswith("吉田,葛子,,?,")
    assert len(written.losses) == 3


def test_cp932_keeps_what_it_can_hold() -> None:
    """髙 and 﨑 are in cp932 and stay."""
    written = write_caseload([({"family_name": "髙﨑"}, {})], "cp932")
    assert written.losses == ()
    assert "髙﨑" in written.data.decode("cp932")


@given(st.binary(max_size=300))
def test_any_bytes_are_answered(data: bytes) -> None:
    """No file raises, and what is no caseload has a fault."""
    assert faults(read_caseload(data, TODAY))


@given(st.data())
def test_a_broken_file_has_faults_or_rows_and_never_errors(data: st.DataObject) -> None:
    """Bytes cut out of or put into a good file: every row is read, or told, or both."""
    good = make_caseload_csv(3, 2, data.draw(st.sampled_from(["utf-8", "cp932"])), today=TODAY).data
    begin = data.draw(st.integers(0, len(good)))
    end = data.draw(st.integers(begin, min(len(good), begin + 40)))
    broken = good[:begin] + data.draw(st.binary(max_size=4)) + good[end:]
    loaded = read_caseload(broken, TODAY)
    assert loaded.rows or loaded.problems
    faults(loaded)
