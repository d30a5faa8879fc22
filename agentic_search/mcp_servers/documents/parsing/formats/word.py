"""Reads a Word document (.docx) as Markdown: headings, paragraphs, tables and footnotes.

Our own and not kreuzberg's (4.10.4), which loses each `&`, `<` and `>` of a text, and the blank of a tab.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from agentic_search.mcp_servers.documents.parsing.document import Document, Unreadable
from agentic_search.mcp_servers.documents.parsing.formats.archive import OfficeArchive, XmlElement
from agentic_search.mcp_servers.documents.parsing.formats.tables import markdown_table, repeat_heads
from agentic_search.mcp_servers.documents.parsing.formats.titles import telling
from agentic_search.mcp_servers.documents.parsing.markdown import read_markdown

TEXT = re.compile(r"word/document\d*\.xml")
"""The main part; SharePoint numbers it."""

NOTES = re.compile(r"word/(?:foot|end)notes\d*\.xml")
"""They come behind the text."""

CORE = "docProps/core.xml"
TITLE = "{http://purl.org/dc/elements/1.1/}title"
SPACE = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"

BLOCKS = (f"{SPACE}p", f"{SPACE}tbl")
RUNS = (f"{SPACE}t", f"{SPACE}tab", f"{SPACE}br", f"{SPACE}cr")


def parse_word(data: bytes, most_bytes: int) -> Document:
    """Raises Unreadable for what is no Word document."""
    archive = OfficeArchive(data, "Word document", most_bytes)
    text = next(filter(TEXT.fullmatch, archive.names()), None)
    if text is None:
        raise Unreadable("it is no Word document that can be opened: it has no text part")
    notes = filter(NOTES.fullmatch, archive.names())
    blocks = [block for part in (text, *notes) for block in _blocks(archive.xml(part))]
    document = read_markdown(repeat_heads("\n\n".join(blocks)), lines=False)
    return replace(document, title=telling(_title(archive)) or document.title)


def _title(archive: OfficeArchive) -> str:
    if CORE not in archive.names():
        return ""
    try:
        return " ".join((archive.xml(CORE).findtext(TITLE) or "").split())
    except Unreadable:  # the text is what matters
        return ""


def _blocks(root: XmlElement) -> Iterator[str]:
    """Each paragraph, one that is styled as a heading with Markdown's marks; each table, with what stands in it."""
    within = set[XmlElement]()
    for block in root.iter(*BLOCKS):
        if block in within:
            continue
        within.update(block.iter(*BLOCKS))
        written = _table(block) if block.tag == f"{SPACE}tbl" else _paragraph(block)
        if written:
            yield written


def _paragraph(paragraph: XmlElement) -> str:
    words = _words(paragraph)
    return f"{_heading_marks(paragraph)}{words}" if words else ""


def _words(element: XmlElement) -> str:
    """The text of all that is in it."""
    return "".join((run.text or "") if run.tag == f"{SPACE}t" else " " for run in element.iter(*RUNS)).strip()


def _table(table: XmlElement) -> str:
    rows = table.iterfind(f"{SPACE}tr")
    return markdown_table([[_cell(cell) for cell in row.iterfind(f"{SPACE}tc")] for row in rows])


def _cell(cell: XmlElement) -> str:
    return " ".join(filter(None, map(_words, cell.iter(f"{SPACE}p"))))


def _heading_marks(paragraph: XmlElement) -> str:
    style = paragraph.find(f"{SPACE}pPr/{SPACE}pStyle")
    name = (style.get(f"{SPACE}val") or "").lower() if style is not None else ""
    if name == "title":
        return "# "
    level = name.removeprefix("heading").strip()
    return "#" * int(level) + " " if name.startswith("heading") and level in set("123456") else ""
