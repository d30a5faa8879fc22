"""Writes tables in Markdown, and reads the cells of a row that a source wrote; nothing in a cell acts as Markdown."""

import re
from collections.abc import Sequence

from agentic_search.synthesis.markdown.escape import escape_inline
from agentic_search.synthesis.markdown.plain import plain_text

_BORDER = re.compile(r"(?<!\\)\|")
_MOST_CELLS = 12
_LONGEST_CELL = 500


def cells_of(row: str) -> list[str]:
    """The cells of `| a | b |`, as they stand there; none for an empty text."""
    inside = row.strip().removeprefix("|")
    if inside.endswith("|") and not inside.endswith("\\|"):
        inside = inside[:-1]
    return [cell.strip().replace("\\|", "|") for cell in _BORDER.split(inside)[:_MOST_CELLS]] if row.strip() else []


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table of what people wrote, each cell on one line; a missing cell is empty."""
    return raw_table([_cell(each) for each in header], [[_cell(each) for each in row] for row in rows])


def bordered(cell: str) -> str:
    """A cell of Markdown with its borders escaped, in code too, where a Markdown table wants that."""
    return _BORDER.sub(r"\\|", cell)


def raw_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table of cells that are Markdown already."""
    width = max([len(header), *map(len, rows)])
    lines = (_line(row, width) for row in rows)
    return "\n".join([_line(header, width), _line(["---"] * width, width), *lines])


def _line(cells: Sequence[str], width: int) -> str:
    return f"| {' | '.join([*cells, *[''] * (width - len(cells))])} |"


def _cell(text: str) -> str:
    return bordered(escape_inline(plain_text(text[:_LONGEST_CELL])))
