"""`python -m agentic_search.mcp_service [--url URL]`: the MCP server over standard input and output."""

import argparse
import asyncio
import logging
import sys

from agentic_search.errors import ConfigurationError
from agentic_search.mcp_service.stdio import serve_stdio
from agentic_search.settings import Settings


def main() -> int:
    """Serve until standard input ends; 2 where a setting is wrong."""
    parser = argparse.ArgumentParser(prog="python -m agentic_search.mcp_service", description=__doc__)
    parser.add_argument("--url", help="a running service to ask; by default that of the settings, or one of its own")
    arguments = parser.parse_args()
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    try:
        asyncio.run(serve_stdio(Settings(), url=arguments.url))
    except ConfigurationError as error:
        print(error, file=sys.stderr)  # noqa: T201 - for people who start it by hand
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
