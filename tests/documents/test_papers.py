"""Papers as a reader gets them: pictures, text, letters, and what an employer may never read."""

import os
import re
import unicodedata
from dataclasses import fields, replace
from pathlib import Path

import pytest

from tests.documents import pages, samples
from wardclient.casework.codes import SCOPE_TO_CITY, SCOPE_TO_HW, Purpose
from wardclient.documents.consents import SCOPE_READ
from wardclient.documents.glyphs import lacking
from wardclient.documents.guard import TERMS
from wardclient.documents.languages import CONSENT_IN, ITEMS
from wardclient.documents.letters import letter_paper, receipt_paper
from wardclient.documents.outline import outline
from wardclient.documents.paper import Paper, Rows, Text, Ticks, base, plain, ruby
from wardclient.documents.problems import EmployerPaperError, MissingGlyphsError
from wardclient.documents.shortlist import shortlist_paper
from wardclient.documents.typeset import check, typeset

REFERENCES = Path(__file__).parent / "references"
TOLERANCE = 0.6
"""Mean grey levels: another rounding of a renderer passes, a line that moved or is missing does not."""


@pytest.mark.parametrize("kind", samples.PAPERS)
def test_a_paper_looks_as_it_did(kind: str) -> None:
    """Each page is like its stored picture (NEW_REFERENCES=1 stores it anew)."""
    for number, picture in enumerate(pages.pictures(typeset(samples.PAPERS[kind], "TEST-00001")), 1):
        path = REFERENCES / f"{kind}-{number}.png"
        if os.environ.get("NEW_REFERENCES"):
            REFERENCES.mkdir(exist_ok=True)
            pages.write_png(path, picture)
        width, height, grey = pages.read_png(path)
        assert picture[:2] == (width, height)
        assert pages.difference(grey, picture[2]) < TOLERANCE


def test_the_comparison_of_pictures_sees_another_paper() -> None:
    """Pictures of two papers differ by more than the tolerance."""
    one, other = (pages.pictures(typeset(samples.PAPERS[k], "TEST-00001"))[0] for k in ("visit", "receipt"))
    assert pages.difference(one[2], other[2]) > TOLERANCE


@pytest.mark.parametrize("kind", samples.PAPERS)
def test_a_paper_holds_all_its_texts_and_its_serial(kind: str) -> None:
    """Nothing of the values is lost on the way to the page or to the outline."""
    paper = samples.PAPERS[kind]
    found = "".join(pages.text(typeset(paper, "TEST-00001")).split())
    shown = "\n".join(outline(paper, "TEST-00001"))
    assert "TEST-00001" in found
    for name, text, _ in paper.strings():
        # Ruby stands above its word in the outline; the bare text is asked of blocks without it.
        if name in {"本文", "ふりがな"}:
            continue
        assert text in shown
        assert not [c for c in unicodedata.normalize("NFKC", text) if not c.isspace() and c not in found]


def test_dates_are_of_the_era() -> None:
    """令和 on paper, never 2026."""
    shown = "\n".join(outline(samples.PAPERS["letter"]))
    assert "令和8年11月24日" in shown
    assert "2026" not in shown


@pytest.mark.parametrize("language", ["", *CONSENT_IN])
def test_the_consent_is_one_page(language: str) -> None:
    """One page, two copies (domain 5.2), in every language."""
    assert len(pages.pictures(typeset(samples.consent(language), "T"))) == 1
    # With the longest that the form proposes too.
    longest = samples.consent(language, purposes=tuple(purpose.ja for purpose in Purpose))
    assert len(pages.pictures(typeset(longest, "T"))) == 1


def test_ticked_items_are_those_of_the_consent() -> None:
    """S1, S4 and H3 are ticked, all others are open."""
    ticks = [b for b in samples.PAPERS["consent"].blocks if isinstance(b, Ticks)]
    assert [base(text)[:2] for block in ticks for on, text in block.items if on] == ["S1", "S4", "H3"]
    assert sum(len(block.items) for block in ticks) == len("S1234567") - 1 + len("H12345") - 1


@pytest.mark.parametrize("language", CONSENT_IN)
def test_every_language_of_the_consent_can_be_shown(language: str) -> None:
    """All letters are in the fonts, and the text is on the paper."""
    words = CONSENT_IN[language]
    assert not [
        code for line in (words.heading, *words.lines, *words.items) for code in lacking(line, language)
    ]
    found = "".join(pages.text(typeset(samples.consent(language), "T")).split())
    for line in (*words.lines, *words.items):
        assert "".join(line.split()) in found or not set("".join(line.split())) - set(found)


