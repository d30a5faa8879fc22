"""Cuts the text of a passage into units that can be quoted whole: sentences, list items, signatures, code examples.

Reads what tools give: plain text, docstrings (reStructuredText and Google style), Markdown with tables, and doctests;
sentences in any script. Nothing of a unit's text is changed.
"""

import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from agentic_search.text.controls import without_controls
from agentic_search.text.sentences import split_sentences

LONGEST = 200_000
"""Characters of one passage that are looked at."""

Kind = Literal["sentence", "item", "signature", "row", "code"]


@dataclass(frozen=True, slots=True)
class Unit:
    """A piece of a passage that is quoted whole or not at all."""

    kind: Kind
    text: str
    """As it stands in the passage, common indentation removed."""
    paragraph: int
    """Units of one paragraph stand in one paragraph when quoted; an item begins a line of it."""
    section: int
    """A quotation never runs from one section into the next: a heading would be lost between them."""
    frame: str = ""
    """Of a row its table's header, of code the language that its fence names; where there is one."""


_FENCE = re.compile(r"^\s*(`{3,}|~{3,})\s*([\w+#.-]{0,40})[^`]*$")
_HEADING = re.compile(r"^#{1,6}\s+\S")
_UNDERLINE = re.compile(r"^([=\-~^\"'#*+])\1{2,}$")
_ITEM = re.compile(
    r"^\s*(?:[-*+•]\s+|\d{1,3}[.)]\s+|:\w[^:]*:\s|[\w.]+(?:\([^()]*\))? -- \S|[*]{0,2}\w+(?: \([^()]*\))?: \S)"
)
_SIGNATURE = re.compile(r"^(?:async )?(?:def |class )?[A-Za-z_][\w.]*\(.*\)(?:\s*->\s*\S.*)?:?$")
_ROW = re.compile(r"^\s*\|.*\|\s*$")
_DELIMITER = re.compile(r"^\s*+\|?(?:\s*+:?-+:?\s*+\|)+(?:\s*+:?-+:?\s*+)?$")
_TABLE = re.compile(r"^\s*(?:\|.*\||\+[-=+]{3,}\+|={3,}(?: +={3,})+)\s*$")
_DATA = re.compile(r"\s*[\[{]\s*(?:[\"\[{\]}]|-?\d+\s*[,\]]|$)")
_CODE_SIGN = re.compile(
    r"^\s*(?:>>>|\.\.\. |\$ |@\w|#|import \w|from \w+(?:\.\w+)* import|(?:async )?(?:def|for|with) .*:|class \w+.*:|"
    r"(?:if|elif|while|try|except|else|finally)\b.*:$|return\b|await |print\(|raise \w|[}\])]+[;,]?$|</?\w+)"
    r"|\w\s*(?:[-+*/|]?=|:=)\s*\S|\w\(.*\)\s*(?:#.*)?$|[;{]$|=>|::\w"
)


def read_units(text: str) -> tuple[Unit, ...]:
    """The units of a passage, in order; headings are left out but part its sections."""
    lines = _clean(text).split("\n")
    units: list[Unit] = []
    section = 0
    for number, block in enumerate(_blocks(lines)):
        if block.kind == "heading":
            section += 1
            continue
        units += [Unit(kind, piece, number, section, block.frame) for kind, piece in _pieces(block)]
    return tuple(units)


def code_in(text: str) -> tuple[tuple[str, str], ...]:
    """The frames and texts of the units that are code.

    Nothing else is cut, which takes a third of the time of `read_units`.
    """
    code = (block for block in _blocks(_clean(text).split("\n")) if block.kind == "code")
    return tuple((block.frame, piece) for block in code for _, piece in _pieces(block))


def _clean(text: str) -> str:
    """Line ends and tabs made one, what cannot be written as UTF-8 removed, indentation common to all removed."""
    plain = without_controls(text[:LONGEST].replace("\r\n", "\n").replace("\r", "\n")).expandtabs(4)
    first, newline, rest = textwrap.dedent(plain).strip("\n").partition("\n")
    body = textwrap.dedent(rest)
    if body != rest and not first.startswith(" ") and not _is_code(_first_block(body)):
        rest = body  # a raw docstring: its first line stands behind the quotes, the others are indented
    return first + newline + rest


def _first_block(text: str) -> list[str]:
    return text.strip("\n").split("\n\n", 1)[0].split("\n")


@dataclass(frozen=True, slots=True)
class _TextBlock:
    kind: Literal["prose", "code", "heading", "table"]
    lines: Sequence[str]
    frame: str = ""


