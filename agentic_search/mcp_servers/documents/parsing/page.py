"""Reads an HTML page: its main text where trafilatura finds it, else all of its text, with headings and anchors."""

import re
from collections import Counter, defaultdict
from dataclasses import replace
from html import unescape
from typing import cast

import regex
import trafilatura
from lxml.html import HtmlElement

from agentic_search.mcp_servers.documents.parsing.decoding import clip, decode
from agentic_search.mcp_servers.documents.parsing.document import Document
from agentic_search.mcp_servers.documents.parsing.formats.titles import telling
from agentic_search.mcp_servers.documents.parsing.html import Element, Rendered, read_html, read_page, render
from agentic_search.mcp_servers.documents.parsing.sections import cut

DECLARED = re.compile(rb"""charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
DECLARED_WITHIN = 2_048
"""Bytes of a page in which its encoding is looked for."""

WORD = regex.compile(r"\w+")

FEWEST, MOST = 500, 2_000_000
"""Characters of a page whose main text is looked for: shorter ones hold little else; two seconds for a million."""

ENOUGH = 0.7
"""The share of a page's words outside links that its main text has; what has less is taken for a mistake."""

KNOWN_AS = {"pre": "code", "figure": "div", "figcaption": "p"}
"""What trafilatura would drop or run together, by tags that it keeps."""

SCRIPT = re.compile(r"<(script|style)\b[^>]*>.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
TAG = re.compile(r"<[^<>]*>")

UNFORESEEN = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What a page that nobody thought of may make trafilatura raise."""


def parse_html(data: bytes) -> Document:
    """Scripts, menus and what else surrounds the main text are left out. Raises Unreadable for binary data."""
    declared = DECLARED.search(data[:DECLARED_WITHIN])
    page, note = decode(data, declared[1].decode() if declared else None)
    root, is_whole = read_page(page)
    title = " ".join((root.findtext(".//title") or "").split())
    if is_whole:
        rendered = _main(root)
    else:
        rendered, note = Rendered(_bare(page), []), "it is nested too deep; its text is kept without headings"
    text, left_out = clip(rendered.text)
    headings = [heading for heading in rendered.headings if heading.body <= len(text)]
    first = next((heading.text for heading in headings if heading.level == 1), "")
    return Document(telling(title) or first, text, cut(text, headings, lines=False), left_out or note)


def _bare(page: str) -> str:
    """The texts between the tags."""
    return " ".join(unescape(TAG.sub(" ", SCRIPT.sub(" ", page))).split())


def _main(root: Element) -> Rendered:
    """The main text, or the whole page's where there is no telling one from the other."""
    whole = render(root)
    if not FEWEST <= len(whole.text) <= MOST:
        return whole
    wanted = _words(whole.text) - _words(" ".join(link.text_content() for link in root.iter("a")))
    main = _extract(root)
    if (wanted & _words(main.text)).total() < ENOUGH * wanted.total() or (whole.headings and not main.headings):
        return whole
    return _with_anchors(main, whole)


def _words(text: str) -> Counter[str]:
    return Counter(WORD.findall(text))


def _extract(root: Element) -> Rendered:
    """What trafilatura takes for the main text: `code` for a block, `figure` for a picture; attributes are lost."""
    for element in [*root.iter("code", "kbd", "samp", "tt", "var")]:
        element.drop_tag()
    for element in root.iter(*KNOWN_AS):
        element.tag = KNOWN_AS[element.tag]
    try:
        found = trafilatura.extract(cast(HtmlElement, root), output_format="html", favor_recall=True)
    except UNFORESEEN:
        found = None
    return render(read_html(found or ""))


def _with_anchors(main: Rendered, whole: Rendered) -> Rendered:
    """Each heading with the anchor that the page gives the heading of these words."""
    anchors = defaultdict[str, list[str]](list)
    for heading in whole.headings:
        anchors[heading.text].append(heading.anchor)
    left = {words: iter(given) for words, given in anchors.items()}
    named = [replace(heading, anchor=next(left.get(heading.text, iter(())), "")) for heading in main.headings]
    return Rendered(main.text, named)
