"""The server over standard input and output, until standard input ends."""

import asyncio
import logging
from collections.abc import Sequence

from agentic_search.mcp_servers.stories.archive import Archive
from agentic_search.mcp_servers.stories.location import archive_path
from agentic_search.mcp_servers.stories.server import build_server


def main(_arguments: Sequence[str]) -> int:
    """Serve the archive where the environment says it is."""
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
    asyncio.run(build_server(Archive(archive_path())).run_stdio_async())
    return 0
