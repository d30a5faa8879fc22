"""Asks public search engines that need no key, through the library ddgs, one after another until one answers.

They often turn programs away; ddgs then says only that nothing was found. Here the status and the page are looked at,
so that an engine that refuses is told from one that knows nothing.
"""

import asyncio
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import primp
from ddgs.base import BaseSearchEngine
from ddgs.engines import ENGINES
from ddgs.exceptions import DDGSException, TimeoutException
from ddgs.results import TextResult
from yarl import URL

from agentic_search.mcp_servers.web.engines.asking import WebQuestion
from agentic_search.mcp_servers.web.engines.json_answers import LONGEST_TEXT, LONGEST_TITLE, is_page
from agentic_search.mcp_servers.web.network.client import WebFailure
from agentic_search.mcp_servers.web.results import WebHit, WebHits
from agentic_search.network.contacts import note_exchange

ORDER = ("duckduckgo", "brave", "mojeek", "startpage", "yahoo")
"""The engines, the first to be asked first."""
TIMEOUT = 8
"""Seconds for one engine."""
TIME_FOR_ALL = 25.0
"""Seconds after which no further engine is asked."""
MOST_LOOKED_AT = 200
_CAPTCHA = re.compile(r"captcha|anomaly|unusual traffic|are you (?:a )?(?:human|robot)|not a robot", re.IGNORECASE)
_LOOKED_AT = 200_000
"""Characters of a page in which a request to prove oneself human is looked for."""
OK = 200


class KeylessEngines:
    """The public engines; each question makes connections of its own and keeps no cookies."""

    async def search(self, question: WebQuestion) -> WebHits:
        """Raises WebFailure with the reason of each engine where none can be asked."""
        if question.engine and question.engine not in ORDER:
            raise WebFailure(f"there is no engine {question.engine!r}: name one of {', '.join(ORDER)}, or none")
        end, reasons = time.monotonic() + TIME_FOR_ALL, list[str]()
        for name in (question.engine,) if question.engine else ORDER:
            if time.monotonic() > end:
                break
            try:
                found = await asyncio.to_thread(ask_engine, name, question)
            except WebFailure as why:
                reasons.append(f"{name} {why}")
                continue
            return WebHits(results=found, note=_tried(reasons))
        raise WebFailure(
            f"no search engine lets itself be asked: {'; '.join(reasons)}. Ask again later, or set up a SearXNG and"
            " give its address in AGENTIC_SEARCH_WEB"
        )


@dataclass(slots=True)
class _WatchedRequests:
    """The HTTP client of an engine of ddgs, with what came of its last request."""

    client: primp.Client
    status: int = 0
    text: str = ""

    def request(self, method: str, url: str, **options: Any) -> Any:
        """What ddgs calls."""
        exchange = note_exchange(URL(url).host or "", sent=len(f"{url}{options.get('params')}{options.get('data')}"))
        response = self.client.request(cast(Any, method), url, **options)
        exchange.received = len(response.content)
        self.status, self.text = response.status_code, response.text
        return response


def ask_engine(name: str, question: WebQuestion) -> list[WebHit]:
    """Ask one engine; blocking. Raises WebFailure where it does not let itself be asked."""
    engine = cast("BaseSearchEngine[TextResult]", cast("dict[str, Any]", ENGINES["text"])[name](timeout=TIMEOUT))
    # No redirect is followed: engines redirect programs to pages that ask for a human, and nothing else may be reached.
    client = primp.Client(timeout=TIMEOUT, impersonate="random", impersonate_os="random", follow_redirects=False)
    client.headers_update(engine.headers_update)
    requests = _WatchedRequests(client)
    cast(Any, engine).http_client = requests
    since = question.since[0] if question.since else None
    try:
        found = engine.search(question.query, timelimit=since) or []
    except (primp.TimeoutError, TimeoutException) as error:
        raise WebFailure(f"took longer than {TIMEOUT} s") from error
    except (DDGSException, primp.PrimpError) as error:
        raise WebFailure("cannot be reached") from error
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise WebFailure(f"answered with something that is not understood ({type(error).__name__})") from error
    hits = [_hit(result, name) for result in found[:MOST_LOOKED_AT]]
    usable = [hit for hit in hits if is_page(hit.url) and hit.title][: question.limit]
    if not usable:
        _check_refusal(requests)
    return usable


def _check_refusal(requests: _WatchedRequests) -> None:
    if 300 <= requests.status < 400:
        raise WebFailure("sends programs elsewhere instead of answering")
    if requests.status != OK:
        raise WebFailure(f"turns programs away (status {requests.status})")
    if _CAPTCHA.search(requests.text[:_LOOKED_AT]):
        raise WebFailure("asks for a proof of being human")


def _hit(result: TextResult, engine: str) -> WebHit:
    title, url, text = str(result.title), str(result.href), str(result.body)
    return WebHit(title=title[:LONGEST_TITLE], url=url.strip(), text=text[:LONGEST_TEXT], engine=engine)


def _tried(reasons: Sequence[str]) -> str | None:
    return f"Asked before, without an answer: {'; '.join(reasons)}" if reasons else None
