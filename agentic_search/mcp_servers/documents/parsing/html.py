"""Renders HTML as text with Markdown's marks for headings and lists, and tells where the headings came to stand."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, Protocol, cast

import lxml.html

from agentic_search.mcp_servers.documents.parsing.decoding import CONTROLS
from agentic_search.mcp_servers.documents.parsing.sections import Heading

UNSEEN = ("script", "style", "noscript", "template", "svg", "nav", "button", "select", "iframe", "object")
TOO_DEEP = "ERR_RESOURCE_LIMIT"

PERMALINK = "//a[contains(@class, 'headerlink') or contains(@class, 'anchor')][string-length(normalize-space()) < 2]"
MARKUP = re.compile(r"</?[a-z][a-z0-9]*[\s/>]|&(?:#x?[0-9a-f]+|[a-z]+);", re.IGNORECASE)

BREAK, LINE, GAP, CELL, ITEM, HEAD, WORDS, ANCHOR = map(chr, range(1, 9))
"""What stands between texts until the page has been walked through; no text holds these characters."""

APART = "blockquote dl figure ol p pre table ul"
CLOSE = (
    "address article aside body caption center dd details div dt fieldset figcaption footer form header hr li main menu"
    " section summary tr"
)
"""Blocks with an empty line before and after, and blocks that begin and end a line."""

ENDS = {**dict.fromkeys(APART.split(), GAP), **dict.fromkeys(CLOSE.split(), LINE)}
BEGINS = {**ENDS, "li": LINE + ITEM, "br": BREAK, "td": CELL, "th": CELL}
HEADINGS = {f"h{level}": level for level in range(1, 7)}

KEPT, RESTORED = str.maketrans(" \t\n", "\x0e\x0f\x10"), str.maketrans("\x0e\x0f\x10", " \t\n")
"""White space in preformatted text, until all other has been reduced."""

KEPT_END = re.compile(f"\x10+(?={GAP})|(?<={GAP})\x10+")
BETWEEN = re.compile(rf"[\s{BREAK}-{ITEM}]+({HEAD}?)")
HEADED = re.compile(rf"{HEAD}(\d)([^{HEAD}{WORDS}]*){WORDS}([^{ANCHOR}]*){ANCHOR}\s*")
AROUND = re.compile(rf"{HEAD}\d|{WORDS}[^{ANCHOR}]*{ANCHOR}\s*")
"""The marks of a heading around another one, which is none itself."""


ParserError = cast("type[Exception]", lxml.html.etree.ParserError)  # pyright: ignore[reportUnknownMemberType] - no types
"""What lxml raises for a page of nothing but comments."""


class Element(Protocol):
    """The part of lxml's element that is used here."""

    tag: str
    text: str | None
    tail: str | None

    def get(self, key: str) -> str | None: ...
    def drop_tag(self) -> None: ...
    def drop_tree(self) -> None: ...
    def find(self, path: str) -> "Element | None": ...
    def findtext(self, path: str) -> str | None: ...
    def iter(self, *tags: str) -> "Iterable[Element]": ...
    def text_content(self) -> str: ...
    def xpath(self, path: str) -> "list[Element]": ...


class Rendered(NamedTuple):
    """A page as text, and the headings in it."""

    text: str
    headings: list[Heading]


def html_to_text(fragment: str) -> str:
    """The readable text of a piece of HTML, paragraphs apart; plain text comes back as it is."""
    if not MARKUP.search(fragment):
        return fragment.strip()
    return render(read_html(f"<html><body>{fragment}</body></html>")).text.strip()


def read_html(page: str) -> Element:
    """The page as browsers would mend it, without scripts, styles, menus and buttons."""
    return read_page(page)[0]


def read_page(page: str) -> tuple[Element, bool]:
    """As `read_html`, and whether all of it was read: where tags are nested too deep, libxml2 gives up in silence."""
    parser = lxml.html.HTMLParser(
        encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=True
    )
    # lxml comes without types: they are put on here, once.
    build = cast("Callable[..., Element]", lxml.html.document_fromstring)  # pyright: ignore[reportUnknownMemberType] - no types
    try:
        root = build(page.translate(CONTROLS).encode("utf-8", "replace"), parser=parser, ensure_head_body=True)
    except ParserError:
        root = build(b"<html></html>", parser=parser, ensure_head_body=True)
    is_whole = TOO_DEEP not in str(cast(object, parser.error_log.last_error))  # pyright: ignore[reportUnknownMemberType] - no types
    for unseen in [*root.iter(*UNSEEN), *root.xpath(PERMALINK)]:
        unseen.drop_tree()
    return root, is_whole


def render(root: Element) -> Rendered:
    """The text of the page's body."""
    body = root.find("body")
    marked = "".join(_marked(body)) if body is not None else ""
    laid_out = BETWEEN.sub(_space, KEPT_END.sub("", marked)).lstrip().translate(RESTORED)
    text, *rest = HEADED.split(laid_out)
    pieces, headings = [AROUND.sub("", text)], list[Heading]()
    length = len(pieces[0])
    for level, written, anchor, text in zip(*[iter(rest)] * 4, strict=True):
        if words := " ".join(written.split()):
            pieces.append(f"{'#' * int(level)} {words}\n\n")
            headings.append(Heading(int(level), words, length, length + len(pieces[-1]), anchor))
            length += len(pieces[-1])
        pieces.append(AROUND.sub("", text))
        length += len(pieces[-1])
    return Rendered("".join(pieces), headings)


def _marked(body: Element) -> Iterator[str]:
    """The texts of the page in order, and what stands between them.

    A heading's anchor is the last that the page names before the heading ends and after the text before it.
    """
    walk = cast("Callable[..., Iterable[tuple[str, Element]]]", lxml.html.etree.iterwalk)  # pyright: ignore[reportUnknownMemberType] - no types
    anchor, in_heading, verbatim = "", False, 0
    for event, element in walk(body, events=("start", "end")):
        begins, tag, level = event == "start", element.tag, HEADINGS.get(element.tag)
        if begins:
            anchor = element.get("id") or element.get("name") or anchor
            yield f"{GAP}{HEAD}{level}" if level else BEGINS.get(tag, "")
        else:
            yield f"{WORDS}{anchor}{ANCHOR}{GAP}" if level else ENDS.get(tag, "")
        in_heading = begins if level else in_heading
        verbatim += (1 if begins else -1) if tag == "pre" else 0
        said = (element.text if begins else element.tail) or ""
        if (level and not begins) or (said.strip() and not in_heading):
            anchor = ""
        yield said.translate(KEPT) if verbatim else said


def _space(found: re.Match[str]) -> str:
    """What white space and marks between two texts come to: at most one empty line, and a dash before an item."""
    before, item, _ = found[0].partition(ITEM)
    if GAP in before or before.count(BREAK) > 1:
        space = "\n\n"
    elif LINE in before or BREAK in before:
        space = "\n"
    else:
        space = " | " if CELL in before else " "
    return space + (found[1] or ("- " if item else ""))