@pytest.mark.parametrize("language", CONSENT_IN)
def test_every_item_stands_beside_itself_in_the_other_language(language: str) -> None:
    """The person sees in both languages which boxes are ticked."""
    ticks = [block for block in samples.consent(language).blocks if isinstance(block, Ticks)]
    assert len(CONSENT_IN[language].items) == len(ITEMS)
    beside = [other for block in ticks for other in block.beside]
    assert beside == list(CONSENT_IN[language].items)


def test_the_items_are_those_of_the_code_list() -> None:
    """The readings change no word of them, and no kanji of the consent is without one."""
    known = {**SCOPE_TO_HW, **SCOPE_TO_CITY}
    assert {code: base(text) for code, text in SCOPE_READ.items()} == {
        code: f"{code} {item.ja}" for code, item in known.items()
    }
    paper = samples.consent()
    read = [paper.title_read, *SCOPE_READ.values()]
    read += [block.runs for block in paper.blocks if isinstance(block, Text)]
    bare = [
        part for runs in read for part, reading in runs if not reading and re.search("[\u4e00-\u9fff]", part)
    ]
    assert bare == []


def test_a_reading_belongs_to_the_kanji_before_it() -> None:
    """Kana before the kanji keep their place."""
    assert ruby("と手伝《てつだ》う") == (("と", ""), ("手伝", "てつだ"), ("う", ""))


@pytest.mark.parametrize("text", ["동의", "说明书"])
def test_letters_that_the_fonts_lack_are_named_before_printing(text: str) -> None:
    """No empty box: the field and the code points are told, not the person's words."""
    with pytest.raises(MissingGlyphsError) as error:
        typeset(Paper("x", (Rows((("氏名", text),)),)), "T")
    assert [name for name, _ in error.value.fields] == ["氏名"]
    assert text not in error.value.ja + error.value.en


def test_a_variant_is_shown_and_an_unknown_variant_is_reported() -> None:
    """葛 with a known selector prints; with one that no font has it would be the wrong name."""
    assert typeset(Paper("x", (plain("葛\U000e0100飾"),)), "T")
    with pytest.raises(MissingGlyphsError):
        typeset(Paper("x", (plain("葛\U000e01ef飾"),)), "T")


def test_values_are_never_read_as_markup() -> None:
    """What looks like a program of the typesetter comes out as it was typed."""
    typed = '#panic("x") *b* $x$ #read("/etc/passwd") \\ @a <b> ]'
    paper = Paper(typed, (plain(typed), Rows(((typed, typed),))))
    assert "".join(pages.text(typeset(paper, "T")).split()).count("".join(typed.split())) == len("tpll")


@pytest.mark.parametrize("term", TERMS)
@pytest.mark.parametrize("make", [samples.LETTER, samples.RECEIPT], ids=["letter", "receipt"])
def test_no_field_of_an_employers_paper_tells_of_the_benefit(make: object, term: str) -> None:
    """Each term, planted in each field, in disguise, refuses the paper and is not repeated."""
    for field in fields(make):  # type: ignore[arg-type]
        for planted in (term, " ".join(term), "・".join(term), f"前{term.upper()}後"):
            values = replace(make, **{field.name: planted})  # type: ignore[type-var]
            whole = letter_paper(values) if make is samples.LETTER else receipt_paper(values)  # type: ignore[arg-type]
            with pytest.raises(EmployerPaperError) as error:
                typeset(whole, "T")
            assert planted not in error.value.ja


@pytest.mark.parametrize("term", TERMS)
def test_what_is_ours_on_a_shortlist_tells_nothing_and_what_is_quoted_stays(term: str) -> None:
    """The person shows it at an interview; the file's own words are the law's, whatever the employer does."""
    first = samples.SHORTLIST.openings[0]
    for ours in ("reason", "word", "warning", "origin"):
        planted = replace(first, **{ours: f"前{' '.join(term)}後"})  # type: ignore[arg-type]
        values = replace(samples.SHORTLIST, openings=(planted,))
        with pytest.raises(EmployerPaperError):
            typeset(shortlist_paper(values), "T")
    quoted = replace(first, job_title=f"{term}の事務", conditions=(("事業内容", f"{term}の運営"),))
    check(shortlist_paper(replace(samples.SHORTLIST, openings=(quoted,))))


def test_an_employers_paper_never_holds_this_cases_number() -> None:
    """Own words of the case are refused like the terms."""
    with pytest.raises(EmployerPaperError):
        typeset(letter_paper(replace(samples.LETTER, bring="12-３４5 持参")), "T", ("12-345",))


def test_a_clean_letter_is_printed_without_a_word_of_the_benefit() -> None:
    """The rendered text itself, not only its values."""
    found = "".join(pages.text(typeset(samples.PAPERS["letter"], "T")).split()).casefold()
    assert "紹介状" in found
    assert not [term for term in TERMS if term in found]
