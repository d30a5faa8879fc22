"""Reads a Word document (.docx) as Markdown: headings and paragraphs, those in tables too."""

from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from typing import Protocol, cast
from zipfile import BadZipFile, ZipFile

import lxml.etree

from agentic_search.mcp_servers.documents.parsing.document import Document, Unreadable
from agentic_search.mcp_servers.documents.parsing.markdown import parse_markdown

TEXT = "word/document.xml"
MOST_BYTES = 64 * 1024 * 1024
"""Bytes of the unpacked text; an archive can hold far more than its size."""

SPACE = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
BROKEN = (BadZipFile, KeyError, OSError, RuntimeError, NotImplementedError, ValueError, SyntaxError)
"""What a file that is no Word document, or a locked one, makes the readers raise."""


class WordElement(Protocol):
    """The part of lxml's element that is used here."""

    tag: str
    text: str | None

    def get(self, key: str) -> str | None: ...
    def iter(self, *tags: str) -> "Iterable[WordElement]": ...
    def find(self, path: str) -> "WordElement | None": ...


def parse_word(data: bytes) -> Document:
    """Raises Unreadable for what is no Word document."""
    try:
        with ZipFile(BytesIO(data)) as archive, archive.open(TEXT) as file:
            written = file.read(MOST_BYTES + 1)
        if len(written) > MOST_BYTES:
            raise Unreadable(f"its text has more than {MOST_BYTES // 2**20} MiB")
        root = _read(written)
    except BROKEN as error:
        raise Unreadable(f"it is no Word document that can be opened: {error}") from error
    return parse_markdown("\n\n".join(_blocks(root)).encode("utf-8", "replace"))


def _read(written: bytes) -> WordElement:
    # lxml comes without types: they are put on here, once.
    make = cast("Callable[..., object]", lxml.etree.XMLParser)  # pyright: ignore[reportUnknownMemberType] - no types
    build = cast("Callable[..., WordElement]", lxml.etree.fromstring)  # pyright: ignore[reportUnknownMemberType] - no types
    return build(written, parser=make(resolve_entities=False, no_network=True))


def _blocks(root: WordElement) -> Iterator[str]:
    """Each paragraph; one that is styled as a heading with Markdown's marks."""
    for paragraph in root.iter(f"{SPACE}p"):
        words = "".join(_runs(paragraph)).strip()
        if words:
            yield f"{_heading_marks(paragraph)}{words}"


def _runs(paragraph: WordElement) -> Iterator[str]:
    for element in paragraph.iter(f"{SPACE}t", f"{SPACE}tab", f"{SPACE}br"):
        yield (element.text or "") if element.tag == f"{SPACE}t" else " "


def _heading_marks(paragraph: WordElement) -> str:
    style = paragraph.find(f"{SPACE}pPr/{SPACE}pStyle")
    name = (style.get(f"{SPACE}val") or "").lower() if style is not None else ""
    if name == "title":
        return "# "
    level = name.removeprefix("heading").strip()
    return "#" * int(level) + " " if name.startswith("heading") and level in set("123456") else ""
