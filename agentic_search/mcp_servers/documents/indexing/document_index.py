"""The index of one folder on disk: the sections that can be found and cited, and what is known of each file."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Self
from urllib.parse import unquote

from agentic_search.mcp_servers.documents.files.folder import MOST_BYTES, Stamp
from agentic_search.mcp_servers.documents.indexing.ranking import CANDIDATES, rank
from agentic_search.mcp_servers.documents.parsing.document import Document, DocumentSection
from agentic_search.mcp_servers.documents.parsing.formats.tables import with_head
from agentic_search.mcp_servers.fulltext import Entry, Index, IndexHit, Understood, best_passage

VERSION = 4
"""Raised when parsing changes, so that every file is taken in anew."""

TITLE_WEIGHT = 4.0

SCHEME = "documents:"
"""Of the addresses that answers cite: `documents:guide.md#installing`."""


@dataclass(frozen=True, slots=True)
class FileRecord:
    """What came of one file; kept as the fingerprint of its group in the index, so that one query tells all."""

    size: int
    mtime_ns: int
    title: str = ""
    sections: int = 0
    note: str | None = None
    problem: str | None = None
    """Why there is nothing of it in the index."""
    version: int = VERSION
    most_bytes: int = MOST_BYTES
    """Of a file that was read, when there was a problem with it."""

    def fits(self, stamp: Stamp, most_bytes: int) -> bool:
        """The file is still as it was, and today's parsers have read it, or failed within the bound that holds now."""
        is_bound = stamp.size <= most_bytes and (self.problem is None or self.most_bytes == most_bytes)
        return is_bound and (self.size, self.mtime_ns, self.version) == (stamp.size, stamp.mtime_ns, VERSION)

    def dump(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def load(cls, text: str) -> Self:
        """What cannot be read any more fits no file, and is replaced."""
        try:
            return cls(**json.loads(text))
        except (TypeError, ValueError):
            return cls(size=-1, mtime_ns=-1, version=0)


class DocumentIndex:
    """The index of one folder. Methods block; they raise sqlite3.Error where the file cannot be used."""

    def __init__(self, roots: Sequence[Path], cache: Path) -> None:
        """`roots`: the folder, and what stands in it from elsewhere."""
        where = "\0".join(map(str, roots))
        name = sha256(where.encode("utf-8", "surrogateescape")).hexdigest()[:16]
        self.path = cache / f"documents-{name}.sqlite"
        self._index = Index(self.path, title_weight=TITLE_WEIGHT)

    def records(self) -> dict[str, FileRecord]:
        """Every file taken in, by its path."""
        return {path: FileRecord.load(text) for path, text in self._index.groups().items()}

    def identity(self) -> int:
        """Tells this index file from another that later took its place."""
        return self._index.identity()

    def put(self, path: str, stamp: Stamp, document: Document) -> FileRecord:
        """Take in what a file says now."""
        entries = [_entry(path, document, section) for section in document.sections if _says(document, section)]
        note = document.note if entries else "it holds no text"
        return self._put(path, FileRecord(stamp.size, stamp.mtime_ns, document.title, len(entries), note), entries)

    def put_problem(self, path: str, stamp: Stamp, problem: str, most_bytes: int) -> FileRecord:
        """Remember that, and why, nothing can be got out of the file as it is now, and as bounded as it is."""
        return self._put(path, FileRecord(stamp.size, stamp.mtime_ns, problem=problem, most_bytes=most_bytes), ())

    def _put(self, path: str, record: FileRecord, entries: Sequence[Entry]) -> FileRecord:
        self._index.replace(path, record.dump(), entries)
        return record

    def drop(self, path: str) -> None:
        """Forget a file."""
        self._index.drop(path)

    def search(self, question: str, limit: int) -> tuple[Understood, list[IndexHit]]:
        """What the question was understood as, and sections, best first."""
        understood = self._index.understood(question)
        found = self._index.candidates(understood.text, limit=max(CANDIDATES, limit))
        best = rank(understood.text, found)[:limit]
        hits = [
            IndexHit(entry, group, score, with_head(entry.body, best_passage(entry.body, understood.text)))
            for entry, group, score in best
        ]
        return understood, hits

    def close(self) -> None:
        self._index.close()


def address(path: str, anchor: str = "") -> str:
    """Only what would be mistaken for the address's own marks is escaped."""
    escaped = path.replace("%", "%25").replace("#", "%23")
    return f"{SCHEME}{escaped}#{anchor}" if anchor else f"{SCHEME}{escaped}"


def split_address(text: str) -> tuple[str, str]:
    """Path and anchor of an address; what is no address is a path, without an anchor."""
    if not text.startswith(SCHEME):
        return text, ""
    path, _, anchor = text.removeprefix(SCHEME).partition("#")
    return unquote(path), anchor


def _says(document: Document, section: DocumentSection) -> bool:
    return bool(document.text[section.body : section.end].strip())


def _entry(path: str, document: Document, section: DocumentSection) -> Entry:
    written = document.text[section.body : section.end]
    above = document.text[section.start : section.body] + written[: len(written) - len(written.lstrip())]
    return Entry(
        address=address(path, section.anchor),
        title=f"{path} › {section.heading}" if section.heading else path,
        body=written.strip(),
        keywords=document.title,
        extra={
            "path": path,
            "heading": section.heading,
            "section": section.anchor,
            "line": section.line,
            "body_line": None if section.line is None else section.line + above.count("\n"),
            "page": section.page,
        },
    )
