"""What the routes of documents answer with."""

from agentic_search.domain.data import Frozen
from agentic_search.runs.dropped import MOST_DOCUMENTS


class KeptDocument(Frozen):
    """A document that was dropped on the page."""

    name: str
    size: int
    """Bytes."""


class KeptDocuments(Frozen):
    """All of them."""

    documents: tuple[KeptDocument, ...]
    most_bytes: int
    """Of one document."""
    most: int = MOST_DOCUMENTS
    """How many there may be."""


class SourcePage(Frozen):
    """The text around a passage that an answer cites."""

    url: str
    title: str
    text: str
    next_offset: int | None = None
    """Where it goes on; null where this is its end."""


LIST = KeptDocuments(documents=(KeptDocument(name="handbook.pdf", size=48_213),), most_bytes=33_554_432)
TEXT = SourcePage(url="documents:guide.md#install", title="guide.md › Install", text="## Install\n\nRun make.")
