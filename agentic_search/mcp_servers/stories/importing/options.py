"""The import's command line → what to read and how."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from agentic_search.mcp_servers.stories.importing.hackernews import API, Request
from agentic_search.mcp_servers.stories.moments import FORMS, parse_since

HACKERNEWS = ("hackernews", "hn")
PAGES = 5

EPILOG = """
A JSONL file has one object a line: id (or objectID), title, url, author (or by), points (or score), created_at (ISO, or
seconds since 1970), tags (a list), text (plain or HTML), num_comments, type (story or comment), parent and story_id
(for comments), source. Importing again brings up to date what is known by its id.
Exit status: 0 all taken in, 1 with errors, 2 wrong usage.
"""


@dataclass(frozen=True, slots=True)
class Options:
    """What the user asked for."""

    sources: tuple[str, ...]
    since: int | None
    request: Request
    """For Hacker News."""


def parse_options(arguments: Sequence[str]) -> Options:
    """Wrong usage ends the program with status 2, as argparse does."""
    parser = _parser()
    given = parser.parse_args(arguments, Given())
    if not set(given.sources) & set(HACKERNEWS) and (given.query or given.tags or given.pages):
        parser.error("--query, --tags and --pages are for the source hackernews")
    if given.pages is not None and given.pages < 1:
        parser.error("--pages must be at least 1")
    try:
        since = parse_since(given.since, datetime.now(UTC)) if given.since else None
    except ValueError as error:
        parser.error(str(error))
    request = Request(given.query or "", given.tags or "story", since, given.pages or PAGES, given.api)
    return Options(tuple(given.sources), since, request)


class Given(argparse.Namespace):
    """The arguments as they were written."""

    sources: list[str]
    query: str | None
    tags: str | None
    since: str | None
    pages: int | None
    api: str


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m agentic_search.mcp_servers.stories import",
        description="Take stories into the local archive.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "sources", nargs="+", metavar="SOURCE", help="hackernews, a feed's URL or file (RSS, Atom), or a JSONL file"
    )
    parser.add_argument("--query", help="Hacker News: only what has these words")
    parser.add_argument("--tags", help="Hacker News: story (default), comment, '(story,comment)', ask_hn, front_page …")
    parser.add_argument("--pages", type=int, help=f"Hacker News: pages of a hundred, at most 10 are given ({PAGES})")
    parser.add_argument("--since", help=f"only what is newer: {FORMS}")
    parser.add_argument("--api", default=API, metavar="URL", help="where the Hacker News API is (%(default)s)")
    return parser
