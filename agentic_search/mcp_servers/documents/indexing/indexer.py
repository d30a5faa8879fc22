"""Keeps the index up with the folder: at the start, and after each burst of changes, it takes in whatever differs."""

import asyncio
import logging
import sqlite3
from dataclasses import dataclass, field
from functools import partial
from threading import Event

from agentic_search.mcp_servers.documents.files.folder import Folder, FolderListing, Refused
from agentic_search.mcp_servers.documents.files.watch import stamps, watch_folder
from agentic_search.mcp_servers.documents.indexing.document_index import DocumentIndex, FileRecord
from agentic_search.mcp_servers.documents.parsing.document import Unreadable
from agentic_search.mcp_servers.documents.parsing.parser import Parser
from agentic_search.text.document_kinds import kind_of

logger = logging.getLogger(__name__)

RETRY = 30.0
"""Seconds until an index that could not be used is tried again."""


@dataclass(slots=True)
class IndexingProgress:
    """How far the indexing is."""

    listing: FolderListing = field(default_factory=FolderListing)
    """The folder as the last look found it."""
    records: dict[str, FileRecord] = field(default_factory=dict[str, FileRecord])
    """What is in the index, and what is known to be unreadable."""
    waiting: set[str] = field(default_factory=set[str])
    """Documents still to be taken in."""
    problem: str | None = None
    """Why the index cannot be used."""


class Indexer:
    """One task runs `run`; all others may look at `progress` and wait by `settle`."""

    def __init__(self, folder: Folder, index: DocumentIndex, parser: Parser) -> None:
        self.progress = IndexingProgress()
        self._folder = folder
        self._index = index
        self._parser = parser
        self._changed = asyncio.Event()
        self._settled = asyncio.Event()
        self._behind_since: float | None = None
        self._file: int | None = None
        """The index file that `progress` tells of."""
        self._looked_at: list[tuple[int, int, int] | None] = []
        """The folder's stamps before the last look."""

    @property
    def settled(self) -> bool:
        """The index holds what the folder held at the last look."""
        return self._settled.is_set()

    async def settle(self, timeout: float) -> None:
        """Wait for the indexing, but not beyond `timeout` seconds after it fell behind.

        A file that has just been put into the folder counts, also where the system has not told of it yet.
        """
        if await asyncio.to_thread(stamps, self._folder) != self._looked_at:
            self._fall_behind()  # also while a look is under way: it may have begun before
        now = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout_at((self._behind_since or now) + timeout):
                await self._settled.wait()
        except TimeoutError:
            return

    async def notice_new_file(self) -> bool:
        """Whether the index has been made anew since it was looked at, as after damage; then all is taken in again."""
        if not self.settled or await asyncio.to_thread(self._index.identity) == self._file:
            return False
        self._fall_behind()
        return True

    async def run(self) -> None:
        """Until cancelled. No file, and no trouble with the index, ends it."""
        loop, stop = asyncio.get_running_loop(), Event()
        try:
            async with asyncio.TaskGroup() as group:
                tell = partial(loop.call_soon_threadsafe, self._fall_behind)
                group.create_task(asyncio.to_thread(watch_folder, self._folder, tell, stop))
                while True:
                    await self._changed.wait()
                    self._changed.clear()
                    await self._catch_up()
        finally:
            stop.set()

    def _fall_behind(self) -> None:
        if self._behind_since is None:
            self._behind_since = asyncio.get_running_loop().time()
        self._settled.clear()
        self._changed.set()

    async def _catch_up(self) -> None:
        try:
            await self._take_stock()
            await self._take_in_all()
        except (sqlite3.Error, OSError) as error:
            logger.warning("The index %s cannot be used: %s", self._index.path, error)
            self.progress.problem = str(error)
            asyncio.get_running_loop().call_later(RETRY, self._fall_behind)
        if not self._changed.is_set():
            self._behind_since = None
            self._settled.set()

    async def _take_stock(self) -> None:
        """See what is there and what has been taken in; forget what is gone."""
        self._looked_at = await asyncio.to_thread(stamps, self._folder)
        listing = await asyncio.to_thread(self._folder.look)
        records = await asyncio.to_thread(self._index.records)
        self._file = await asyncio.to_thread(self._index.identity)
        for gone in records.keys() - listing.files.keys():
            await asyncio.to_thread(self._index.drop, gone)
            del records[gone]
        most = self._folder.most_bytes
        taken_in = {path for path, record in records.items() if record.fits(listing.files[path], most)}
        self.progress = IndexingProgress(listing, records, listing.files.keys() - taken_in)

    async def _take_in_all(self) -> None:
        """The smallest first, so that most can be found soon; after a change the folder is looked at anew."""
        progress = self.progress
        for path in sorted(progress.waiting, key=lambda path: (progress.listing.files[path].size, path)):
            if self._changed.is_set():
                return
            await self._take_in(path)
            progress.waiting.discard(path)

    async def _take_in(self, path: str) -> None:
        progress, kind = self.progress, kind_of(path)
        try:
            data, stamp = await asyncio.to_thread(self._folder.read, path)
        except Refused as error:
            # Not kept on disk: permissions may change without leaving a mark on the file.
            progress.listing.refused[path] = str(error)
            progress.records.pop(path, None)
            await asyncio.to_thread(self._index.drop, path)
            return
        if kind:
            try:
                document = await self._parser.parse(kind, data)
            except Unreadable as error:
                put, most = self._index.put_problem, self._folder.most_bytes
                progress.records[path] = await asyncio.to_thread(put, path, stamp, str(error), most)
            else:
                progress.records[path] = await asyncio.to_thread(self._index.put, path, stamp, document)
