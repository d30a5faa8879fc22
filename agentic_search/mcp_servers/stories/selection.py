"""What a caller asks for → SQL: the words, and which stories may be among the found."""

from dataclasses import dataclass

from agentic_search.mcp_servers.fulltext import match_expression, terms

RELEVANCE = "bm25(words, 4.0, 1.0), item.created_at DESC"
NEWEST = "item.created_at DESC NULLS LAST, item.number DESC"


@dataclass(frozen=True, slots=True)
class Selection:
    """Stories that fit all that is given."""

    query: str = ""
    tag: str | None = None
    author: str | None = None
    since: int | None = None
    """Seconds since 1970; stories without a date are older."""

    @property
    def terms(self) -> list[str]:
        """The words that are really looked for."""
        return terms(self.query)

    @property
    def order(self) -> str:
        """By relevance where words are given, else the newest first."""
        return RELEVANCE if self.terms else NEWEST

    def condition(self, *, every: bool) -> tuple[str, tuple[str | int, ...]]:
        """FROM and WHERE with its values, for stories that hold any of the words, or every one."""
        source, conditions, values = "item", ["item.type = 'story'"], list[str | int]()
        if self.terms:
            source = "words JOIN item ON item.number = words.rowid"
            conditions.append("words MATCH ?")
            values.append(" AND ".join(map(match_expression, self.terms)) if every else match_expression(self.query))
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
