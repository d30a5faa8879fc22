"""Makes entries of the language reference that comes with Python (`pydoc_data/topics.py`), one a section or method."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from agentic_search.mcp_servers.fulltext import Entry, Extra
from agentic_search.mcp_servers.python_docs.index.entries import make_entry
from agentic_search.mcp_servers.python_docs.installed.packages import STANDARD_LIBRARY
from agentic_search.mcp_servers.python_docs.source.definitions import Kind

FILE = "pydoc_data/topics.py"
UNDERLINE = re.compile(r"([*=\-~^\"])\1{2,}")
DEFINITION = re.compile(r"(?:class )?(?P<name>[A-Za-z_][\w.]*)\(.*\)")


@dataclass(frozen=True, slots=True)
class ReferenceSection:
    """A titled stretch of the reference; `signature` is empty for prose."""

    title: str
    signature: str
    text: str

    @property
    def kind(self) -> Kind:
        """Prose is a topic; a definition is what it defines."""
        if self.signature.startswith("class "):
            return "class"
        return "method" if self.signature else "topic"


def topic_entries(library: Path) -> Iterator[Entry]:
    """Empty where this Python comes without the reference. A section that stands in several topics comes once."""
    seen: set[str] = set()
    for topic, text in sorted(_read(library / FILE).items(), key=lambda item: len(item[1])):
        for section in split_topic(text):
            address = f"topic:{section.title}"
            if section.text and address not in seen:
                seen.add(address)
                facts: Extra = {"kind": section.kind, "signature": section.signature, "defined_in": topic}
                facts |= {"package": STANDARD_LIBRARY, "file": FILE}
                words = topic.replace("-", " ")
                yield make_entry(section.title, section.text, facts, address=address, keywords=words)


def split_topic(text: str) -> Iterator[ReferenceSection]:
    """Cut at underlined headings, and at definitions such as `str.join(iterable)` or, inside a class, `get(key)`."""
    lines = text.split("\n")
    cuts = [(number, *cut) for number, cut in enumerate(_cuts(lines)) if cut is not None]
    ends = [number for number, _, _ in cuts[1:]] + [len(lines)]
    for (start, title, signature), end in zip(cuts, ends, strict=False):
        body = "\n".join(lines[start + (1 if signature else 2) : end]).strip("\n")
        yield ReferenceSection(title, signature, body)


def _cuts(lines: list[str]) -> Iterator[tuple[str, str] | None]:
    """For each line the title and signature of the section that it begins, if it does."""
    owner = ""
    for line, below, after in zip(lines, [*lines[1:], ""], [*lines[2:], "", ""], strict=False):
        found = DEFINITION.fullmatch(line.strip())
        indent = len(line) - len(line.lstrip())
        if line and UNDERLINE.fullmatch(below) and len(below) >= len(line):
            owner = ""
            yield line.replace("*", "").strip(), ""
        elif found and line.startswith("class "):
            begins, owner = found["name"] != owner, found["name"]
            yield (owner, line) if begins else None  # a class may be shown with several signatures
        elif found and not below and after.startswith(" " * (indent + 3)) and indent == (3 if owner else 0):
            yield f"{owner}.{found['name']}".lstrip("."), line.strip()
        else:
            yield None


def _read(path: Path) -> dict[str, str]:
    """The literal in the file, read without running it."""
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return {}
    literals = [node.value for node in tree.body if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict)]
    return ast.literal_eval(literals[0]) if literals else {}
