"""Tables as Markdown, none so long that a row of it can be cited without the names of its columns."""

import re
from collections.abc import Iterator, Sequence

from agentic_search.mcp_servers.documents.parsing.sections import LONGEST

LONGEST_TABLE = LONGEST * 3 // 8
"""Characters of one table; a longer one becomes several with the same head, so that every section of it has one:
where a section may be cut, in its second half, there is always an end of one."""

MOST_HEAD = LONGEST // 8
"""Characters of a head that is written again."""

RULE = re.compile(r"\|(?:[ \t]*:?-+:?[ \t]*\|)+")


def markdown_table(rows: Sequence[Sequence[str]]) -> str:
    """The first row is the head. A single cell is a paragraph, as of a box drawn around a text."""
    if len(rows) == 1 and len(rows[0]) == 1:
        return rows[0][0]
    head, *body = [[_escape(cell) for cell in row] for row in rows] or [[]]
    return "\n".join(map(_row, [head, ["---"] * len(head), *body])) if head else ""


def repeat_heads(text: str) -> str:
    """The Markdown with each long table as several, each with the head."""
    return "\n".join(_lines(text.split("\n")))


def with_head(body: str, passage: str) -> str:
    """The passage; one that begins in the midst of a table of the body has the table's head before it."""
    start = body.find(passage)
    if start <= 0 or not passage.startswith("|"):
        return passage
    table = body.rfind("\n\n", 0, start)
    head, rule, *_ = [*body[table + 2 if table >= 0 else 0 : start].split("\n", 2), ""]
    is_head = head.startswith("|") and len(head) <= MOST_HEAD and RULE.fullmatch(rule.strip())
    return f"{head}\n{rule}\n{passage}" if is_head else passage


def _lines(lines: Sequence[str]) -> Iterator[str]:
    head, size = "", 0
    for number, line in enumerate(lines):
        if not line.startswith("|"):
            head, size = "", 0
        elif number + 1 < len(lines) and RULE.fullmatch(lines[number + 1].strip()):
            head, size = f"{line}\n{lines[number + 1]}", 0
        elif head and size + len(line) > LONGEST_TABLE and len(head) <= MOST_HEAD and not RULE.fullmatch(line.strip()):
            yield f"\n{head}"
            size = len(head)
        size += len(line) + 1
        yield line


def _escape(cell: str) -> str:
    return " ".join(cell.split()).replace("|", "\\|")


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
