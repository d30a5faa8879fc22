"""Which tools are searches, by what they say of themselves and what they take."""

from agentic_search.domain.tool import Tool
from agentic_search.planning.offline.filling import ASKING, SEARCHING, Filling
from agentic_search.text.lexicon import terms

_GENERAL = frozenset(
    terms("web internet online google bing duckduckgo wikipedia wiki document knowledge anything everything")
)


def told_words(tool: Tool) -> frozenset[str]:
    """The words in which a tool says what it is for; what it says of its arguments is not among them."""
    return frozenset(terms(f"{tool.name} {tool.title} {tool.server} {tool.description}"))


def is_search(tool: Tool, filling: Filling) -> bool:
    """It takes a search query."""
    said = {*terms(tool.name), *terms(f"{tool.title} {tool.description}")}
    return bool(ASKING & filling.roles) and bool(said & SEARCHING)


def is_named_a_search(tool: Tool) -> bool:
    """Its very name says that it searches."""
    return not SEARCHING.isdisjoint(terms(tool.name))


def is_general(tool: Tool) -> bool:
    """It speaks of things where anything may be found, as the web."""
    return not _GENERAL.isdisjoint((*terms(f"{tool.server}_{tool.name}"), *terms(tool.description)))
