"""Reads an OpenDocument presentation (.odp), which kreuzberg (4.10.4) does not: each slide becomes a section."""

from collections.abc import Iterator

from agentic_search.mcp_servers.documents.parsing.document import Document
from agentic_search.mcp_servers.documents.parsing.formats.archive import OfficeArchive, XmlElement
from agentic_search.mcp_servers.documents.parsing.formats.tables import markdown_table
from agentic_search.mcp_servers.documents.parsing.markdown import read_markdown

NAMESPACE = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
DRAW, TEXT, TABLE = (NAMESPACE % name for name in ("drawing", "text", "table"))
CLASS = f"{NAMESPACE % 'presentation'}class"
TITLE_CLASS = "title"


def parse_odp(data: bytes) -> Document:
    """Raises Unreadable for what is no such presentation."""
    root = OfficeArchive(data, "OpenDocument presentation").xml("content.xml")
    slides = (slide for number, page in enumerate(root.iter(f"{DRAW}page"), 1) for slide in _slide(number, page))
    return read_markdown("\n\n".join(slides), lines=False)


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
