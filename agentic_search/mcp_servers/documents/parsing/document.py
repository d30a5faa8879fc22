"""What parsing gives: a document's text, and where each of its sections stands in it."""

import json
from dataclasses import asdict, dataclass
from typing import Self


class Unreadable(Exception):
    """Nothing can be got out of the file; the text says why."""


@dataclass(frozen=True, slots=True)
class DocumentSection:
    """A stretch of the text that can be cited."""

    anchor: str
    """Names the section within its document; empty for what stands before the first heading."""
    heading: str
    """The heading as plain text; empty where there is none."""
    level: int
    """1 to 6 as in HTML; 0 before the first heading; deeper than any heading for a further part of a long section."""
    start: int
    """Where its heading begins, in characters."""
    body: int
    """Where its own text begins, behind the heading."""
    end: int
    """Where the next section begins."""
    line: int | None = None
    """Line of the file, from 1, where lines mean anything."""
    page: int | None = None
    """Page of a PDF, from 1."""


@dataclass(frozen=True, slots=True)
class Document:
    """One file, parsed."""

    title: str
    """Its own title; empty where it has none."""
    text: str
    sections: tuple[DocumentSection, ...]
    """In order; together they are the whole text."""
    note: str | None = None
    """What a reader should know: an odd encoding, a part left out."""

    def dump(self) -> bytes:
        """To be told by one process to another: a line of JSON, and the text as it is, which may be long."""
        head = {"title": self.title, "sections": [asdict(section) for section in self.sections], "note": self.note}
        return json.dumps(head).encode() + b"\n" + self.text.encode("utf-8", "surrogatepass")

    @classmethod
    def load(cls, told: bytes) -> Self:
        """What was dumped."""
        line, _, text = told.partition(b"\n")
        head = json.loads(line)
        sections = tuple(DocumentSection(**section) for section in head["sections"])
        return cls(head["title"], text.decode("utf-8", "surrogatepass"), sections, head["note"])

    def whole(self, section: DocumentSection) -> str:
        """The section's text with everything below its heading, smaller headings included."""
        later = (other.start for other in self.sections if other.start > section.start and other.level <= section.level)
        return self.text[section.start : next(later, len(self.text))]
