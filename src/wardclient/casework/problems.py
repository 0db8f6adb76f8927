"""What a rule answers when something is not right: one sentence in each language, by field.

A sentence names fields, limits and forms, never what the person typed: it may be logged.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in ``field`` (empty: the whole record). ``code`` is stable, for tests and scripts."""

    field: str
    code: str
    ja: str
    en: str

    def text(self, locale: str = "ja") -> str:
        """Return the sentence in Japanese, or in English for any other locale."""
        return self.ja if locale.startswith("ja") else self.en


class CaseworkError(ValueError):
    """A refusal with its reason. The exception's own text is the code alone, so it may be logged."""

    def __init__(self, problem: Problem) -> None:
        """Keep the problem."""
        super().__init__(problem.code)
        self.problem = problem

    @property
    def ja(self) -> str:
        """The sentence in Japanese."""
        return self.problem.ja

    @property
    def en(self) -> str:
        """The sentence in English."""
        return self.problem.en
