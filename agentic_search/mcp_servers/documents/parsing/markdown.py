"""Finds the headings of Markdown, whose text is kept as it stands; code blocks and quotations hold none."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate, pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token

from agentic_search.mcp_servers.documents.parsing.decoding import decode
from agentic_search.mcp_servers.documents.parsing.document import Document
from agentic_search.mcp_servers.documents.parsing.sections import Heading, cut
from agentic_search.text.files.yaml_text import BadYaml, read_yaml

FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
LONGEST_FRONT = 20_000
"""Characters of a YAML block that is read for its title."""

GIVEN_ANCHOR = re.compile(r"\s*\{#([\w.:-]+)\}\s*$")


def parse_markdown(data: bytes) -> Document:
    """CommonMark; a YAML block at the top is kept in the text but no heading is looked for in it."""
    text, note = decode(data)
    return replace(read_markdown(text), note=note)


def read_markdown(text: str, *, lines: bool = True) -> Document:
    """`lines` says whether the text's lines are the file's, so that they may be cited."""
    front = FRONT_MATTER.match(text)
    headings = list(_headings(text, front.end() if front else 0))
    title = _title(front[1]) if front else ""
    first = next((heading.text for heading in headings if heading.level == 1), "")
    return Document(title or first, text, cut(text, headings, lines=lines))


def _title(front: str) -> str:
    """As YAML reads it; empty where the block is no YAML, or has no title in text."""
    try:
        fields = read_yaml(front) if len(front) <= LONGEST_FRONT else None
    except BadYaml:
        return ""
    written = fields.items() if isinstance(fields, dict) else ()
    titles = (str(value) for key, value in written if key.lower() == "title" and isinstance(value, str | int | float))
    return " ".join(next(titles, "").split())


def _headings(text: str, begin: int) -> Iterator[Heading]:
    parser = MarkdownIt("commonmark")
    blocks = MarkdownIt("commonmark").disable("inline").parse(text[begin:])
    starts = list(accumulate((len(line) + 1 for line in text[begin:].split("\n")), initial=begin))
    for opening, inline in pairwise(blocks):
        if opening.type == "heading_open" and opening.level == 0 and opening.map:
            first, behind = opening.map
            written, anchor = _split_anchor(inline.content)
            words = _plain(parser.parseInline(written))
            yield Heading(int(opening.tag[1:]), words, starts[first], min(starts[behind], len(text)), anchor)


def _split_anchor(written: str) -> tuple[str, str]:
    """Many tools take `## Installing {#setup}` to name the section."""
    given = GIVEN_ANCHOR.search(written)
    return (written[: given.start()], given[1]) if given else (written, "")


def _plain(tokens: Sequence[Token]) -> str:
    """The words without their markup."""
    children = (child for token in tokens for child in token.children or ())
    return "".join(" " if child.type == "softbreak" else child.content for child in children).strip()
