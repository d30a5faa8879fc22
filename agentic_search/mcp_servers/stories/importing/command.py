"""`import SOURCE…`: reads each source, keeps what is good, tells what is not; exit status 0, 1 or 2."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from agentic_search.mcp_servers.stories.database import ArchiveError
from agentic_search.mcp_servers.stories.importing.feeds import read_feed
from agentic_search.mcp_servers.stories.importing.fetching import Fetcher, new_client
from agentic_search.mcp_servers.stories.importing.hackernews import read_hackernews
from agentic_search.mcp_servers.stories.importing.jsonl import read_jsonl
from agentic_search.mcp_servers.stories.importing.options import HACKERNEWS, Options, parse_options
from agentic_search.mcp_servers.stories.importing.report import Report, SourceError
from agentic_search.mcp_servers.stories.intake import take_in
from agentic_search.mcp_servers.stories.item import Item
from agentic_search.mcp_servers.stories.location import archive_path


def main(arguments: Sequence[str]) -> int:
    """All sources are tried, whatever becomes of the others."""
    options = parse_options(arguments)
    path = archive_path()
    reports: list[Report] = []
    with closing(new_client()) as client:
        fetcher = Fetcher(client)
        for source in options.sources:
            reports.append(_import(source, options, path, fetcher))
            print(reports[-1].summary())  # noqa: T201
            for error in reports[-1].errors:
                print(f"error: {error}", file=sys.stderr)  # noqa: T201
    print(f"Archive: {path}")  # noqa: T201
    return 1 if any(report.errors for report in reports) else 0


def _import(source: str, options: Options, path: Path, fetcher: Fetcher) -> Report:
    report = Report(source)
    try:
        for items in _read(source, options, fetcher, report):
            wanted = [item for item in items if not _is_older(item, options.since)]
            report.older += len(items) - len(wanted)
            report.tally += take_in(path, wanted)
    except (SourceError, ArchiveError) as error:
        report.errors.append(str(error))
    return report


def _read(source: str, options: Options, fetcher: Fetcher, report: Report) -> Iterator[list[Item]]:
    """Lists of items, from whatever the source is. Raises SourceError."""
    if source in HACKERNEWS:
        return read_hackernews(options.request, fetcher, report)
    data = fetcher.get(source) if source.startswith(("http://", "https://")) else _file(source)
    name = source if "://" in source else Path(source).name
    first = data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if first == b"{":
        return read_jsonl(data.removeprefix(b"\xef\xbb\xbf"), name, report)
    if first == b"<":
        return read_feed(data, name, report)
    raise SourceError(f"{source} is neither a feed nor JSON lines" if data.strip() else f"{source} is empty")


def _file(source: str) -> bytes:
    try:
        return Path(source).expanduser().read_bytes()
    except OSError as error:
        raise SourceError(f"{source} cannot be read: {error.strerror or error}") from error


def _is_older(item: Item, since: int | None) -> bool:
    return since is not None and item.created_at is not None and item.created_at < since
