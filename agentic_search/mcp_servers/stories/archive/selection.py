"""Which stories are asked for: the words to look for and what else has to fit, as parts of a query."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from agentic_search.mcp_servers.fulltext import match_expression, phrase_expression, stemmed, terms
from agentic_search.text.folding import fold
from agentic_search.text.lexicon import stems

RELEVANCE = "bm25(words, 4.0, 1.0), item.created_at DESC"
NEWEST = "item.created_at DESC NULLS LAST, item.number DESC"

NEWEST_WORDS = frozenset(stems("latest newest recent recently"))
OF_ANY_STORY = NEWEST_WORDS.union(stems("news story stories article articles mention mentions"))
"""Words that ask for stories, and say nothing about what is in them."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Stories that fit all that is given."""

    query: str = ""
    tag: str | None = None
    author: str | None = None
    since: int | None = None
    """Seconds since 1970; stories without a date are older."""
    newest_first: bool = False
    read: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """Word of the query → further words for it, any of which will do."""

    @property
    def terms(self) -> list[str]:
        """The words that are really looked for."""
        found = terms(self.query)
        return [term for term in found if not OF_ANY_STORY.issuperset(stems(term))] or found

    @property
    def newest(self) -> bool:
        """The newest first: without words, and where that is asked for, by the query's words or otherwise."""
        return self.newest_first or not self.query.strip() or not NEWEST_WORDS.isdisjoint(stems(self.query))

    @property
    def order(self) -> str:
        """Relevance goes by words, so there must be some."""
        return NEWEST if self.newest or not self.expression(every=False) else RELEVANCE

    def expression(self, *, every: bool) -> str:
        """For stories that hold any of the words, or every one; a query of nothing but stop words is taken whole."""
        found = [self._any_of(term) for term in self.terms]
        return (" AND " if every else " OR ").join(found) or phrase_expression(self.query)

    def condition(self, *, every: bool) -> tuple[str, tuple[str | int, ...]]:
        """FROM and WHERE with its values. A query that is not blank, but has no words, fits nothing."""
        source, conditions, values = "item", ["item.type = 'story'"], list[str | int]()
        if expression := self.expression(every=every):
            source = "words JOIN item ON item.number = words.rowid"
            conditions.append("words MATCH ?")
            values.append(stemmed(expression))
        elif self.query.strip():
            conditions.append("FALSE")
        if self.tag:
            conditions.append("EXISTS (SELECT 1 FROM json_each(item.tags) WHERE value = ? COLLATE NOCASE)")
            values.append(self.tag)
        if self.author:
            conditions.append("item.author = ? COLLATE NOCASE")
            values.append(self.author)
        if self.since is not None:
            conditions.append("item.created_at >= ?")
            values.append(self.since)
        return f"FROM {source} WHERE {' AND '.join(conditions)}", tuple(values)

    def _any_of(self, term: str) -> str:
        """The word, or one of those that it was read as."""
        meant = (each for word, others in self.read.items() if fold(word) == fold(term) for each in others)
        return f"({' OR '.join(map(match_expression, (term, *meant)))})"
