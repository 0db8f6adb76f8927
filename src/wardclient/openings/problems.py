"""What this package tells people: plain values with both languages, never data of a person."""

from dataclasses import dataclass

from wardclient.casework.problems import Problem

__all__ = [
    "REASONS",
    "FileRefusedError",
    "OpeningsError",
    "Problem",
    "RowProblem",
    "SearchRefusedError",
    "row_problem",
]


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One row of a file that was set aside.

    ``row`` counts records with the header as row 1, as a spreadsheet shows them; ``line`` counts
    physical lines, as a text editor shows them. ``column`` is the header text, empty for the whole row.
    """

    row: int
    line: int
    column: str
    code: str
    ja: str
    en: str


class OpeningsError(Exception):
    """A refusal with its reasons. The exception's own text is the code only."""

    def __init__(self, *problems: Problem) -> None:
        """Keep the reasons in order; there is at least one."""
        super().__init__(", ".join(problem.code for problem in problems))
        self.problems = problems


class FileRefusedError(OpeningsError):
    """The file as a whole cannot be read in. What was there before is untouched."""


class SearchRefusedError(OpeningsError):
    """The question is wrong (an unknown code, a text without letters). Never answered with zero hits."""


REASONS: dict[str, tuple[str, str]] = {
    "column_count": ("列の数が見出しと違います", "the number of columns differs from the header"),
    "bad_bytes": ("文字コードがWindows-31J(cp932)ではない文字があります", "bytes that are not cp932"),
    "control": ("制御文字が入っています", "control characters inside"),
    "stray_quote": ('引用符(")が閉じていません', "a quote that is never closed"),
    "bad_quotes": ('引用符(")の使い方が正しくありません', "quotes in the wrong place"),
    "too_long": ("1行が長すぎます", "the row is too long"),
    "bad_key": ("求人番号の形が正しくありません", "the opening number is malformed"),
    "bad_number": ("数字ではありません", "not a number"),
    "bad_date": ("日付として読めません", "not a date"),
    "missing_value": ("必要な項目が空です", "a required value is empty"),
}
"""Why a row is set aside: code -> Japanese, English."""


def row_problem(code: str, row: int, line: int, column: str = "") -> RowProblem:
    """Return the problem of one row with its words."""
    ja, en = REASONS[code]
    return RowProblem(row, line, column, code, ja, en)
