"""Makes index entries of what is published: title, docstring, words to be found by, and the facts shown with a hit."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from agentic_search.mcp_servers.fulltext import Entry, Extra
from agentic_search.mcp_servers.python_docs.source.definitions import Definition
from agentic_search.mcp_servers.python_docs.source.publication import Published
from agentic_search.mcp_servers.python_docs.source.resolver import ResolvedName

SCHEME = "pydoc:"
LONGEST_BODY = 60_000
MOST_MEMBERS = 300
DEFAULTS: Extra = {"signature": "", "line": 1, "listed": True, "members": []}
HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def make_entry(title: str, body: str, facts: Extra, *, address: str = "", keywords: str = "") -> Entry:
    """An entry whose name is found by its parts too: `TaskGroup` by “task group”.

    Facts that are not given are those of prose that has no lines of its own in its file.
    """
    parts = HUMP.sub(" ", title)
    words = f"{parts} {keywords}" if parts != title else keywords
    return Entry(SCHEME + (address or title), title, body[:LONGEST_BODY], words, DEFAULTS | facts)


def entries_of(published: Iterable[Published], *, package: str, root: Path) -> Iterator[Entry]:
    """An entry for each module, class, function and documented method; files are told relative to `root`."""
    offered = list(published)
    contents = _contents(offered)
    renamed = {item.found.defined_as for item in offered if item.found.within}
    for item in offered:
        facts: Extra = {"package": package, "listed": item.listed}
        members = [_line_for(member.definition) for member in item.members.values()]
        lines = contents[item.title] if item.found.is_module else members
        yield _entry(item.title, item.found, root, facts | {"members": lines[:MOST_MEMBERS]}, item.also_named)
        for name, member in item.members.items():
            if member.definition.doc and member.defined_as not in renamed:
                yield _entry(f"{item.title}.{name}", member, root, facts)


def _entry(title: str, found: ResolvedName, root: Path, facts: Extra, also_named: Sequence[str] = ()) -> Entry:
    path, definition = found.module.path, found.definition
    facts = facts | {
        "kind": definition.kind,
        "signature": definition.signature,
        "file": path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix(),
        "line": definition.line,
        "defined_in": found.defined_as,
        "also_named": list(also_named),
    }
    other_words = {name.rpartition(".")[2] for name in also_named} - {title.rpartition(".")[2]}
    words = [] if found.module.problem else [definition.summary, *sorted(other_words)]
    return make_entry(title, definition.doc, facts, keywords=" ".join(words))


def _contents(offered: list[Published]) -> defaultdict[str, list[str]]:
    """For each module title one line for each definition published under it."""
    contents: defaultdict[str, list[str]] = defaultdict(list)
    for item in offered:
        if not item.found.is_module:
            contents[item.title.rpartition(".")[0]].append(_line_for(item.found.definition))
    return contents


def _line_for(definition: Definition) -> str:
    return f"{definition.signature} - {definition.summary}" if definition.doc else definition.signature
