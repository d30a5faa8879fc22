"""A question's terms with their weights: how much of a question a text carries."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from agentic_search.text.lexicon import terms


@dataclass(frozen=True, slots=True)
class QuestionTerms:
    """A question's terms, each with what it weighs against this evidence: the rarer the more."""

    weights: Mapping[str, float]

    @classmethod
    def of(cls, text: str, *, without: Collection[str] = ()) -> "QuestionTerms":
        """Every term of `text` weighs the same; those `without` nothing."""
        return cls({term: 1.0 for term in terms(text) if term not in without})

    def covered_by(self, found: Iterable[str]) -> float:
        """The share, 0 to 1, of the question's weight that these terms carry; all of it where it asks by no term."""
        total = sum(self.weights.values())
        return sum(self.weights.get(term, 0.0) for term in set(found)) / total if total else 1.0
