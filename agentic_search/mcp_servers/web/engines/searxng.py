"""Asks a SearXNG, a search engine of the user's own that asks others, by its JSON API."""

from yarl import URL

from agentic_search.mcp_servers.web.engines.asking import WebQuestion
from agentic_search.mcp_servers.web.engines.json_answers import (
    LONGEST_TITLE,
    Entry,
    entries,
    is_page,
    items_of,
    read_object,
    text_at,
)
from agentic_search.mcp_servers.web.network.client import WebClient, WebFailure, explain_status
from agentic_search.mcp_servers.web.results import WebHit, WebHits
from agentic_search.network.addresses import AllowedPlaces
from agentic_search.network.connecting import LookUp, look_up

TIMEOUT = 15.0
MOST_BYTES = 4 * 1024 * 1024
MOST_LOOKED_AT = 200
"""Results that are looked at."""
_NO_JSON = "let it answer in JSON: add json under search, formats in its settings.yml, and check the address"


class Searxng:
    """One SearXNG; the address is the operator's own, so it may be in a private network."""

    def __init__(self, base: str, *, look_up: LookUp = look_up) -> None:
        url = URL(base)
        self._search = str(url.with_query(None).with_fragment(None) / "search")
        self._host = f"SearXNG at {url.host}"
        self._client = WebClient(AllowedPlaces.of([url.host or ""]), look_up=look_up)

    async def search(self, question: WebQuestion) -> WebHits:
        """Raises WebFailure where it does not answer, or all engines behind it are blocked."""
        asked = {"q": question.query, "format": "json"}
        if question.since:
            asked["time_range"] = question.since
        if question.engine:
            asked["engines"] = question.engine
        page = await self._client.get(self._search, parameters=asked, timeout=TIMEOUT, most_bytes=MOST_BYTES)
        if page.status == 403:
            raise WebFailure(f"{self._host} refuses (status 403): {_NO_JSON}")
        if page.status == 429:
            raise WebFailure(f"{explain_status(page, self._host)}, or switch off its limiter for this machine")
        answer = read_object(page, self._host, instead=_NO_JSON)
        hits = [_hit(entry) for entry in entries(answer.get("results"), MOST_LOOKED_AT)]
        found = [hit for hit in hits if is_page(hit.url)][: question.limit]
        silent = _silent(answer)
        if silent and not found:
            raise WebFailure(f"the engines behind {self._host} do not answer: {silent}; enable others there, or wait")
        return WebHits(results=found, note=f"Some engines did not answer: {silent}" if silent else None)


def _hit(entry: Entry) -> WebHit:
    engines = [engine for engine in items_of(entry.get("engines"))[:10] if isinstance(engine, str)]
    return WebHit(
        title=text_at(entry, "title", LONGEST_TITLE),
        url=text_at(entry, "url"),
        text=text_at(entry, "content"),
        date=text_at(entry, "publishedDate", 40) or None,
        engine=", ".join(engines) or text_at(entry, "engine", 100),
    )


def _silent(answer: Entry) -> str:
    """The engines that did not answer, with what SearXNG says of each."""
    pairs = map(items_of, items_of(answer.get("unresponsive_engines"))[:20])
    return ", ".join(" ".join(str(part)[:60] for part in pair[:2]) for pair in pairs if pair)
