"""Reads the text of a PDF, a section a page, and tells what a broken or locked file does not give."""

import time
from collections.abc import Iterator
from io import BytesIO

from pypdf import PageObject, PdfReader
from pypdf.errors import PyPdfError

from agentic_search.mcp_servers.documents.parsing.decoding import MOST_CHARACTERS
from agentic_search.mcp_servers.documents.parsing.document import Document, Unreadable
from agentic_search.mcp_servers.documents.parsing.formats.titles import telling
from agentic_search.mcp_servers.documents.parsing.sections import Heading, cut

MOST_OF_A_HEADING = 15
"""Words of a line that may be the title of a page."""

TIMEOUT = 30.0
"""Seconds for one file; the pages got by then are kept."""

BROKEN = (PyPdfError, ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What a broken page makes pypdf raise."""


def parse_pdf(data: bytes) -> Document:
    """Raises Unreadable for a file that is no PDF, needs a password or holds no text at all."""
    reader = _open(data)
    pages = list(_texts(reader))
    text, headings = "", list[Heading]()
    for number, page in enumerate(pages, 1):
        headings.append(Heading(1, f"page {number}", len(text), len(text), f"page={number}", number))
        text += page.strip() + "\n\n"
    if not text.strip():
        raise Unreadable("it holds no text; its pages may be pictures, which need a text recognition program first")
    return Document(
        telling(_title(reader), _first_heading(pages)), text, cut(text, headings, lines=False), _note(pages, reader)
    )


def _open(data: bytes) -> PdfReader:
    if b"%PDF-" not in data[:1024]:
        raise Unreadable("it is no PDF, whatever its name says")
    try:
        reader = PdfReader(BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable("it is locked with a password")
        reader.get_num_pages()
    except BROKEN as error:
        raise Unreadable(f"the PDF is broken: {error or type(error).__name__}") from error
    return reader


def _texts(reader: PdfReader) -> Iterator[str]:
    """Each page's text, until the time or the characters for one file are used up; a broken page is empty."""
    end, left = time.monotonic() + TIMEOUT, MOST_CHARACTERS
    for number in range(reader.get_num_pages()):
        if time.monotonic() > end or left <= 0:
            return
        text = _page_text(reader, number)
        left -= len(text)
        yield text


def _page_text(reader: PdfReader, number: int) -> str:
    try:
        page: PageObject = reader.pages[number]
        return _sound(page.extract_text())
    except BROKEN:
        return ""


def _title(reader: PdfReader) -> str:
    try:
        return _sound(str((reader.metadata and reader.metadata.title) or "")).strip()
    except BROKEN:
        return ""


def _first_heading(pages: list[str]) -> str:
    """The first line of the first page, where it stands above a text as a title does; empty where it does not."""
    first, _, rest = next((page.strip() for page in pages if page.strip()), "").partition("\n")
    is_title = len(first.split()) <= MOST_OF_A_HEADING and not first.rstrip().endswith((".", ",", ";", ":", "-"))
    begins = first[:1].isdigit() or (first[:1].isalpha() and not first[:1].islower())
    return first if is_title and begins and len(rest) > len(first) else ""


def _note(pages: list[str], reader: PdfReader) -> str | None:
    total = reader.get_num_pages()
    if len(pages) < total:
        return f"only the first {len(pages):,} of {total:,} pages are kept"
    blank = sum(not page.strip() for page in pages)
    return f"{blank:,} of {total:,} pages gave no text" if blank else None


def _sound(text: str) -> str:
    """A font's broken table can give halves of characters, which no encoding takes."""
    return text.encode("utf-8", "replace").decode()
