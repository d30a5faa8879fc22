"""What the tools give back; each model is also the tool's output schema."""

from pydantic import BaseModel, ConfigDict


class DocumentResult(BaseModel):
    """The form of all of them."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


class DocumentPassage(DocumentResult):
    """The part of a document that bears on the question."""

    title: str
    """File and heading, as in `guide.md › Installing`."""
    url: str
    """Address to cite, and to read on from by read_document."""
    text: str
    path: str
    """The file, from the documents folder on."""
    section: str
    """The section's anchor; empty for a file's beginning."""
    line: int | None
    """Line of the section's heading, in Markdown; of the passage, in text without headings, as source code."""
    page: int | None
    """Page, in a PDF."""


class Indexing(DocumentResult):
    """How far the folder has been taken in."""

    complete: bool
    documents: int
    """Documents that can be found now."""
    waiting: int
    """Documents that cannot be found yet."""


class DocumentPassages(DocumentResult):
    """What a search found, best first."""

    results: list[DocumentPassage]
    searched: str
    """How much was searched, as in `7 files`."""
    indexing: Indexing
    note: str | None = None
    """What to know before relying on it."""
    read_as: dict[str, list[str]] | None = None
    """Word of the query → the words that were searched for in addition: it is misspelt, foreign, or inflected."""


class DocumentPage(DocumentResult):
    """A page of a document."""

    path: str
    title: str
    url: str
    text: str
    offset: int
    """Characters before this page."""
    total: int
    """Characters in all, of the document or of the section."""
    next_offset: int | None
    """Where the next page begins; null at the end."""
    sections: list[str]
    """Anchors of the document's sections, for reading one of them."""
    note: str | None = None


class ListedDocument(DocumentResult):
    """One file of the folder."""

    path: str
    url: str
    title: str
    size: int | None
    """Bytes; null for what could not be looked at."""
    sections: int
    """Sections that can be found."""
    note: str | None = None
    problem: str | None = None
    """Why it cannot be read or found."""


class DocumentList(DocumentResult):
    """The folder's documents."""

    documents: list[ListedDocument]
    total: int
    """Documents that fit the pattern, with those that are not shown."""
    indexing: Indexing
    note: str | None = None
