"""The full-text index that the bundled servers share: entries flow in, ranked hits with fitting passages flow out."""

from agentic_search.mcp_servers.fulltext.database import VERSION, add_functions, cache_folder, folder_for_indexes
from agentic_search.mcp_servers.fulltext.index import Entry, Extra, Index, IndexHit
from agentic_search.mcp_servers.fulltext.passage import best_passage
from agentic_search.mcp_servers.fulltext.terms import compounds, match_expression, phrase_expression, stemmed, terms
from agentic_search.mcp_servers.fulltext.understanding import QuestionReading, Understood
from agentic_search.mcp_servers.fulltext.vocabulary import Vocabulary

__all__ = [
    "VERSION",
    "Entry",
    "Extra",
    "Index",
    "IndexHit",
    "QuestionReading",
    "Understood",
    "Vocabulary",
    "add_functions",
    "best_passage",
    "cache_folder",
    "compounds",
    "folder_for_indexes",
    "match_expression",
    "phrase_expression",
    "stemmed",
    "terms",
]
