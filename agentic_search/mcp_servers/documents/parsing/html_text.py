"""The tags and texts of a page, in order → readable text; tells where the headings came to stand."""

import re

from agentic_search.mcp_servers.documents.parsing.sections import Heading

APART = frozenset({"blockquote", "dl", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "ol", "p", "pre", "table", "ul"})
"""Blocks with an empty line before and after."""

CLOSE = frozenset({"address", "article", "body", "caption", "center", "dd", "details", "div", "dt", "fieldset"})
CLOSER = frozenset({"aside", "figcaption", "footer", "header", "hr", "li", "main", "menu", "section", "summary", "tr"})
BLOCKS = APART | CLOSE | CLOSER
"""What begins and ends a line."""

HEADING = re.compile(r"h([1-6])")
BLANKS = re.compile(r"\s+")


class HtmlText:
    """Writes text block by block; `text` and `headings` are whole after `flush`."""

    def __init__(self) -> None:
        self.headings: list[Heading] = []
        self._blocks: list[str] = []
        self._length = 0
        self._inline: list[str] = []
        self._prefix = ""
        self._verbatim = 0
        self._place = ""
        self._apart = False

    @property
    def text(self) -> str:
        """What has been written so far."""
        return "".join(self._blocks)

    def open(self, tag: str, name: str) -> None:
        """A tag begins; `name` is the anchor it carries, which a heading right behind it takes over."""
        if tag in BLOCKS:
            self.flush()
            self._space(tag)
        if name:
            self._place = name
        if tag == "pre":
            self._verbatim += 1
        elif tag == "li":
            self._prefix = "- "
        elif tag == "br":
            self._inline.append("\n")
        elif tag in ("td", "th") and "".join(self._inline).strip():
            self._inline.append(" | ")

    def write(self, text: str | None) -> None:
        """Text between two tags."""
        if text:
            self._inline.append(text if self._verbatim else BLANKS.sub(" ", text))

    def close(self, tag: str) -> None:
        """A tag ends."""
        heading = HEADING.fullmatch(tag)
        if heading:
            self._heading(int(heading[1]))
        elif tag in BLOCKS:
            self.flush()
            self._space(tag)
        if tag == "pre":
            self._verbatim = max(0, self._verbatim - 1)

    def flush(self) -> None:
        """End the block under way."""
        block = self._take()
        if block:
            self._append(f"{self._prefix}{block}\n")
            self._prefix = self._place = ""
            self._apart = False

    def _heading(self, level: int) -> None:
        words = " ".join(self._take().split())
        if words:
            start = self._length
            self._append(f"{'#' * level} {words}\n\n")
            self.headings.append(Heading(level, words, start, self._length, self._place))
            self._place, self._prefix, self._apart = "", "", True

    def _take(self) -> str:
        written, self._inline = "".join(self._inline), []
        if self._verbatim:
            return written.strip("\n")
        return "\n".join(line.strip() for line in re.sub(r"[ \t]+", " ", written).split("\n")).strip()

    def _space(self, tag: str) -> None:
        """One empty line around a block that stands apart, never two, and none inside a list's item."""
        if tag in APART and self._blocks and not self._apart and not self._prefix:
            self._append("\n")
            self._apart = True

    def _append(self, text: str) -> None:
        self._blocks.append(text)
        self._length += len(text)
