"""Makes index entries of what is published: title, docstring, words to be found by, and the facts shown with a hit."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from agentic_search.mcp_servers.fulltext import Entry, Extra
from agentic_search.mcp_servers.python_docs.source.definitions import Definition
from agentic_search.mcp_servers.python_docs.source.publication import Published

SCHEME = "pydoc:"
LONGEST_BODY = 60_000
MOST_MEMBERS = 300
DEFAULTS: Extra = {"signature": "", "line": 1, "listed": True, "members": []}
HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def make_entry(title: str, body: str, facts: Extra, *, address: str = "", keywords: str = "") -> Entry:
    """An entry whose name is found by its parts too: `TaskGroup` by “task group”.

    Facts that are not given are those of prose that has no place of its own in its file.
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
        definition = item.found.definition
        facts: Extra = {"package": package, "file": _relative(item.found.module.path, root), "listed": item.listed}
        if definition is None:
            yield _module_entry(item, facts | {"members": contents[item.title]})
            continue
        yield _definition_entry(item.title, definition, facts | {"defined_in": item.found.defined_as})
        for member in definition.members:
            defined = f"{item.found.defined_as}.{member.name}"
            if member.doc and defined not in renamed:
                yield _definition_entry(f"{item.title}.{member.name}", member, facts | {"defined_in": defined})


def _module_entry(item: Published, facts: Extra) -> Entry:
    module = item.found.module
    body, readable = module.doc, not module.problem
    if module.problem:
        body = f"The source of this module could not be read. {module.problem}"
    facts = facts | {"kind": "module", "defined_in": module.name, "listed": readable}
    return make_entry(item.title, body, facts, keywords=body.partition("\n\n")[0] if readable else "")


def _definition_entry(title: str, definition: Definition, facts: Extra) -> Entry:
    facts = facts | {
        "kind": definition.kind,
        "signature": definition.signature,
        "line": definition.line,
        "members": [_line_for(member) for member in definition.members][:MOST_MEMBERS],
    }
    return make_entry(title, definition.doc, facts, keywords=definition.summary)


def _contents(offered: list[Published]) -> defaultdict[str, list[str]]:
    """For each module title one line for each definition published under it."""
    contents: defaultdict[str, list[str]] = defaultdict(list)
    for item in offered:
        lines = contents[item.title.rpartition(".")[0]]
        if item.found.definition is not None and len(lines) < MOST_MEMBERS:
            lines.append(_line_for(item.found.definition))
    return contents


def _line_for(definition: Definition) -> str:
    return f"{definition.signature} - {definition.summary}" if definition.doc else definition.signature


def _relative(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()
