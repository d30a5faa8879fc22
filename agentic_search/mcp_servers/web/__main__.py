"""`python -m agentic_search.mcp_servers.web` serves over stdio until standard input ends; variables set it up."""

import asyncio
import logging
import os
import sys

from agentic_search.mcp_servers.web.engines.asking import SearchEngine
from agentic_search.mcp_servers.web.engines.keyless import KeylessEngines
from agentic_search.mcp_servers.web.engines.searxng import Searxng
from agentic_search.mcp_servers.web.network.client import WebClient
from agentic_search.mcp_servers.web.pages.manners import Manners
from agentic_search.mcp_servers.web.pages.reader import WebPageReader
from agentic_search.mcp_servers.web.server import build_server
from agentic_search.mcp_servers.web.wikipedia import WIKIPEDIA, Wikipedia
from agentic_search.network.addresses import ALLOW_VARIABLE, AllowedPlaces

ENGINES_VARIABLE = "AGENTIC_SEARCH_WEB"
"""What web_search asks, with commas: the URL of a SearXNG, `ddgs` for public engines."""
WIKIPEDIA_VARIABLE = "AGENTIC_SEARCH_WEB_WIKIPEDIA"
KEYLESS = "ddgs"


def main() -> None:
    """Whoever starts this has allowed it: without a variable the public engines are asked."""
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
    asyncio.run(_serve())


async def _serve() -> None:
    client = WebClient(_allowed())
    reader = WebPageReader(client, Manners(client))
    wikipedia = Wikipedia(os.environ.get(WIKIPEDIA_VARIABLE) or WIKIPEDIA)
    try:
        await build_server(_engines(), reader, wikipedia).run_stdio_async()
    finally:
        await reader.close()


def _allowed() -> AllowedPlaces:
    try:
        return AllowedPlaces.of(os.environ.get(ALLOW_VARIABLE, "").split(","))
    except ValueError as wrong:
        sys.exit(str(wrong))


def _engines() -> list[SearchEngine]:
    named = [part.strip() for part in os.environ.get(ENGINES_VARIABLE, "").split(",")]
    engines: list[SearchEngine] = []
    for each in [part for part in named if part and part != "off"] or [KEYLESS]:
        if each == KEYLESS:
            engines.append(KeylessEngines())
        elif each.startswith(("http://", "https://")):
            engines.append(Searxng(each))
        else:
            sys.exit(f"{ENGINES_VARIABLE} holds {each!r}: write the URL of a SearXNG, or {KEYLESS}")
    return engines


if __name__ == "__main__":
    main()
