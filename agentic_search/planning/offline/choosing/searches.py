"""Which tools are searches, by what they say of themselves and what they take."""

from agentic_search.domain.tool import Tool
from agentic_search.planning.offline.arguments.argument import ASKING, Role
from agentic_search.planning.offline.arguments.tool_words import SEARCHING, words
from agentic_search.text.lexicon import terms

_WEB = frozenset(terms("web internet online google bing duckduckgo wikipedia wiki anything everything"))
_GENERAL = _WEB | frozenset(terms("document knowledge"))


def is_search(tool: Tool, roles: frozenset[Role]) -> bool:
    """It takes a search query, by the roles of the arguments that it is called with."""
    asks = not ASKING.isdisjoint(roles)
    return asks and any(SEARCHING & words(text) for text in (tool.name, tool.title, tool.description))


def is_named_a_search(tool: Tool) -> bool:
    """Its very name says that it searches."""
    return not SEARCHING.isdisjoint(words(tool.name))


def is_general(tool: Tool) -> bool:
    """It speaks of things where anything may be found, as the web; documents that are elsewhere are of some topic."""
    general = _WEB if tool.open_world else _GENERAL
    return any(general & words(text) for text in (tool.server, tool.name, tool.description))
