"""The last look at a paper that goes to an employer: no word on it may tell of the benefit.

Domain 5: nothing that goes to an employer may show welfare status, the corner's name or the word
生活保護. The values of such papers (`documents.papers_out`) have no field for them; but a
person can type anything into a free field, so every text is read once more before it is typeset.
"""

import unicodedata

from wardclient.documents.paper import Paper
from wardclient.documents.problems import EmployerPaperError

TERMS = (
    "生活保護",
    "生保",
    "被保護",
    "保護受給",
    "保護世帯",
    "受給者",
    "受給中",
    "要保護",
    "保護課",
    "保護係",
    "生活支援課",
    "福祉保健センター",
    "福祉事務所",
    "ケースワーカー",
    "ケース番号",
    "査察指導",
    "就労支援専門員",
    "生活困窮",
    "自立支援",
    "児童扶養手当",
    "住居確保給付金",
    "ジョブスポット",
    "支援要請",
    "扶助",
    "公的扶助",
    "welfare",
    "publicassistance",
)
"""Words of the benefit and of the support, folded (`_fold`)."""


def _fold(text: str) -> str:
    """Return the text as it may be compared: width, case, spaces and marks between letters do not hide a word."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in folded if unicodedata.category(c)[0] in "LN")


def tells(text: str, also: tuple[str, ...] = ()) -> bool:
    """Whether a text holds one of the terms, or one of ``also`` (e.g. this case's number)."""
    folded = _fold(text)
    return any(word in folded for term in (*TERMS, *also) if (word := _fold(term)))


def check_employer_paper(paper: Paper, also: tuple[str, ...] = ()) -> None:
    """Raise EmployerPaperError when a paper for an employer tells of the benefit, in one text or across two."""
    if not paper.for_employer:
        return
    # The conditions of an opening are quoted as the law asks: an employer's own words tell nothing of the person.
    texts = list(paper.strings(ours=True))
    fields = tuple(dict.fromkeys(words.name for words in texts if tells(words.text, also)))
    if not fields and tells("".join(words.text for words in texts), also):
        fields = ("全体",)
    if fields:
        raise EmployerPaperError(fields)
