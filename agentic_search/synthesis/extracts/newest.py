"""Puts first what is newest, where a question asks for that."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from agentic_search.domain.outcome import Evidence, Passage
from agentic_search.synthesis.evidence.question_terms import QuestionTerms
from agentic_search.synthesis.evidence.relevance import telling_title
from agentic_search.synthesis.extracts.question_form import asks_for_newest
from agentic_search.text.lexicon import terms

ABOUT_IT = 0.6
"""Share of the question's subject that a dated passage must carry."""

MOST = 3

_FRAME = frozenset(
    terms("latest newest most recent recently news new story stories article post posts update today now")
)
_DATES = ("created_at", "published", "published_at", "date", "created", "updated", "updated_at", "time", "pubdate")


def newest(query: str, evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """The newest passages about the question's subject, newest first; none where it does not ask for those."""
    if not asks_for_newest(query):
        return ()
    subject = QuestionTerms.of(query, without=_FRAME)
    dated = [(moment, item) for item in evidence if (moment := date_of(item.passage)) and _is_about(subject, item)]
    return tuple(item for _, item in sorted(dated, key=lambda pair: pair[0], reverse=True)[:MOST])


def date_of(passage: Passage) -> str:
    """The day of a record, as 2026-10-30; empty where it has none."""
    return next(_days(dict(passage.facts)), "")


def dated_title(passage: Passage) -> str:
    """What it is called, and of which day."""
    return f"{passage.title} ({date_of(passage)})"


def _days(facts: dict[str, str]) -> Iterator[str]:
    for name in _DATES:
        try:
            yield datetime.fromisoformat(facts[name]).date().isoformat()
        except (KeyError, ValueError):
            continue


def _is_about(subject: QuestionTerms, item: Evidence) -> bool:
    text = f"{telling_title(item.passage)} {item.passage.text[:2_000]}"
    return not subject.weights or subject.covered_by(terms(text)) >= ABOUT_IT
