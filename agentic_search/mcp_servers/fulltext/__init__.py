"""The full-text index that the bundled servers share: entries flow in, ranked hits with fitting passages flow out."""

from agentic_search.mcp_servers.fulltext.database import cache_folder
from agentic_search.mcp_servers.fulltext.index import Entry, Extra, Index, IndexHit
from agentic_search.mcp_servers.fulltext.passage import best_passage
from agentic_search.mcp_servers.fulltext.terms import compounds, match_expression, terms

__all__ = [
    "Entry",
    "Extra",
    "Index",
    "IndexHit",
    "best_passage",
    "cache_folder",
    "compounds",
    "match_expression",
    "terms",
]
