"""Which tools are searches, by what they say of themselves and what they take."""

from functools import lru_cache

from agentic_search.domain.tool import Tool
from agentic_search.planning.offline.filling import ASKING, SEARCHING, Filling
from agentic_search.text.lexicon import terms

_WEB = frozenset(terms("web internet online google bing duckduckgo wikipedia wiki anything everything"))
_GENERAL = _WEB | frozenset(terms("document knowledge"))


def told_words(tool: Tool) -> frozenset[str]:
    """The words in which a tool says what it is for; what it says of its arguments is not among them."""
    return _words(tool.name) | _words(tool.title) | _words(tool.server) | _words(tool.description)


def called_words(tool: Tool) -> frozenset[str]:
    """The words of its names that say what it is about."""
    return (_words(tool.name) | _words(tool.title) | _words(tool.server)) - SEARCHING


def is_search(tool: Tool, filling: Filling) -> bool:
    """It takes a search query."""
    asks = not ASKING.isdisjoint(filling.roles)
    return asks and any(SEARCHING & _words(text) for text in (tool.name, tool.title, tool.description))


def is_named_a_search(tool: Tool) -> bool:
    """Its very name says that it searches."""
    return not SEARCHING.isdisjoint(_words(tool.name))


def is_general(tool: Tool) -> bool:
    """It speaks of things where anything may be found, as the web; documents that are elsewhere are of some topic."""
    general = _WEB if tool.open_world else _GENERAL
    return any(general & _words(text) for text in (tool.server, tool.name, tool.description))


@lru_cache(maxsize=4_096)
def _words(text: str) -> frozenset[str]:
    """The terms of a text: every question is compared with the same texts of all tools."""
    return frozenset(terms(text))
