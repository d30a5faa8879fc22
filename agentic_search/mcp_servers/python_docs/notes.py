"""What a reader must know before relying on an answer: what could not be searched, in one or two sentences."""

import re
from collections.abc import Collection, Sequence

from agentic_search.mcp_servers.python_docs.package import Package
from agentic_search.mcp_servers.python_docs.selection import names_of

WORD = re.compile(r"\w+")
MOST_NAMES = 5


def note_on(question: str, *, found: bool, missing: Sequence[Package], without_source: Collection[str]) -> str | None:
    """None where there is nothing to say."""
    words = set(WORD.findall(question.lower()))
    unread = sorted(name for name in without_source if name in words)
    sentences = (
        "" if found else "Nothing fits: ask with other words, or name the module, class or function.",
        f"Not indexed yet: {_enumerate(names_of(missing))}. Ask again in a moment." if missing else "",
        f"Written in C, without documentation in source form: {', '.join(unread)}." if unread else "",
    )
    return " ".join(filter(None, sentences)) or None


def _enumerate(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMES
    return ", ".join(names[:MOST_NAMES]) + (f" and {more} more" if more > 0 else "")
