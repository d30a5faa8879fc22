"""The command `import SOURCE…`: reads each source, keeps the good items and reports the bad ones."""

# ruff: noqa: T201 - a command line answers by printing

import argparse
import codecs
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from agentic_search.mcp_servers.stories.archive.database import ArchiveError, archive_path
from agentic_search.mcp_servers.stories.archive.items import Item
from agentic_search.mcp_servers.stories.archive.writing import upsert
from agentic_search.mcp_servers.stories.importing.apart import read_feed_apart
from agentic_search.mcp_servers.stories.importing.fetching import Fetcher
from agentic_search.mcp_servers.stories.importing.hackernews import API, HackerNewsQuery, read_hackernews
from agentic_search.mcp_servers.stories.importing.json_source import FORMS, read_json
from agentic_search.mcp_servers.stories.importing.report import ImportReport, SourceError, one_line
from agentic_search.mcp_servers.stories.moments import FORMS as MOMENTS
from agentic_search.mcp_servers.stories.moments import parse_since

HACKERNEWS = ("hackernews", "hn")
PAGES = 5
MOST_BYTES = 1024**3
"""Of one file."""

EPILOG = """
A JSONL file has one object a line, a JSON file an array of them:
id (or objectID), title, url, author (or by), points (or score), created_at (ISO, or
seconds since 1970), tags (a list), text (plain or HTML), num_comments, type (story or comment), parent and story_id
(for comments), source. Importing again brings up to date what is known by its id.
Exit status: 0 all taken in, 1 with errors, 2 wrong usage.
"""


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What the user asked for."""

    sources: tuple[str, ...]
    since: int | None
    hackernews: HackerNewsQuery


def main(arguments: Sequence[str]) -> int:
    """All sources are tried, whatever becomes of the others."""
    options = parse_options(arguments)
    path = archive_path()
    reports: list[ImportReport] = []
    fetcher = Fetcher()
    for source in options.sources:
        reports.append(_import(source, options, path, fetcher))
        print(one_line(reports[-1].summary()))
        for error in reports[-1].told_errors():
            print(f"error: {one_line(error)}", file=sys.stderr)
    print(f"Archive: {path}")
    return 1 if any(report.errors for report in reports) else 0


def _import(source: str, options: ImportOptions, path: Path, fetcher: Fetcher) -> ImportReport:
    report = ImportReport(source)
    try:
        for items in _read(source, options, fetcher, report):
            wanted = [item for item in items if not _is_older(item, options.since)]
            report.older += len(items) - len(wanted)
            report.tally += upsert(path, wanted)
    except (SourceError, ArchiveError) as error:
        report.errors.append(str(error))
    return report


def _read(source: str, options: ImportOptions, fetcher: Fetcher, report: ImportReport) -> Iterator[list[Item]]:
    """Lists of items, from whatever the source is. Raises SourceError."""
    if source in HACKERNEWS:
        return read_hackernews(options.hackernews, fetcher, report)
    data = fetcher.get(source) if source.startswith(("http://", "https://")) else _file(source)
    name = source if "://" in source else Path(source).name
    text = _as_utf8(data)
    first = text.lstrip()[:1]
    if first in (b"{", b"["):
        return read_json(text, name, report)
    if first == b"<":
        return read_feed_apart(data, name, report)
    raise SourceError(f"{source} is not {FORMS}" if data.strip() else f"{source} is empty")


def _as_utf8(data: bytes) -> bytes:
    """Without a mark of its encoding, which may be UTF-16 or UTF-32: what all sources begin with is ASCII."""
    encoding = json.detect_encoding(data)
    if encoding.startswith("utf-8"):
        return data.removeprefix(codecs.BOM_UTF8)
    return data.decode(encoding, "replace").encode("utf-8", "replace")


def _file(source: str) -> bytes:
    try:
        with Path(source).expanduser().open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except (OSError, ValueError, RuntimeError) as error:  # no such file; a NUL in its name; no such home folder
        raise SourceError(f"{source} cannot be read: {getattr(error, 'strerror', None) or error}") from error
    if len(data) > MOST_BYTES:
        raise SourceError(f"{source} has more than {MOST_BYTES // 2**20} MiB: split it into several files")
    return data


def _is_older(item: Item, since: int | None) -> bool:
    return since is not None and item.created_at is not None and item.created_at < since


def parse_options(arguments: Sequence[str]) -> ImportOptions:
    """Wrong usage ends the program with status 2, as argparse does."""
    parser = _parser()
    given = parser.parse_args(arguments, GivenArguments())
    if not set(given.sources) & set(HACKERNEWS) and (given.query or given.tags or given.pages):
        parser.error("--query, --tags and --pages are for the source hackernews")
    if given.pages is not None and given.pages < 1:
        parser.error("--pages must be at least 1")
    try:
        since = parse_since(given.since, datetime.now(UTC)) if given.since else None
    except ValueError as error:
        parser.error(str(error))
    query = HackerNewsQuery(given.query or "", given.tags or "story", since, given.pages or PAGES, given.api)
    return ImportOptions(tuple(given.sources), since, query)


class GivenArguments(argparse.Namespace):
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
        "sources",
        nargs="+",
        metavar="SOURCE",
        help="hackernews, URL or file of a feed (RSS, Atom, JSON), or JSON lines",
    )
    parser.add_argument("--query", help="Hacker News: only what has these words")
    parser.add_argument("--tags", help="Hacker News: story (default), comment, '(story,comment)', ask_hn, front_page …")
    parser.add_argument("--pages", type=int, help=f"Hacker News: pages of a hundred, at most 10 are given ({PAGES})")
    parser.add_argument("--since", help=f"only what is newer: {MOMENTS}")
    parser.add_argument("--api", default=API, metavar="URL", help="where the Hacker News API is (%(default)s)")
    return parser
