"""A file's bytes and the ending of its name → a document; the one place that knows which parser reads what."""

from collections.abc import Callable

from agentic_search.mcp_servers.documents.kinds import Kind
from agentic_search.mcp_servers.documents.parsing.document import Document
from agentic_search.mcp_servers.documents.parsing.html import parse_html
from agentic_search.mcp_servers.documents.parsing.markdown import parse_markdown
from agentic_search.mcp_servers.documents.parsing.pdf import parse_pdf
from agentic_search.mcp_servers.documents.parsing.plain import parse_plain

PARSERS: dict[Kind, Callable[[bytes], Document]] = {
    "markdown": parse_markdown,
    "text": parse_plain,
    "html": parse_html,
    "pdf": parse_pdf,
}


def parse(kind: Kind, data: bytes) -> Document:
    """Raises Unreadable for a file that nothing can be got out of."""
    return PARSERS[kind](data)
