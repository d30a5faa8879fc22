"""Asks the search engines that are set, one after another, until one answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from agentic_search.mcp_servers.web.network.client import WebFailure
from agentic_search.mcp_servers.web.results import WebHits

Since: TypeAlias = Literal["day", "week", "month", "year"]


@dataclass(frozen=True, slots=True)
class WebQuestion:
    """What is looked for."""

    query: str
    limit: int
    """Results at most."""
    since: Since | None = None
    """How long ago a page may have been published."""
    engine: str | None = None
    """Only this search engine."""


class SearchEngine(Protocol):
    """Something that finds pages."""

    async def search(self, question: WebQuestion) -> WebHits:
        """Raises WebFailure where it cannot be asked, which is not the same as finding nothing."""
        ...


async def ask_first(engines: Sequence[SearchEngine], question: WebQuestion) -> WebHits:
    """What the first answers that can be asked. Raises WebFailure with every reason where none can."""
    reasons = list[str]()
    for engine in engines:
        try:
            hits = await engine.search(question)
        except WebFailure as why:
            reasons.append(str(why))
            continue
        notes = [*reasons, *([hits.note] if hits.note else [])]
        return hits.model_copy(update={"note": "; ".join(notes) or None})
    raise WebFailure("; ".join(reasons))
