"""Searches Wikipedia and gives the introductions of the articles found, by its public API."""

from yarl import URL

from agentic_search.mcp_servers.web.engines.json_answers import (
    LONGEST_TITLE,
    Entry,
    entries,
    is_page,
    object_at,
    read_object,
    text_at,
)
from agentic_search.mcp_servers.web.network.client import WebClient, WebFailure
from agentic_search.mcp_servers.web.results import WikipediaArticle, WikipediaArticles
from agentic_search.network.addresses import AllowedPlaces
from agentic_search.network.connecting import LookUp, look_up

WIKIPEDIA = "https://{language}.wikipedia.org"
"""Where it is; a copy of one's own may stand in its place."""
TIMEOUT = 15.0
MOST_BYTES = 4 * 1024 * 1024
_ASKED = {
    "action": "query",
    "format": "json",
    "formatversion": "2",
    "redirects": "1",
    "generator": "search",
    "prop": "extracts|info|description",
    "exintro": "1",
    "explaintext": "1",
    "exlimit": "max",
    "inprop": "url",
}


class Wikipedia:
    """All its languages."""

    def __init__(self, address: str = WIKIPEDIA, *, look_up: LookUp = look_up) -> None:
        """`address`: with `{language}` where the language stands in it."""
        self._address = address
        own = URL(address.format(language="en")).host or ""
        self._client = WebClient(AllowedPlaces() if address == WIKIPEDIA else AllowedPlaces.of([own]), look_up=look_up)

    async def search(self, query: str, language: str, limit: int) -> WikipediaArticles:
        """Raises WebFailure."""
        base = self._address.format(language=language)
        asked = {**_ASKED, "gsrsearch": query, "gsrlimit": str(limit)}
        page = await self._client.get(f"{base}/w/api.php", parameters=asked, timeout=TIMEOUT, most_bytes=MOST_BYTES)
        answer = read_object(page, URL(base).host or base, instead="ask again later, or check the language")
        if "error" in answer:
            told = text_at(object_at(answer, "error"), "info", LONGEST_TITLE)
            raise WebFailure(f"Wikipedia does not answer this: {told or 'it gives no reason'}; put it in fewer words")
        pages = entries(object_at(answer, "query").get("pages"), limit)
        pages.sort(key=_rank)
        articles = [_article(entry) for entry in pages]
        return WikipediaArticles(results=[article for article in articles if is_page(article.url)])


def _rank(entry: Entry) -> int:
    index = entry.get("index")
    return index if isinstance(index, int) else 0


def _article(entry: Entry) -> WikipediaArticle:
    return WikipediaArticle(
        title=text_at(entry, "title", LONGEST_TITLE),
        url=text_at(entry, "fullurl") or text_at(entry, "canonicalurl"),
        text=text_at(entry, "extract"),
        description=text_at(entry, "description", LONGEST_TITLE) or None,
        date=text_at(entry, "touched", 40) or None,
    )
