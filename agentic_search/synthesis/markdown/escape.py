"""Escapes text so that Markdown shows exactly that text: nothing in it acts as Markdown or HTML."""

import re

from agentic_search.text.controls import without_controls

_CODE = re.compile(r"(?<!`)(`{1,2})(?!`)([^`\n]+)(?<!`)\1(?!`)")
"""A short span of code in Markdown or reStructuredText, on one line."""

_ACTS_ANYWHERE = re.compile(r"[\\`*\[\]<|~]|(?<![^\W_])_|_(?![^\W_])|&(?=[#A-Za-z])|!(?=\[)")
_ITEM_NUMBER = re.compile(r"^\d{1,9}(?=[.)])")


def escape_markdown(text: str) -> str:
    """`text` as Markdown prose, its lines kept; spans of code stay spans of code, in which nothing acts.

    Indentation and trailing spaces go, because they mean something in Markdown.
    """
    lines = (line.strip() for line in without_controls(text).split("\n"))
    return "\n".join(_escaped_line(line) for line in lines if line)


def escape_line(text: str) -> str:
    """`text` as one line of Markdown prose."""
    return escape_markdown(" ".join(text.split()))


def escape_inline(text: str) -> str:
    """`text` as Markdown prose that stands inside a line, behind something else."""
    return _escaped_inside(" ".join(without_controls(text).split()))


def code_span(text: str) -> str:
    """`text` as a span of code on one line, whatever backticks it holds."""
    line = " ".join(text.split())
    ticks = "`" * (_longest_run(line, "`") + 1)
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{ticks}{pad}{line}{pad}{ticks}"


def code_block(text: str, language: str = "") -> str:
    """`text` as a fenced block of code that it cannot close."""
    fence = "`" * max(3, _longest_run(text, "`") + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def _escaped_line(line: str) -> str:
    whole = _escaped_inside(line)
    number = _ITEM_NUMBER.match(whole)
    if number is not None:
        return f"{number[0]}\\{whole[number.end() :]}"
    return f"\\{whole}" if whole[:1] in "#>=+-" and whole else whole


def _escaped_inside(line: str) -> str:
    pieces: list[str] = []
    position = 0
    for span in _CODE.finditer(line):
        pieces += [_ACTS_ANYWHERE.sub(r"\\\g<0>", line[position : span.start()]), code_span(span[2])]
        position = span.end()
    pieces.append(_ACTS_ANYWHERE.sub(r"\\\g<0>", line[position:]))
    return "".join(pieces)


def _longest_run(text: str, character: str) -> int:
    return max((len(run) for run in re.findall(f"{re.escape(character)}+", text)), default=0)
