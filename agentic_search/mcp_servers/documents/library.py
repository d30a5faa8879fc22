"""Answers what the tools ask: a search, a page of a document, the list of documents."""

import asyncio
from difflib import get_close_matches
from fnmatch import fnmatch
from pathlib import Path

from agentic_search.mcp_servers.documents.files.folder import Folder
from agentic_search.mcp_servers.documents.indexing.document_index import DocumentIndex, address, split_address
from agentic_search.mcp_servers.documents.indexing.indexer import Indexer
from agentic_search.mcp_servers.documents.notes import missing, note, passed_over, searched, unread_of
from agentic_search.mcp_servers.documents.parsing.parser import Parser
from agentic_search.mcp_servers.documents.reader import Reader
from agentic_search.mcp_servers.documents.results import (
    DocumentList,
    DocumentPage,
    DocumentPassage,
    DocumentPassages,
    Indexing,
    ListedDocument,
)
from agentic_search.mcp_servers.fulltext import IndexHit, Understood

TIMEOUT = 10.0
"""Seconds after the indexing fell behind for which a question waits for it."""

MOST_SECTIONS = 200
"""Anchors told with a page."""


class DocumentLibrary:
    """What the tools ask, while its owner runs `run`."""

    def __init__(self, folder: Folder, cache: Path, *, timeout: float = TIMEOUT) -> None:
        self.folder = folder
        self.parser = Parser(folder.most_bytes)
        self._timeout = timeout
        self._index = DocumentIndex(folder.roots, cache)
        self.indexer = Indexer(folder, self._index, self.parser)
        self._reader = Reader(folder, self.parser)

    async def run(self) -> None:
        """Follow the folder until cancelled; then end the processes that parse, and give the index back."""
        try:
            await self.indexer.run()
        finally:
            await self.parser.close()
            await asyncio.to_thread(self._index.close)

    async def search(self, query: str, limit: int) -> DocumentPassages:
        """Raises sqlite3.Error where the index cannot be used."""
        understood, hits = await self._search(query, limit)
        indexing = self._indexing()
        return DocumentPassages(
            results=[_passage(hit) for hit in hits],
            searched=searched(self.indexer.progress, indexing.documents),
            indexing=indexing,
            note=_joined(understood.note, self._note(), unread_of(self.indexer.progress, query)),
            read_as=understood.read_as,
        )

    async def _search(self, query: str, limit: int) -> tuple[Understood, list[IndexHit]]:
        """Once more where the index turns out to have been damaged or deleted: it has been filled again by then."""
        await self.indexer.settle(self._timeout)
        answer = await asyncio.to_thread(self._index.search, query, limit)
        if not await self.indexer.notice_new_file():
            return answer
        await self.indexer.settle(self._timeout)
        return await asyncio.to_thread(self._index.search, query, limit)

    async def read(self, path: str, section: str | None, offset: int, limit: int) -> DocumentPage:
        """Raises Refused, Unreadable, NoSuchSection."""
        path, anchor = split_address(path)
        reading = await self._reader.read(path, section or anchor)
        document, found = reading.document, reading.section
        end = min(offset + limit, len(reading.text))
        return DocumentPage(
            path=reading.path,
            title=f"{reading.path} › {found.heading}" if found and found.heading else document.title or reading.path,
            url=address(reading.path, found.anchor if found else ""),
            text=reading.text[offset:end],
            offset=offset,
            total=len(reading.text),
            next_offset=end if end < len(reading.text) else None,
            sections=[section.anchor for section in document.sections if section.anchor][:MOST_SECTIONS],
            note=document.note,
        )

    async def list_files(self, pattern: str, limit: int) -> DocumentList:
        """Readable or not, in the order of their paths."""
        await self.indexer.settle(self._timeout)
        progress = self.indexer.progress
        paths = sorted({*progress.listing.files, *progress.listing.refused})
        fitting = [path for path in paths if fnmatch(path.casefold(), pattern.casefold())]
        return DocumentList(
            documents=[self._listed(path) for path in fitting[:limit]],
            total=len(fitting),
            indexing=self._indexing(),
            note=_joined(self._note(), missing(progress), passed_over(progress)),
        )

    async def near(self, path: str) -> list[str]:
        """Documents whose paths or names look like what was asked for."""
        await self.indexer.settle(self._timeout)
        paths = sorted(self.indexer.progress.listing.files)
        same_name = [known for known in paths if known.rpartition("/")[2] == path.rpartition("/")[2]]
        return (same_name or get_close_matches(path, paths, n=3))[:3]

    def _listed(self, path: str) -> ListedDocument:
        progress = self.indexer.progress
        stamp, record = progress.listing.files.get(path), progress.records.get(path)
        waiting = "not indexed yet" if path in progress.waiting else None
        return ListedDocument(
            path=path,
            url=address(path),
            title=record.title if record else "",
            size=stamp.size if stamp else None,
            sections=record.sections if record else 0,
            note=waiting or (record.note if record else None),
            problem=progress.listing.refused.get(path) or (record.problem if record else None),
        )

    def _indexing(self) -> Indexing:
        progress = self.indexer.progress
        documents = sum(bool(record.sections) for record in progress.records.values())
        return Indexing(complete=self.indexer.settled, documents=documents, waiting=len(progress.waiting))

    def _note(self) -> str | None:
        return note(self.folder, self.indexer.progress, settled=self.indexer.settled)


def _joined(*notes: str | None) -> str | None:
    return " ".join(filter(None, notes)) or None


def _passage(hit: IndexHit) -> DocumentPassage:
    extra = hit.entry.extra
    page = extra["page"]
    return DocumentPassage(
        title=hit.entry.title,
        url=hit.entry.address,
        text=hit.passage,
        path=str(extra["path"]),
        section=str(extra["section"]),
        line=_line(hit),
        page=page if isinstance(page, int) else None,
    )


def _line(hit: IndexHit) -> int | None:
    """That of the section's heading; in text without headings, as source code, that of the passage itself."""
    line, body_line = hit.entry.extra["line"], hit.entry.extra.get("body_line")
    if hit.entry.extra["heading"] or not isinstance(body_line, int):
        return line if isinstance(line, int) else None
    return body_line + hit.entry.body.count("\n", 0, max(0, hit.entry.body.find(hit.passage)))
