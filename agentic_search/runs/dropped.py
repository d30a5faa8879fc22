"""Documents that somebody has dropped on the page: a folder of the service's own, which its documents server reads.

Every method blocks.
"""

from dataclasses import dataclass
from pathlib import Path

from agentic_search.errors import NotFound, RequestError, StorageFailed, WrongState
from agentic_search.files import write_whole
from agentic_search.text.document_kinds import is_ignored, kind_of, why_not_read

MOST_DOCUMENTS = 500
LONGEST_NAME = 200
"""Bytes of a name in UTF-8."""


@dataclass(frozen=True, slots=True)
class DroppedDocument:
    """One of them."""

    name: str
    size: int
    """Bytes."""


class DroppedDocuments:
    """The folder; it is made with the first document."""

    def __init__(self, folder: Path, *, most_bytes: int) -> None:
        """`most_bytes`: of one document."""
        self.most_bytes = most_bytes
        self._folder = folder

    def list(self) -> tuple[DroppedDocument, ...]:
        """All of them, by name."""
        try:
            found = [path for path in self._folder.iterdir() if not is_ignored(path.name) and path.is_file()]
            return tuple(DroppedDocument(path.name, path.stat().st_size) for path in sorted(found))
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise self._failed(error) from error

    def put(self, name: str, content: bytes) -> DroppedDocument:
        """Keep a document, in the place of one of the same name.

        Raises RequestError where it is none that is read, WrongState where there are too many, StorageFailed.
        """
        path = self._path(name)
        if not content:
            raise RequestError(f"{name!r} is empty.")
        if len(content) > self.most_bytes:
            raise RequestError(
                f"{name!r} has {len(content)} bytes; at most {self.most_bytes} are read"
                " (AGENTIC_SEARCH_DOCUMENTS_MAX_BYTES)."
            )
        known = {each.name for each in self.list()}
        if name not in known and len(known) >= MOST_DOCUMENTS:
            raise WrongState(
                f"There are {MOST_DOCUMENTS} documents, and may be no more: delete some, or put them all into a folder"
                " of your own (AGENTIC_SEARCH_DOCUMENTS)."
            )
        try:
            write_whole(path, content)
        except OSError as error:
            raise self._failed(error) from error
        return DroppedDocument(name, len(content))

    def remove(self, name: str) -> DroppedDocument:
        """Delete a document; raises NotFound, RequestError or StorageFailed."""
        path = self._path(name)
        found = next((each for each in self.list() if each.name == name), None)
        if found is None:
            raise NotFound(f"No document {name!r} was dropped here.")
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise self._failed(error) from error
        return found

    def _path(self, name: str) -> Path:
        if not name.isprintable() or set(name) & set("/\\:") or is_ignored(name) or name != name.strip():
            raise RequestError(f"{name!r} is no name for a document: write it without folders and control characters.")
        if len(name.encode("utf-8", "replace")) > LONGEST_NAME:
            raise RequestError(f"The name is too long: it may have {LONGEST_NAME} bytes.")
        if kind_of(name) is None:
            why = why_not_read(name) or "texts, source code, PDF, office documents, mail, tables and notebooks are read"
            raise RequestError(f"{name!r} is no document that can be searched: {why}.")
        return self._folder / name

    def _failed(self, error: OSError) -> StorageFailed:
        return StorageFailed(f"The folder of dropped documents cannot be used: {error.strerror or error}.")
