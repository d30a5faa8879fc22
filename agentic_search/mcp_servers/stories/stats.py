"""The archive → a few lines on what is in it."""

import sys
from collections.abc import Sequence

from agentic_search.mcp_servers.stories.archive import Archive, Totals
from agentic_search.mcp_servers.stories.database import ArchiveError
from agentic_search.mcp_servers.stories.location import FILL_COMMAND, archive_path
from agentic_search.mcp_servers.stories.moments import iso


def main(arguments: Sequence[str]) -> int:
    """Exit status: 0 told, 1 the archive cannot be used, 2 wrong usage."""
    if arguments:
        print(f"stats takes no arguments: {' '.join(arguments)}", file=sys.stderr)  # noqa: T201
        return 2
    path = archive_path()
    try:
        sources = Archive(path).sources()
    except ArchiveError as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201
        return 1
    print("\n".join([f"Archive: {path}", *(map(_line, sources) if sources else [f"Empty. {FILL_COMMAND}"])]))  # noqa: T201
    return 0


def _line(source: Totals) -> str:
    first, last = (moment[:10] if (moment := iso(bound)) else "?" for bound in (source.first, source.last))
    return f"{source.name}: {source.stories:,} stories, {source.comments:,} comments, {first} to {last}"
