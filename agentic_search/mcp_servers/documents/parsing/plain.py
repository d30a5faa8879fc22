"""Plain text bytes → the text, in parts where it is long; nothing in it is taken for a heading."""

from agentic_search.mcp_servers.documents.parsing.decoding import decode
from agentic_search.mcp_servers.documents.parsing.document import Document
from agentic_search.mcp_servers.documents.parsing.sections import cut


def parse_plain(data: bytes) -> Document:
    """The text as it stands, without a title."""
    text, note = decode(data)
    return Document("", text, cut(text, ()), note)
