"""The full-text index that the bundled servers share: entries in, ranked hits with a fitting passage out."""

from agentic_search.mcp_servers.fulltext.cache import cache_folder
from agentic_search.mcp_servers.fulltext.entry import Entry, Extra, Hit
from agentic_search.mcp_servers.fulltext.index import Index
from agentic_search.mcp_servers.fulltext.passage import best_passage
from agentic_search.mcp_servers.fulltext.terms import compounds, match_expression, terms

__all__ = ["Entry", "Extra", "Hit", "Index", "best_passage", "cache_folder", "compounds", "match_expression", "terms"]
