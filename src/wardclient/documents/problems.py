"""What stops a paper, told in both languages and without the words that stopped it."""


class PaperError(Exception):
    """A paper that must not be printed as it is."""

    code = "paper"

    def __init__(self, ja: str, en: str) -> None:
        """Keep both sentences."""
        super().__init__(self.code)
        self.ja = ja
        self.en = en


class MissingGlyphsError(PaperError):
    """Letters that the fonts do not have. ``fields``: the names of the fields that hold them."""

    code = "missing_glyphs"

    def __init__(self, fields: tuple[tuple[str, str], ...]) -> None:
        """Name the fields and the code points; a code point alone tells nobody's name."""
        self.fields = fields
        said = "、".join(f"{name} ({points})" for name, points in fields)
        super().__init__(
            f"印刷用の書体にない文字があります: {said}。印刷していません。入力した文字はそのまま残っています。"
            "別の字体で書けるか確かめるか、手書きの様式をお使いください。",
            f"The printing fonts lack letters in: {said}. Nothing was printed and nothing was changed. "
            "See whether another form of the letter will do, or use a form filled by hand.",
        )


class EmployerPaperError(PaperError):
    """Words that an employer must not read. ``fields``: where they stand."""

    code = "employer_paper"

    def __init__(self, fields: tuple[str, ...]) -> None:
        """Name the fields, not the words."""
        self.fields = fields
        said = "、".join(fields)
        super().__init__(
            f"事業所へ渡す書類に、受給や支援が分かる言葉があります: {said}。印刷していません。"
            "その欄を直してから、もう一度印刷してください。",
            f"A paper for an employer would tell of the benefit or the support, in: {said}. "
            "Nothing was printed. Change the field and print again.",
        )
