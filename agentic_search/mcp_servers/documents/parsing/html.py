"""HTML bytes → readable text with Markdown's heading marks, and the headings with their anchors."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, cast

import lxml.html

from agentic_search.mcp_servers.documents.parsing.decoding import MARKS, clip, decode
from agentic_search.mcp_servers.documents.parsing.document import Document
from agentic_search.mcp_servers.documents.parsing.html_text import HtmlText
from agentic_search.mcp_servers.documents.parsing.sections import cut

UNSEEN = ("script", "style", "noscript", "template", "svg", "nav", "form", "button", "select", "iframe", "object")
PERMALINK = "//a[contains(@class, 'headerlink') or contains(@class, 'anchor')][string-length(normalize-space()) < 2]"
MARKUP = re.compile(r"</?[a-z][a-z0-9]*[\s/>]|&(?:#x?[0-9a-f]+|[a-z]+);", re.IGNORECASE)

EMPTY = cast("type[Exception]", lxml.html.etree.ParserError)  # pyright: ignore[reportUnknownMemberType] - lxml has no types
"""What lxml raises for a page of nothing but comments."""


class Element(Protocol):
    """The part of lxml's element that is used here."""

    tag: str
    text: str | None
    tail: str | None

    def __iter__(self) -> "Iterator[Element]": ...
    def get(self, key: str) -> str | None: ...
    def drop_tree(self) -> None: ...
    def find(self, path: str) -> "Element | None": ...
    def findtext(self, path: str) -> str | None: ...
    def iter(self, *tags: object) -> "Iterable[Element]": ...
    def xpath(self, path: str) -> "list[Element]": ...


def parse_html(data: bytes) -> Document:
    """Scripts, styles, menus and forms are left out. Raises Unreadable for binary data."""
    written, note = decode(data)
    if not written.strip():
        return Document("", "", ())
    marked, declared = data.startswith(tuple(mark for mark, _ in MARKS)), b"charset" in data[:2048].lower()
    if note and declared and not marked:
        root, note = _tree(data, None), None
    else:
        root = _tree(written.encode("utf-8", "replace"), "utf-8")
    return _document(root, note)


def html_to_text(fragment: str) -> str:
    """The readable text of a piece of HTML, paragraphs apart; plain text comes back as it is."""
    if not MARKUP.search(fragment):
        return fragment.strip()
    root = _tree(f"<html><body>{fragment}</body></html>".encode("utf-8", "replace"), "utf-8")
    return _walk(root).text.strip()


def _document(root: Element, note: str | None) -> Document:
    title = " ".join((root.findtext(".//title") or "").split())
    walked = _walk(root)
    text, left_out = clip(walked.text)
    headings = [heading for heading in walked.headings if heading.body <= len(text)]
    first = next((heading.text for heading in headings if heading.level == 1), "")
    return Document(title or first, text, cut(text, headings, lines=False), left_out or note)


def _tree(data: bytes, encoding: str | None) -> Element:
    """The page as browsers would mend it; without an encoding, lxml takes the one that the page declares."""
    parser = lxml.html.HTMLParser(
        encoding=encoding, no_network=True, remove_comments=True, remove_pis=True, huge_tree=True
    )
    # lxml comes without types: they are put on here, once.
    build = cast("Callable[..., Element]", lxml.html.document_fromstring)  # pyright: ignore[reportUnknownMemberType] - lxml has no types
    try:
        return build(data, parser=parser, ensure_head_body=True)
    except EMPTY:
        return build(b"<html></html>", parser=parser, ensure_head_body=True)


def _walk(root: Element) -> HtmlText:
    for unseen in [*root.iter(*UNSEEN), *root.xpath(PERMALINK)]:
        unseen.drop_tree()
    text = HtmlText()
    body = root.find("body")
    for enters, element in _steps(body) if body is not None else ():
        if enters:
            text.open(element.tag, element.get("id") or element.get("name") or "")
            text.write(element.text)
        else:
            text.close(element.tag)
            text.write(element.tail)
    text.flush()
    return text


def _steps(element: Element) -> Iterator[tuple[bool, Element]]:
    """Each element as it begins (True) and as it ends; no recursion, pages can be nested very deep."""
    waiting = [(True, element)]
    while waiting:
        enters, element = waiting.pop()
        yield enters, element
        if enters:
            waiting.append((False, element))
            waiting.extend((True, child) for child in reversed(list(element)))
