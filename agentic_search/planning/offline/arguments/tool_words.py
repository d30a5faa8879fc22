"""The words in which a tool says what it is for."""

from functools import lru_cache

from agentic_search.domain.tool import Tool
from agentic_search.text.lexicon import name_parts, terms

SEARCHING = frozenset(terms("search query lookup find ask retrieve"))
"""Words by which a tool says that it searches."""


def told_words(tool: Tool) -> frozenset[str]:
    """The words in which a tool says what it is for; what it says of its arguments is not among them."""
    return words(tool.name) | words(tool.title) | words(tool.server) | words(tool.description)


def called_words(tool: Tool) -> frozenset[str]:
    """The words of its names that say what it is about."""
    return (words(tool.name) | words(tool.title) | words(tool.server)) - SEARCHING


@lru_cache(maxsize=4_096)
def verbs(name: str) -> frozenset[str]:
    """The parts of a tool's name as they are, `get` among them, which is no word to compare by."""
    return frozenset(name_parts(name))


@lru_cache(maxsize=4_096)
def words(text: str) -> frozenset[str]:
    """The terms of a text: every question is compared with the same texts of all tools."""
    return frozenset(terms(text))
