"""Reads a feed in a process of its own: however a stranger has written it, it costs bounded time and memory."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from agentic_search.mcp_servers.stories.archive.items import Item
from agentic_search.mcp_servers.stories.importing.feeds import read_feed
from agentic_search.mcp_servers.stories.importing.report import ImportReport, SourceError
from agentic_search.workers.bounds import Bounds
from agentic_search.workers.ending import Ending, Raised, Returned
from agentic_search.workers.frames import Order, pack_order
from agentic_search.workers.pool import WorkerPool
from agentic_search.workers.worker import WorkerDied

LONGEST = 60.0
"""Seconds for one feed."""

BOUNDS = Bounds(memory=2 * 1024**3)


def read_feed_apart(data: bytes, name: str, report: ImportReport, *, longest: float = LONGEST) -> Iterator[list[Item]]:
    """As `read_feed`, within `longest` seconds. Raises SourceError."""
    match asyncio.run(_ending(data, name, longest)):
        case Returned(body):
            read = json.loads(body)
            report.errors += read["errors"]
            report.remarks += read["remarks"]
            yield [_item(fields) for fields in read["items"]]
        case Raised(why):
            raise SourceError(why)


def _item(fields: dict[str, Any]) -> Item:
    fields["tags"] = fields["tags"] and tuple(fields["tags"])  # JSON knows lists alone
    return Item(**fields)


def read_whole_feed(data: bytes, name: str) -> Ending:
    """What the worker process is ordered to do: the items and the report, as JSON."""
    report = ImportReport(name)
    try:
        items = [asdict(item) for items in read_feed(data, name, report) for item in items]
    except SourceError as why:
        return Raised(str(why))
    except MemoryError:
        return Raised(f"{name} needs too much memory to read: import a shorter feed")
    return Returned(json.dumps({"items": items, "errors": report.errors, "remarks": report.remarks}).encode())


async def _ending(data: bytes, name: str, longest: float) -> Ending:
    order = pack_order(Order(__name__, read_whole_feed.__name__, {"data": data, "name": name}))
    workers = WorkerPool(1, bounds=BOUNDS)
    try:
        return await workers.perform(order, timeout=longest)
    except TimeoutError:
        return Raised(f"{name} takes longer than {longest:g} s to read: import a shorter feed")
    except WorkerDied as death:
        return Raised(f"{name} cannot be read: {death}")
    finally:
        await workers.close()
