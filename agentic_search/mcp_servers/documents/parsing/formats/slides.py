"""What kreuzberg (4.10.4) does not read of presentations: OpenDocument ones (.odp), a speaker's notes in others."""

import re
from collections.abc import Container, Iterator

from agentic_search.mcp_servers.documents.parsing.document import Document
from agentic_search.mcp_servers.documents.parsing.formats.archive import OfficeArchive, XmlElement
from agentic_search.mcp_servers.documents.parsing.formats.tables import markdown_table
from agentic_search.mcp_servers.documents.parsing.markdown import read_markdown

NAMESPACE = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
DRAW, TEXT, TABLE = (NAMESPACE % name for name in ("drawing", "text", "table"))
CLASS = f"{NAMESPACE % 'presentation'}class"
SLIDE = re.compile(r"ppt/slides/slide(\d+)\.xml")
NOTES_OF = re.compile(r"(?:\.\./|/ppt/)(notesSlides/[\w-]+\.xml)")
"""Where a slide's list of its parts names its notes."""

DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
SHAPES = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
NUMBERING = ("sldNum", "dt", "hdr", "ftr")
"""Shapes of a page of notes that say nothing of their own."""

TITLE_CLASS = "title"


def parse_odp(data: bytes, most_bytes: int) -> Document:
    """Raises Unreadable for what is no such presentation."""
    root = OfficeArchive(data, "OpenDocument presentation", most_bytes).xml("content.xml")
    slides = (slide for number, page in enumerate(root.iter(f"{DRAW}page"), 1) for slide in _slide(number, page))
    return read_markdown("\n\n".join(slides), lines=False)


def speaker_notes(archive: OfficeArchive) -> list[str]:
    """Of a PowerPoint file: the notes on each slide, in the order of the slides' names. Raises Unreadable."""
    names = set(archive.names())
    numbers = sorted(int(found[1]) for found in map(SLIDE.fullmatch, names) if found)
    parts = (f"ppt/slides/_rels/slide{number}.xml.rels" for number in numbers)
    return [_notes(archive, names, part) if part in names else "" for part in parts]


def _notes(archive: OfficeArchive, names: Container[str], part: str) -> str:
    """What the parts that the slide names hold."""
    targets = (NOTES_OF.fullmatch(link.get("Target") or "") for link in archive.xml(part).iter())
    pages = (f"ppt/{found[1]}" for found in targets if found)
    shapes = (shape for page in pages if page in names for shape in archive.xml(page).iter(f"{SHAPES}sp"))
    told = (_words(line) for shape in shapes if not _is_numbering(shape) for line in shape.iter(f"{DRAWING}p"))
    return "\n\n".join(filter(None, told))


def _is_numbering(shape: XmlElement) -> bool:
    return any(mark.get("type") in NUMBERING for mark in shape.iter(f"{SHAPES}ph"))


def _slide(number: int, page: XmlElement) -> Iterator[str]:
    """Its title, or its number where it has none; then what stands on it, notes for the speaker included."""
    shapes = list(page.iter(f"{DRAW}frame", f"{DRAW}custom-shape"))
    titles = [shape for shape in shapes if shape.get(CLASS) == TITLE_CLASS]
    yield f"## {' '.join(filter(None, map(_words, titles))) or f'Slide {number}'}"
    for shape in shapes:
        if shape not in titles:
            yield from _blocks(shape)


def _blocks(shape: XmlElement) -> Iterator[str]:
    tables = list(shape.iter(f"{TABLE}table"))
    for table in tables:
        rows = table.iter(f"{TABLE}table-row")
        yield markdown_table([[_words(cell) for cell in row.iter(f"{TABLE}table-cell")] for row in rows])
    if not tables:
        yield from filter(None, map(_words, shape.iter(f"{TEXT}p")))


def _words(element: XmlElement) -> str:
    """Its text on one line."""
    return " ".join(" ".join(element.itertext()).split())
