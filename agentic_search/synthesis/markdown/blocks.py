"""Splits an answer's Markdown, while it is written, into text to show now and finished blocks that replace that text.

A blank line ends every block but a list, an indented example and an open fence. The first two are ended by a line that
begins at the margin and is no list item, a fence by its closing line. Only at such a line is the text read as Markdown:
three times at most, however long the answer and its blocks are.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from agentic_search.synthesis.markdown.html import AnswerHtml, Block

_MAY_BECOME_ITEM = re.compile(r"[-+*]|\d{1,9}[.)]?")
_ITEM = re.compile(r"(?:[-+*]|\d{1,9}[.)])\s")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_PAST_BLANK_LINES = frozenset({"bullet_list", "ordered_list", "code_block"})
"""Kinds of blocks that may go on after a blank line."""


@dataclass(frozen=True, slots=True)
class Step:
    """What the reader sees next: more text, then blocks in place of all text since the block before."""

    text: str = ""
    blocks: tuple[str, ...] = ()
    """Safe HTML."""


class BlockSplitter:
    """Splits one growing text; however it comes in pieces, the blocks are those of the whole."""

    def __init__(self, html: AnswerHtml) -> None:
        self._html = html
        self._lines: list[str] = []
        """Whole lines that no finished block has yet."""
        self._line: list[str] = []
        """The pieces of the line that is being written."""
        self._held = ""
        """A line's first characters, held back until it is certain whether a list goes on."""
        self._open: Literal["nothing", "list", "fence"] = "nothing"
        """What is known to go on after a blank line."""
        self._closing = re.compile("")
        self._fence = ""
        self._after_blank = True

    @property
    def open_fence(self) -> str:
        """After a blank line: what would close the code in which further text would stand; empty outside of code."""
        return self._fence if self._open == "fence" else ""

    def feed(self, text: str) -> list[Step]:
        """Take in more text."""
        text, self._held = self._held + text, ""
        return list(self._steps(text))

    def finish(self) -> list[Step]:
        """Take in the end."""
        held, self._held = self._held, ""
        rest = "".join((*self._lines, *self._line, held))
        blocks = tuple(block.html for block in self._html.blocks(rest))
        self._lines, self._line, self._open, self._after_blank = [], [], "nothing", True
        return [Step(held, blocks)] if held or blocks else []

    def _steps(self, text: str) -> Iterator[Step]:
        while text:
            if self._open == "list" and self._after_blank and not self._line:
                goes_on = _goes_on(text)
                if goes_on is None:
                    self._held = text
                    return
                if not goes_on:
                    yield Step(blocks=self._finished(ended="list"))
            piece, newline, text = text.partition("\n")
            self._line.append(piece + newline)
            yield Step(piece + newline, self._end_line() if newline else ())

    def _end_line(self) -> tuple[str, ...]:
        line, self._line = "".join(self._line), []
        self._lines.append(line)
        blank = not line.strip()
        after_blank, self._after_blank = self._after_blank, blank
        if self._open == "fence":
            return self._finished(ended="fence") if self._closing.fullmatch(line.rstrip()) else ()
        if self._open == "nothing" and blank and not after_blank:
            return self._finished(ended="nothing")
        return ()

    def _finished(self, *, ended: Literal["nothing", "list", "fence"]) -> tuple[str, ...]:
        """The HTML of all lines at hand, if nothing to come can change it; `ended`: what is known to have ended."""
        blocks = self._html.blocks("".join(self._lines))
        if ended != "fence" and self._ends_in_open_fence(blocks):
            self._open = "fence"
        elif ended == "nothing" and blocks and blocks[-1].kind in _PAST_BLANK_LINES:
            self._open = "list"
        else:
            self._open = "nothing"
            self._lines = []
            return tuple(block.html for block in blocks)
        return ()

    def _ends_in_open_fence(self, blocks: Sequence[Block]) -> bool:
        """The last block is code that reaches over the blank line at the end; keeps what will close it."""
        if not blocks or blocks[-1].kind != "fence" or blocks[-1].end < len(self._lines):
            return False
        opening = _FENCE.match(self._lines[blocks[-1].begin])
        if opening is None:
            return False
        self._fence = opening[1]
        self._closing = re.compile(rf" {{0,3}}{opening[1][0]}{{{len(opening[1])},}}")
        return True


def _goes_on(line: str) -> bool | None:
    """Whether a line after a blank one may belong to the list before it; None while that is not certain."""
    if line[0] in " \t\n":
        return True
    if _MAY_BECOME_ITEM.fullmatch(line):
        return None
    return _ITEM.match(line) is not None
