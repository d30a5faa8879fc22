"""Finds the code in a growing Markdown text: fenced blocks, line by line, and spans between backticks.

Whoever reads marks of any kind leaves code alone: there they are what the text is about.
"""

import re
from dataclasses import dataclass, replace

from agentic_search.text.lookahead import Lookahead

LONGEST_CODE_SPAN = 2_000
"""Characters to the closing backticks; beyond them the opening ones are plain text."""

_LINE_HEAD = " \t>-*+0123456789.)"
_HEAD = re.compile(r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*[ \t>]*")
_LONGEST_INFO = 200


@dataclass(frozen=True, slots=True)
class FenceState:
    """What is known where the next character stands."""

    line_start: bool = True
    fence: str = ""
    """The run that opened the code that is being read; empty outside of code."""
    quoted: bool = False
    """That code stands in a block quote, and ends with it."""

    def behind(self, text: str) -> "FenceState":
        """The state when nothing but this, which is no fence, was read."""
        line_start = text[-1] == "\n"
        return self if self.line_start == line_start else replace(self, line_start=line_start)


def line_head(ahead: Lookahead, at: int) -> str:
    """What can stand before the first word of a line: spaces, marks of quotes and of list items."""
    return ahead.text[at : ahead.run(at, _LINE_HEAD)]


def fenced(ahead: Lookahead, at: int, state: FenceState) -> tuple[int, FenceState]:
    """Where the line of fenced code that `at` stands in ends, as far as it is there; `at` itself outside of code.

    The lines that open and close the code are part of it. Raises Undecided.
    """
    if state.line_start:
        head = line_head(ahead, at)
        if state.quoted and ">" not in head and ahead.at(at + len(head)) != "\n":
            state = FenceState()
        if state.fence:
            if (end := _closing(ahead, at + len(head), state.fence)) is not None:
                return end, FenceState()
        elif (opened := _opening(ahead, at, head)) is not None:
            return opened
    if state.fence:
        end = ahead.text.find("\n", at) + 1 or len(ahead.text)
        return end, state.behind(ahead.text[at:end])
    return at, state


def code_span(ahead: Lookahead, at: int) -> tuple[int, bool]:
    """Where the code span ends whose backticks stand at `at`; without others in its paragraph, where these end.

    The second is whether it is a span. Raises Undecided.
    """
    opened = ahead.run(at, "`")
    offset = opened
    while (tick := ahead.find("`", offset, most=opened + LONGEST_CODE_SPAN - offset)) is not None:
        end = ahead.run(tick, "`")
        if "\n\n" in ahead.text[offset:tick]:
            break
        if end - tick == opened - at:
            return end, True
        offset = end
    return opened, False


def _opening(ahead: Lookahead, at: int, head: str) -> tuple[int, FenceState] | None:
    """The end of the whole line, if it opens fenced code."""
    begin = at + len(head)
    fence = _fence_at(ahead, begin)
    if len(fence) < 3 or not _HEAD.fullmatch(head):
        return None
    # An info string behind backticks has none itself, or it is a span of code.
    end = _line_end(ahead, begin + len(fence), before="`" if fence[0] == "`" else "")
    return None if end is None else (end, FenceState(fence=fence, quoted=">" in head))


def _closing(ahead: Lookahead, begin: int, fence: str) -> int | None:
    """The end of the line, if it closes `fence`."""
    found = _fence_at(ahead, begin)
    if not found.startswith(fence):
        return None
    after = ahead.run(begin + len(found), " \t")
    return after + len(ahead.at(after)) if ahead.at(after) in {"", "\n"} else None


def _fence_at(ahead: Lookahead, begin: int) -> str:
    character = ahead.at(begin)
    return ahead.text[begin : ahead.run(begin, character)] if character and character in "`~" else ""


def _line_end(ahead: Lookahead, offset: int, *, before: str) -> int | None:
    """After the line's end, or the text's; none where a character of `before` comes first."""
    end = ahead.find("\n", offset, before=before, most=_LONGEST_INFO)
    if end is not None:
        return end + 1
    cut = len(ahead.text) - offset <= _LONGEST_INFO and ahead.final and not (before and before in ahead.text[offset:])
    return len(ahead.text) if cut else None
