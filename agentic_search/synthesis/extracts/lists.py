"""Answers by a list or a count that a tool gave whole: how many there are, then a table of the first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agentic_search.domain.answer import Source
from agentic_search.domain.outcome import Evidence, Listing, Passage
from agentic_search.synthesis.evidence.question_terms import QuestionTerms
from agentic_search.synthesis.evidence.relevance import is_named
from agentic_search.synthesis.extracts.question_form import asks_for_count, asks_for_list
from agentic_search.synthesis.markdown.escape import escape_inline
from agentic_search.synthesis.markdown.tables import table
from agentic_search.text.counting import singular
from agentic_search.text.lexicon import terms
from agentic_search.text.sentences import shortened

ROWS = 20
"""Rows shown."""

COLUMNS = 4
"""Columns shown beside the name."""

ASKED_FOR = 0.5
"""Share of the question that the words of a list must cover, those of its tool among them."""

NAMED = 0.75
"""The same share where the question does not ask for a list in so many words: `stories by mara_k`."""

_FRAME = frozenset(terms("list show all many much number count name every total available exist mention contain hold"))
"""Terms by which a question asks for a list or a count, whatever of."""
_TELLING = (
    "path version author date created_at published points score rating price size amount status year type license"
)
_PATHS = ("path", "file_path", "filepath", "filename")
_LONGEST_CELL = 100
_LONGEST_SNIPPET = 2_000


@dataclass(frozen=True, slots=True)
class Listed:
    """One list among the evidence."""

    listing: Listing
    evidence: tuple[Evidence, ...]
    """Its records, in its order."""


def listed_answer(query: str, evidence: Sequence[Evidence], best_coverage: float) -> Listed | None:
    """The list that the question asks for; None where it asks for one thing in it, or for something else.

    `best_coverage`: how much of the question the best single passage carries.
    """
    question = QuestionTerms.of(query, without=_FRAME)
    asked = asks_for_list(query) or asks_for_count(query)
    best, found = 0.0, None
    for candidate in lists_in(evidence):
        covered = question.covered_by(_words_of(candidate)) if question.weights else 0.0
        least = ASKED_FOR if asked else max(NAMED, best_coverage)
        if covered >= least and covered > best:
            best, found = covered, candidate
    if found is None or any(is_named(query, item.passage) for item in found.evidence if len(found.evidence) > 1):
        return None
    return found


def counted_answer(query: str, evidence: Sequence[Evidence]) -> Evidence | None:
    """The count that the question asks for."""
    if not asks_for_count(query):
        return None
    question = QuestionTerms.of(query, without=_FRAME)
    counts = [item for item in evidence if item.passage.fact_of and item.passage.text[:1].isdigit()]
    covered = [
        question.covered_by(terms(f"{item.passage.fact_of} {item.passage.text}")) if question.weights else 1.0
        for item in counts
    ]
    best = max(covered, default=0.0)
    return counts[covered.index(best)] if best >= ASKED_FOR else None


def lists_in(evidence: Sequence[Evidence]) -> list[Listed]:
    """The lists among the evidence, in its order."""
    by_list: dict[tuple[str, str, str], list[Evidence]] = {}
    for item in evidence:
        if (listing := item.passage.listing) is not None:
            by_list.setdefault((item.task_id, listing.address, listing.things), []).append(item)
    return [Listed(listing, tuple(items)) for items in by_list.values() if (listing := items[0].passage.listing)]


def list_paragraphs(found: Listed, number: int) -> Iterator[str]:
    """How many there are, and a table of the first; cited as [number]."""
    rows = _rows(found)
    things = found.listing.things if len(rows) != 1 else singular(found.listing.things)
    yield f"**{len(rows)} {escape_inline(things)}.** [{number}]"
    columns = _columns(found.evidence)
    header = [things, *(name.replace("_", " ") for name in columns)]
    yield table(header, [row(columns) for row in rows[:ROWS]])
    if len(rows) > ROWS:
        yield f"{len(rows) - ROWS} more."


def list_source(found: Listed, number: int) -> Source:
    """The list as one source."""
    rows = _rows(found)
    listing, task_id = found.listing, found.evidence[0].task_id
    snippet = shortened(
        f"{len(rows)} {listing.things}: {', '.join(row.address or row.name for row in rows)}", _LONGEST_SNIPPET
    )
    return Source(id=number, title=listing.title, url=listing.address, snippet=snippet, task_id=task_id)


def _words_of(found: Listed) -> Sequence[str]:
    return terms(f"{found.listing.things} {found.listing.title} {found.evidence[0].passage.fact_of}")


@dataclass(frozen=True, slots=True)
class _Row:
    name: str
    passage: Passage | None

    @property
    def address(self) -> str:
        """Its path, where it has one."""
        facts = dict(self.passage.facts) if self.passage else {}
        return next((facts[name] for name in _PATHS if name in facts), "")

    def __call__(self, columns: Sequence[str]) -> list[str]:
        facts = dict(self.passage.facts) if self.passage else {}
        values = [facts.get(name, self._text() if name == _ABOUT else "") for name in columns]
        return [shortened(value, _LONGEST_CELL) or value[:_LONGEST_CELL] for value in (self.name, *values)]

    def _text(self) -> str:
        return self.passage.text.split("\n", 1)[0] if self.passage else ""


_ABOUT = "about"


def _rows(found: Listed) -> list[_Row]:
    """The records; of a list of texts, which is one passage, its lines."""
    match found.evidence:
        case (item,) if item.passage.title == found.listing.title:
            return [_Row(line.removeprefix("- "), None) for line in item.passage.text.split("\n")]
        case several:
            return [_Row(item.passage.title, item.passage) for item in several]


def _columns(evidence: Sequence[Evidence]) -> list[str]:
    """The fields that most records have: those first that people ask for, then in the data's order; a text last."""
    held: dict[str, int] = {}
    for item in evidence[:ROWS]:
        for name, _ in item.passage.facts:
            held[name] = held.get(name, 0) + 1
    shown = min(len(evidence), ROWS)
    common = [name for name, times in held.items() if 2 * times >= shown]
    telling = _TELLING.split()
    common.sort(key=lambda name: telling.index(name) if name in telling else len(telling))
    texts = [item.passage.text for item in evidence[:ROWS]]
    is_prose = any(text.split("\n")[0] != item.passage.title for text, item in zip(texts, evidence, strict=False))
    has_texts = is_prose and len(evidence) > 1 and sum(map(len, texts)) <= 2 * _LONGEST_CELL * shown
    return [*common[: COLUMNS - has_texts], *([_ABOUT] if has_texts else [])]
