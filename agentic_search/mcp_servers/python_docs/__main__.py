"""`python -m agentic_search.mcp_servers.python_docs` serves over stdio until standard input ends.

With it ends all that it has started.
"""

import asyncio
import logging
import os
import sys

from agentic_search.mcp_servers.fulltext import Index, folder_for_indexes
from agentic_search.mcp_servers.python_docs.answers.ranking import KEYWORDS_WEIGHT, TITLE_WEIGHT
from agentic_search.mcp_servers.python_docs.index.builder import RECHECK, IndexBuilder
from agentic_search.mcp_servers.python_docs.installed.interpreter import this_interpreter
from agentic_search.mcp_servers.python_docs.server import build_server

RECHECK_VARIABLE = "AGENTIC_SEARCH_PYTHON_DOCS_RECHECK"
"""Seconds after which a question looks again for packages that have changed."""


def main() -> None:
    """Serve the documentation of the Python that runs this."""
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
    started_in = [] if sys.flags.safe_path else sys.path[:1]
    asyncio.run(_serve(sys.path[len(started_in) :], _recheck()))


def _recheck() -> float:
    given = os.environ.get(RECHECK_VARIABLE) or str(RECHECK)
    try:
        return float(given)
    except ValueError:
        sys.exit(f"{RECHECK_VARIABLE} is a number of seconds, not {given!r}")


async def _serve(search_path: list[str], recheck: float) -> None:
    interpreter = this_interpreter(search_path)
    path = folder_for_indexes() / interpreter.index_name
    with Index(path, title_weight=TITLE_WEIGHT, keywords_weight=KEYWORDS_WEIGHT) as index:
        builder = IndexBuilder(index, interpreter.survey, workers=os.cpu_count() or 1, recheck=recheck)
        async with asyncio.TaskGroup() as group:
            building = group.create_task(builder.run())
            try:
                await build_server(builder, interpreter).run_stdio_async()
            finally:
                building.cancel()


if __name__ == "__main__":
    main()
