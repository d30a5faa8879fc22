"""What a worker process is ordered to do: find the main text of a fetched page, its author and its date."""

import json
import re
from typing import cast

import trafilatura
from lxml.html import HtmlElement

from agentic_search.mcp_servers.documents.parsing.decoding import decode
from agentic_search.mcp_servers.documents.parsing.page import DECLARED, DECLARED_WITHIN, UNFORESEEN
from agentic_search.mcp_servers.documents.parsing.work import parse, supervised
from agentic_search.text.document_kinds import Kind
from agentic_search.workers.ending import Ending

MOST_LOOKED_AT = 1_000_000
"""Characters of a page in which its author and date are looked for."""
LONGEST_NAME = 200


def read_fetched(kind: Kind, data: bytes, charset: str | None, url: str) -> Ending:
    """The document's bytes, behind a line of JSON with author and date. `charset`: as the server says."""
    return supervised(lambda: _read(kind, data, charset, url))


def _read(kind: Kind, data: bytes, charset: str | None, url: str) -> bytes:
    if kind == "pdf":
        return b"{}\n" + parse(kind, data).dump()
    declared = DECLARED.search(data[:DECLARED_WITHIN]) if kind == "html" else None
    text, _ = decode(data, charset or (declared[1].decode() if declared else None))
    known = _known_of(text, url) if kind == "html" else {}
    return json.dumps(known).encode() + b"\n" + parse(kind, text.encode("utf-8", "replace")).dump()


def _known_of(page: str, url: str) -> dict[str, str]:
    try:
        tree = cast(HtmlElement, trafilatura.load_html(page[:MOST_LOOKED_AT]))
        found = trafilatura.extract_metadata(tree, default_url=url)
    except UNFORESEEN:
        return {}
    known = {"author": found.author, "date": found.date, "site": found.sitename}
    return {name: re.sub(r"\s+", " ", value)[:LONGEST_NAME] for name, value in known.items() if value}
