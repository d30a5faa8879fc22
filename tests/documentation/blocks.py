"""The pages that users read → every fenced block of them, and every command that stands in a line of text."""

import re
import shlex
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from agentic_search.api.guide.pages import slug
from tests.support.forking.starting import ROOT

PAGES = (
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "examples/README.md")),
    *sorted((ROOT / "docs").glob("*.md")),
)
_FENCE = "```"
_INLINE = re.compile(r"`([^`\n]+)`")
_PROGRAMS = re.compile(r"(make|python3?|pip|docker|agentic-search|\.venv/bin/python)\b")
_COMMENT = re.compile(r"\s+# .*")


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block."""

    id: str
    """Its page, the heading that it stands below, and its number there from the second on: `docs/api.md#models`."""
    page: str
    language: str
    text: str

    @property
    def commands(self) -> list[str]:
        """Of a shell's block: its commands, each on one line and without comments."""
        return [_COMMENT.sub("", line).strip() for line in self.text.replace("\\\n", " ").splitlines() if line.strip()]


@cache
def all_blocks() -> tuple[Block, ...]:
    """Every block of every page, in order."""
    return tuple(block for page in PAGES for block in _blocks(page))


def blocks(*languages: str) -> list[Block]:
    """Those of some languages."""
    return [block for block in all_blocks() if block.language in languages]


def each(*languages: str) -> Any:
    """A test for each block of some languages."""
    found = blocks(*languages)
    return pytest.mark.parametrize("block", found, ids=[block.id for block in found])


def inline_commands() -> list[tuple[str, list[str]]]:
    """Every command with arguments that stands in the text of a page, as a shell splits it."""
    texts = ((_name(page), text) for page in PAGES for text in _INLINE.findall(_without_blocks(page.read_text())))
    return [(page, shlex.split(text)) for page, text in texts if _PROGRAMS.match(text) and " " in text]


def _blocks(page: Path) -> Iterator[Block]:
    heading, language, lines = "", None, list[str]()
    seen: Counter[str] = Counter()
    for line in page.read_text().splitlines():
        if language is not None and line == _FENCE:
            seen[heading] += 1
            number = f"-{seen[heading]}" if seen[heading] > 1 else ""
            yield Block(f"{_name(page)}#{heading}{number}", _name(page), language, "\n".join(lines) + "\n")
            language = None
        elif language is not None:
            lines.append(line)
        elif line.startswith(_FENCE):
            language, lines = line.removeprefix(_FENCE), []
        elif line.startswith("#"):
            heading = slug(line.lstrip("# "))
    assert language is None, f"{page}: a block without an end"


def _without_blocks(text: str) -> str:
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


def _name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()