def _blocks(lines: Sequence[str]) -> Iterator[_TextBlock]:
    """Cut at blank lines, fences and headings."""
    at = 0
    while at < len(lines):
        line = lines[at]
        if not line.strip():
            at += 1
        elif (fence := _FENCE.match(line)) is not None:
            end = _fence_end(lines, at, fence[1])
            yield _TextBlock("code", lines[at + 1 : end], fence[2])
            at = end + 1
        elif _HEADING.match(line):
            yield _TextBlock("heading", [line])
            at += 1
        else:
            end = _paragraph_end(lines, at)
            yield from _paragraph(lines[at:end], indented=line.startswith("  ") and at > 0)
            at = end


def _fence_end(lines: Sequence[str], start: int, opened: str) -> int:
    for at in range(start + 1, len(lines)):
        stripped = lines[at].strip()
        if stripped.startswith(opened) and not stripped.strip(opened[0]):
            return at
    return len(lines)


def _paragraph_end(lines: Sequence[str], start: int) -> int:
    """The next blank line, fence or heading; blank lines inside an indented example do not end it."""
    example = lines[start].startswith("  ") and bool(_CODE_SIGN.search(lines[start]))
    at = start + 1
    while at < len(lines):
        line = lines[at]
        if _FENCE.match(line) or (_HEADING.match(line) and not example):
            break
        if not line.strip() and not (example and at + 1 < len(lines) and lines[at + 1].startswith("  ")):
            break
        at += 1
    return at


def _paragraph(lines: Sequence[str], *, indented: bool) -> Iterator[_TextBlock]:
    if len(lines) == 2 and _UNDERLINE.match(lines[1].strip()):
        yield _TextBlock("heading", lines)
    elif (start := _table_start(lines)) is not None:
        header = lines[start].strip() if start + 1 < len(lines) and _DELIMITER.match(lines[start + 1]) else ""
        if start:
            yield from _prose(lines[:start])
        yield _TextBlock("table", lines[start + 2 if header else start :], header)
    elif _is_preformatted(lines) or (indented and _is_code(lines)):
        yield _TextBlock("code", lines)
    else:
        yield from _prose(lines)


def _table_start(lines: Sequence[str]) -> int | None:
    """Where a Markdown table begins: its header, or a row where a tool has cut the header off."""
    for number, line in enumerate(lines[1:]):
        if _DELIMITER.match(line) and "|" in lines[number]:
            return number
    return 0 if all(map(_ROW.match, lines)) else None


def _is_preformatted(lines: Sequence[str]) -> bool:
    """A doctest, a table or data: its line ends mean something."""
    doctest = any(line.lstrip().startswith(">>> ") for line in lines)
    data = _DATA.match(lines[0]) is not None and lines[-1].rstrip().endswith(("}", "]"))
    return doctest or data or all(_TABLE.match(line) for line in lines)


def _prose(lines: Sequence[str]) -> Iterator[_TextBlock]:
    """A paragraph may go over into an indented example without a blank line."""
    for start in range(1, len(lines)):
        deeper = _indent(lines[start]) >= _indent(lines[start - 1]) + 2 and lines[start - 1].rstrip().endswith(":")
        if deeper and _is_code(lines[start:]):
            yield _TextBlock("prose", lines[:start])
            yield _TextBlock("code", lines[start:])
            return
    yield _TextBlock("prose", lines)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _is_code(lines: Sequence[str]) -> bool:
    """At least half of the lines look like a program's or a terminal's."""
    written = [line for line in lines if line.strip()]
    return bool(written) and 2 * sum(bool(_CODE_SIGN.search(line)) for line in written) >= len(written)


def _pieces(block: _TextBlock) -> Iterator[tuple[Kind, str]]:
    if block.kind == "code":
        code = textwrap.dedent("\n".join(block.lines)).strip("\n").rstrip()
        if code:
            yield "code", code
        return
    if block.kind == "table":
        for line in block.lines:
            if any(map(str.isalnum, line)):
                yield "row", line.strip()
        return
    lines = list(block.lines)
    if _SIGNATURE.match(lines[0].strip()):
        yield "signature", lines.pop(0).strip()
    for first, text in _items(lines):
        for index, sentence in enumerate(split_sentences(text)):
            yield "item" if first and index == 0 else "sentence", sentence


def _items(lines: Sequence[str]) -> Iterator[tuple[bool, str]]:
    """A paragraph's text, cut where a list item begins; whether each cut begins one."""
    begun: list[str] = []
    for line in lines:
        if _ITEM.match(line) and begun:
            yield bool(_ITEM.match(begun[0])), "\n".join(begun)
            begun = []
        begun.append(line)
    if begun:
        yield bool(_ITEM.match(begun[0])), "\n".join(begun)
