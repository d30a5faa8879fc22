"""Cuts a text at its headings into sections with unique anchors, none of them too long to cite."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import regex

from agentic_search.mcp_servers.documents.parsing.document import DocumentSection

LONGEST = 8_000
"""Characters of a section; what is longer is cut at a paragraph's end into parts."""

PART = 99
"""The level of a further part: below every heading."""

NOT_IN_SLUG = regex.compile(r"[^\w\- ]")
BREAKS = ("\n\n", "\n", " ")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading as a parser found it."""

    level: int
    text: str
    start: int
    """Where it begins in the text."""
    body: int
    """Where the text behind it begins."""
    anchor: str = ""
    """The name that the document itself gives the section; empty makes one from the heading."""
    page: int | None = None


def slug(text: str) -> str:
    """The anchor that code hosts make of a heading: lower case, dashes for blanks, punctuation gone."""
    return NOT_IN_SLUG.sub("", text.strip().lower()).replace(" ", "-")


def cut(text: str, headings: Iterable[Heading], *, lines: bool = True) -> tuple[DocumentSection, ...]:
    """Sections that cover the whole text, in order; blank stretches without a heading are left out.

    `lines` says whether the text's lines are the file's, so that they may be cited.
    """
    names = _Names()
    breaks = [match.end() for match in re.finditer("\n", text)] if lines else []
    whole = [
        replace(part, anchor=names.claim(part.anchor), line=bisect_right(breaks, part.start) + 1 if lines else None)
        for section in _spans(text, headings)
        for part in _parts(text, section)
    ]
    return tuple(whole)


def _spans(text: str, headings: Iterable[Heading]) -> Iterator[DocumentSection]:
    """One section a heading, and one for what stands before the first."""
    ordered = [Heading(0, "", 0, 0), *sorted(headings, key=lambda heading: heading.start)]
    ends = [after.start for _, after in pairwise(ordered)] + [len(text)]
    for heading, end in zip(ordered, ends, strict=True):
        if heading.level or text[:end].strip():
            anchor = heading.anchor or (slug(heading.text) or "section" if heading.level else "")
            yield DocumentSection(
                anchor, heading.text, heading.level, heading.start, min(heading.body, end), end, page=heading.page
            )


def _parts(text: str, section: DocumentSection) -> Iterator[DocumentSection]:
    """The section itself, or as many parts as it takes; only the first keeps the section's own anchor."""
    start, number = section.start, 1
    while True:
        end = _break(text, start, section.end)
        if number == 1:
            yield replace(section, body=min(section.body, end), end=end)
        else:
            anchor = f"{section.anchor}~{number}" if section.anchor else f"part-{number}"
            yield replace(section, anchor=anchor, level=PART, start=start, body=start, end=end)
        if end >= section.end:
            return
        start, number = end, number + 1


def _break(text: str, start: int, end: int) -> int:
    """Where a part that begins at `start` ends: at the last paragraph, line or word that still fits."""
    if end - start <= LONGEST:
        return end
    for mark in BREAKS:
        found = text.rfind(mark, start + LONGEST // 2, start + LONGEST)
        if found != -1:
            return found + len(mark)
    return start + LONGEST


class _Names:
    """Hands out anchors, the second of a name as `name-1` and so on."""

    def __init__(self) -> None:
        self._taken: dict[str, int] = {}

    def claim(self, name: str) -> str:
        free = name
        while free in self._taken:
            free = f"{name}-{self._taken[name]}"
            self._taken[name] += 1
        self._taken[free] = 1
        return free
