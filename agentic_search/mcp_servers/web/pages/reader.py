"""Reads one page of the web: fetches it, has its main text found in a process of its own, keeps it a while."""

import json
import time
from contextlib import suppress
from dataclasses import dataclass

from cachetools import TTLCache
from yarl import URL

from agentic_search.mcp_servers.documents.parsing.document import Document, Unreadable
from agentic_search.mcp_servers.documents.parsing.parser import Parser
from agentic_search.mcp_servers.web.network.client import FetchedPage, WebClient, WebFailure, explain_status
from agentic_search.mcp_servers.web.pages.manners import Manners
from agentic_search.text.document_kinds import Kind
from agentic_search.workers.frames import Order

WORK = "agentic_search.mcp_servers.web.pages.work"
KEPT_CHARACTERS = 8_000_000
KEPT_SECONDS = 600.0
"""So that a page that is read part by part is fetched once."""
ACCEPT = "text/html, application/xhtml+xml, application/pdf, text/*;q=0.8, */*;q=0.1"
BEGINNING = 1_024
"""Bytes in which it shows what a page is that names no type."""

_KINDS: dict[str, Kind] = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "application/pdf": "pdf",
    "application/x-pdf": "pdf",
    "text/markdown": "markdown",
    "application/json": "text",
    "application/xml": "text",
}
_UNSAID = frozenset({"", "application/octet-stream", "binary/octet-stream", "application/unknown"})
"""Types that say nothing."""


@dataclass(frozen=True, slots=True)
class WebPage:
    """A page that was read."""

    url: str
    """Where it was in the end."""
    document: Document
    author: str | None
    date: str | None
    """As in 2026-11-28."""
    site: str | None


class WebPageReader:
    """Its owner must call `close` in the end."""

    def __init__(self, client: WebClient, manners: Manners) -> None:
        self._client = client
        self._manners = manners
        self._parser = Parser()
        self._kept: TTLCache[str, WebPage] = TTLCache(
            KEPT_CHARACTERS, KEPT_SECONDS, timer=time.monotonic, getsizeof=_size
        )

    async def read(self, url: str) -> WebPage:
        """Raises WebFailure."""
        known = self._kept.get(url)
        if known:
            return known
        page = await self._page(await self._fetch(url))
        with suppress(ValueError):  # a page larger than all that is kept
            self._kept[url] = page
        return page

    async def close(self) -> None:
        """End the processes that find the text."""
        await self._parser.close()

    async def _fetch(self, url: str) -> FetchedPage:
        fetched = await self._client.get(url, before=self._manners.before, accept=ACCEPT)
        host = URL(fetched.url).host or ""
        if not 200 <= fetched.status < 300:
            self._manners.note(fetched, host)
            raise WebFailure(explain_status(fetched, host))
        return fetched

    async def _page(self, fetched: FetchedPage) -> WebPage:
        host = URL(fetched.url).host
        kind = _kind_of(fetched)
        if kind is None:
            raise WebFailure(
                f"{host} gives {fetched.media_type} there, which is not read: only pages, PDF files and texts are"
            )
        arguments = {"kind": kind, "data": fetched.body, "charset": fetched.charset, "url": fetched.url}
        try:
            body = await self._parser.perform(Order(WORK, "read_fetched", arguments))
        except Unreadable as why:
            raise WebFailure(f"what {host} gives there cannot be read: {why}") from why
        head, _, rest = body.partition(b"\n")
        document, known = Document.load(rest), json.loads(head)
        if not document.text.strip():
            raise WebFailure(_nothing_in(fetched, kind))
        return WebPage(fetched.url, document, known.get("author"), known.get("date"), known.get("site"))


def _size(page: WebPage) -> int:
    return len(page.document.text) + BEGINNING


def _kind_of(page: FetchedPage) -> Kind | None:
    """By what the server says; by how it begins where that says nothing."""
    beginning = page.body[:BEGINNING].lstrip().lower()
    if page.media_type in _UNSAID:
        if beginning.startswith(b"%pdf-"):
            return "pdf"
        return "html" if beginning.startswith((b"<!doctype html", b"<html")) else "text"
    named = _KINDS.get(page.media_type)
    return named or ("text" if page.media_type.startswith("text/") else None)


def _nothing_in(page: FetchedPage, kind: Kind) -> str:
    host = URL(page.url).host
    if kind == "html" and b"<script" in page.body.lower():
        return f"the page of {host} writes its text by scripts, which are not run here: open it in a browser"
    return f"the page of {host} holds no text"
