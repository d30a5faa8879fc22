"""Judges by words alone whether evidence bears on a question, and whether it says what an answer says."""

from collections.abc import Iterable, Sequence
from itertools import chain, islice

from agentic_search.domain.outcome import Evidence
from agentic_search.synthesis.evidence.question_terms import QuestionTerms
from agentic_search.synthesis.evidence.relevance import LONGEST, telling_title
from agentic_search.text.lexicon import terms
from agentic_search.text.sentences import split_sentences

BEARING = 0.5
"""Share of a question's terms that one passage must have."""

SUPPORTED = 0.5
"""Share of a sentence's terms that one source must have."""

MOST_SENTENCES = 50
"""Sentences of an answer that are looked at."""


def bears_on(query: str, evidence: Iterable[Evidence]) -> bool:
    """Whether a passage, with its title, has at least half of the question's terms."""
    question = QuestionTerms.of(query)
    return any(question.covered_by(_words(item)) >= BEARING for item in evidence)


def is_supported(answer: str, evidence: Sequence[Evidence]) -> bool:
    """Whether at least half of the sentences have half of their terms in one source."""
    sources = [set(_words(item)) for item in evidence]
    written = islice(chain.from_iterable(map(split_sentences, answer.splitlines())), MOST_SENTENCES)
    sentences = [set(found) for found in map(terms, written) if found]
    supported = sum(
        any(len(sentence & source) >= SUPPORTED * len(sentence) for source in sources) for sentence in sentences
    )
    return bool(sentences) and 2 * supported >= len(sentences)


def _words(item: Evidence) -> Iterable[str]:
    return terms(f"{telling_title(item.passage)}\n{item.passage.text[:LONGEST]}")
