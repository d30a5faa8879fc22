"""Renders an answer's Markdown as safe HTML, block by block.

CommonMark and tables; no HTML of the text's own, no images, links only to sources. A mark [n] becomes
`<a href="#source-n" class="citation">n</a>`: the page relies on that form. Two guards, each of which would do alone:
the renderer makes nothing else, and nh3 lets no other tag, attribute or address through.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

_MARK = re.compile(r"\[([1-9]\d{0,5})\]")
_MARK_TARGET = re.compile(r"#source-\d{1,6}")
_WEB = re.compile(r"https?://.+", re.IGNORECASE)
_LANGUAGE = re.compile(r"language-[\w+#.-]{1,40}")
_REL = "noopener noreferrer nofollow"
_MARKS = "marks"

_TEXT_TAGS = {"a", "p", "br", "hr", "em", "strong", "code", "pre", "blockquote", "ul", "ol", "li"}
_HEADING_TAGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_TABLE_TAGS = {"table", "thead", "tbody", "tr", "th", "td"}
_ATTRIBUTES = {"a": {"href", "class", "rel"}, "code": {"class"}, "ol": {"start"}}


@dataclass(frozen=True, slots=True)
class Block:
    """One top-level block."""

    html: str
    """Safe HTML, with a line end."""
    kind: str
    """What it is: paragraph, bullet_list, ordered_list, fence, code_block, blockquote, heading, table or hr."""
    begin: int
    """Its first line, counted from 0."""
    end: int
    """The line after its last."""


class AnswerHtml:
    """Renders one answer's Markdown."""

    def __init__(self, marks: Collection[int], urls: Collection[str] = ()) -> None:
        """`marks` are the numbers that may be cited, looked at when a block is rendered; `urls` may be linked to."""
        self._markdown = _markdown()
        self._marks = marks
        self._urls = {self._markdown.normalizeLink(url) for url in urls if _WEB.fullmatch(url)}
        self._cleaner = nh3.Cleaner(
            tags=_TEXT_TAGS | _HEADING_TAGS | _TABLE_TAGS,
            clean_content_tags=set(),
            attributes=_ATTRIBUTES,
            attribute_filter=partial(_allowed, frozenset(self._urls)),
            link_rel=None,
            url_schemes={"http", "https"},
        )

    def render(self, text: str) -> str:
        """The whole of `text` as safe HTML."""
        return "".join(block.html for block in self.blocks(text))

    def blocks(self, text: str) -> list[Block]:
        """The top-level blocks of `text`, in order; their HTML one after another is that of the whole."""
        environment = {_MARKS: self._marks}
        tokens = self._markdown.parse(text, environment)
        for token in tokens:
            if token.children:
                token.children = self._only_known_links(token.children)
        return [self._block(group) for group in _top_level(tokens)]

    def clean(self, html: str) -> str:
        """What of any HTML may reach the page: the second guard."""
        return self._cleaner.clean(html)

    def _block(self, tokens: Sequence[Token]) -> Block:
        html: str = self._markdown.renderer.render(tokens, self._markdown.options, {})
        begin, end = tokens[0].map or (0, 0)
        return Block(self.clean(html), tokens[0].type.removesuffix("_open"), begin, end)

    def _only_known_links(self, tokens: Sequence[Token]) -> list[Token]:
        """Links to anything but `urls` become their text, images nothing."""
        shown: list[Token] = []
        open_link = False
        for token in tokens:
            if token.type == "link_open":
                open_link = token.attrs.get("href") in self._urls
                token.attrs = {"href": token.attrs.get("href", ""), "rel": _REL}
            if token.type == "image" or (token.type in {"link_open", "link_close"} and not open_link):
                continue
            shown.append(token)
        return shown


@cache
def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table")
    # A definition could change blocks that were emitted before it came.
    markdown.disable(["reference", "html_block", "html_inline"])
    markdown.inline.ruler.before("link", "citation", _citation)
    return markdown


def _citation(state: StateInline, silent: bool) -> bool:
    """The inline rule for marks. A mark in a link's text makes that link plain text, because links do not nest."""
    found = _MARK.match(state.src, state.pos, state.posMax)
    if found is None or int(found[1]) not in state.env[_MARKS]:
        return False
    if not silent:
        state.push("citation_open", "a", 1).attrs = {"href": f"#source-{found[1]}", "class": "citation"}
        state.push("text", "", 0).content = found[1]
        state.push("citation_close", "a", -1)
    state.pos = found.end()
    return True


def _top_level(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    group: list[Token] = []
    depth = 0
    for token in tokens:
        group.append(token)
        depth += token.nesting
        if depth == 0:
            yield group
            group = []


def _allowed(urls: Collection[str], tag: str, attribute: str, value: str) -> str | None:
    match tag, attribute:
        case "a", "href":
            return value if value in urls or _MARK_TARGET.fullmatch(value) else None
        case "a", "class":
            return value if value == "citation" else None
        case "code", "class":
            return value if _LANGUAGE.fullmatch(value) else None
        case "a", "rel":
            return _REL
        case _:
            return value
