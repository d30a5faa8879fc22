"""`python -m agentic_search.mcp_servers.stories [import SOURCE… | stats]`; alone it serves the archive over stdio."""

# ruff: noqa: T201 - a command line answers by printing

import sys
from collections.abc import Sequence
from importlib import import_module

from agentic_search.mcp_servers.stories.archive.database import FILL_COMMAND, ArchiveError, archive_path
from agentic_search.mcp_servers.stories.archive.reading import Archive, Totals
from agentic_search.mcp_servers.stories.moments import iso


def main(arguments: Sequence[str]) -> int:
    """Exit status: 0 done, 1 done in part or not at all, 2 wrong usage."""
    match arguments:
        case []:
            return _run("server", [])
        case ["import", *rest]:
            return _run("importing.command", rest)
        case ["stats"]:
            return _print_statistics()
        case ["stats", *rest]:
            return _fail(f"stats takes no arguments: {' '.join(rest)}")
        case ["-h" | "--help", *_]:
            print(__doc__)
            return 0
        case _:
            return _fail(f"unknown command {arguments[0]!r}; there is: import, stats")


def _run(name: str, arguments: Sequence[str]) -> int:
    """Load only what the command needs: the server starts without an HTTP client, the import without MCP."""
    status: int = import_module(f"agentic_search.mcp_servers.stories.{name}").main(arguments)
    return status


def _print_statistics() -> int:
    """A line for each source; status 1 if the archive cannot be used."""
    path = archive_path()
    try:
        sources = Archive(path).sources()
    except ArchiveError as error:
        return _fail(f"error: {error}", status=1)
    print("\n".join([f"Archive: {path}", *(map(_line, sources) if sources else [f"Empty. {FILL_COMMAND}"])]))
    return 0


def _line(source: Totals) -> str:
    first, last = (moment[:10] if (moment := iso(bound)) else "?" for bound in (source.first, source.last))
    return f"{source.name}: {source.stories:,} stories, {source.comments:,} comments, {first} to {last}"


def _fail(message: str, status: int = 2) -> int:
    print(message, file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
