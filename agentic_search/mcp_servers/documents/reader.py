"""Reads a document or one section of it, as it is in the folder now."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass

from agentic_search.mcp_servers.documents.files.folder import Folder, Refused, Stamp
from agentic_search.mcp_servers.documents.parsing.document import Document, DocumentSection
from agentic_search.mcp_servers.documents.parsing.parser import Parser
from agentic_search.text.document_kinds import kind_of

KEPT_CHARACTERS = 8_000_000
"""Characters of parsed documents that are kept, so that reading page by page parses once."""


class NoSuchSection(Exception):
    """The document has no section of that name; the text lists those it has."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What there is to read."""

    path: str
    document: Document
    section: DocumentSection | None
    text: str


class Reader:
    """Parses on demand; independent of how far the indexing is."""

    def __init__(self, folder: Folder, parser: Parser) -> None:
        self._folder = folder
        self._parser = parser
        self._kept: OrderedDict[str, tuple[Stamp, Document]] = OrderedDict()

    async def read(self, name: str, section: str | None) -> Reading:
        """The whole text, or that of one section with all below it. Raises Refused, Unreadable, NoSuchSection."""
        path = await asyncio.to_thread(self._folder.locate, name)
        document = await self._document(path)
        if not section:
            return Reading(path, document, None, document.text)
        found = find_section(document, section)
        return Reading(path, document, found, document.whole(found))

    async def _document(self, path: str) -> Document:
        kind = kind_of(path)
        if kind is None:
            raise Refused("it is no document that this server reads")
        data, stamp = await asyncio.to_thread(self._folder.read, path)
        kept = self._kept.get(path)
        if kept and kept[0] == stamp:
            self._kept.move_to_end(path)
            return kept[1]
        document = await self._parser.parse(kind, data)
        self._keep(path, stamp, document)
        return document

    def _keep(self, path: str, stamp: Stamp, document: Document) -> None:
        """The longest unread go first."""
        self._kept.pop(path, None)
        self._kept[path] = (stamp, document)
        while len(self._kept) > 1 and sum(len(kept.text) for _, kept in self._kept.values()) > KEPT_CHARACTERS:
            self._kept.popitem(last=False)


def find_section(document: Document, name: str) -> DocumentSection:
    """By its anchor, its heading or, in a PDF, its page number. Raises NoSuchSection."""
    wanted = name.strip().lstrip("#").strip()
    for section in document.sections:
        if wanted in (section.anchor, f"{section.page}"):
            return section
    for section in document.sections:
        if wanted.casefold() in (section.anchor.casefold(), section.heading.casefold()):
            return section
    raise NoSuchSection(f"it has no section {name!r}")
