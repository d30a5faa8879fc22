"""Finds what answers a question, reads what a name means, and says what could not be searched.

Plain functions; those that ask the index run in a thread.
"""

import builtins
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from agentic_search.mcp_servers.fulltext import Entry, Index, Understood, best_passage
from agentic_search.mcp_servers.python_docs.answers.ranking import rank, search_words
from agentic_search.mcp_servers.python_docs.answers.results import Documentation, Documented
from agentic_search.mcp_servers.python_docs.index.entries import SCHEME
from agentic_search.mcp_servers.python_docs.installed.packages import Package, names_of

CANDIDATES = 200
"""So many by words alone go on to be ranked by what they are."""
NEAR_NAMES = 5
BUILTINS = frozenset(name for name in dir(builtins) if name.islower() and not name.startswith("_"))
"""Functions and types of the language itself, all written in C: the reference tells of some of their methods only."""

MOST_NAMES = 5
"""So many packages are named as missing before the rest is only counted."""


class UnknownName(LookupError):
    """Nothing of this name is documented; the message gives the nearest names."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What a question found."""

    results: list[Documented]
    understood: Understood


def find(index: Index, query: str, *, limit: int, groups: Collection[str] | None) -> Findings:
    """The best `limit` for the question, best first; only of these groups, where given."""
    understood = index.understood(query)
    question = understood.text
    words = search_words(question)
    within = None if groups is None else sorted(groups)
    candidates = index.candidates(words, limit=max(CANDIDATES, limit), groups=within)
    best = rank(question, candidates)[:limit]
    return Findings([_documented(entry, best_passage(entry.body, words)) for entry in best], understood)


def read(index: Index, name: str) -> Documentation:
    """All about a dotted name or address; the name that the source has for it serves too, and so does wrong case.

    Raises UnknownName.
    """
    wanted = name.strip().removeprefix(SCHEME).removesuffix("()")
    found = _named(index, wanted)
    if not found:
        raise UnknownName(f"There is no documentation of {name!r}.{_hint(index, wanted)}")
    first, *others = found
    return Documentation(
        **_documented(first, first.body).model_dump(),
        members=_listed(first, "members"),
        others=list(dict.fromkeys(other.address for other in others if other.address != first.address)),
    )


def note_on(question: str, *, found: bool, missing: Sequence[Package], without_source: Collection[str]) -> str | None:
    """What a reader must know before relying on an answer, in one to three sentences; None where that is nothing."""
    words = set(re.findall(r"\w+", question.lower()))
    called = set(re.findall(r"\b([a-z_]+)\(", question.lower())) & BUILTINS
    unread = sorted({name for name in without_source if name in words} | called)
    names = names_of(missing)
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    sentences = (
        "" if found else "Nothing fits: ask with other words, or name the module, class or function.",
        f"Not indexed yet: {', '.join(names[:MOST_NAMES])}{more}. Ask again in a moment." if names else "",
        f"Written in C, without documentation in source form: {', '.join(unread)}." if unread else "",
    )
    return " ".join(filter(None, sentences)) or None


def _named(index: Index, wanted: str) -> list[Entry]:
    """Best first: the address, the title, another public name or the source's own name."""
    addressed = index.get(SCHEME + wanted)
    found = [*([addressed] if addressed else []), *index.titled(wanted)]
    if found:
        return found
    candidates = index.candidates(wanted.rpartition(".")[2], limit=CANDIDATES)
    return [
        entry for entry, _, _ in candidates if wanted in (entry.extra.get("defined_in"), *_listed(entry, "also_named"))
    ]


def _listed(entry: Entry, fact: str) -> list[str]:
    value = entry.extra.get(fact)
    return value if isinstance(value, list) else []


def _hint(index: Index, wanted: str) -> str:
    """Titles that end in the same name, else those that are spelt nearly so."""
    titles = index.titles()
    last = wanted.rpartition(".")[2].lower()
    same = [title for title in titles if title.rpartition(".")[2].lower() == last]
    folded = {title.lower(): title for title in titles}
    near = same[:NEAR_NAMES] or [folded[key] for key in get_close_matches(wanted.lower(), folded, n=NEAR_NAMES)]
    return f" The nearest names are {', '.join(near)}." if near else ""


def _documented(entry: Entry, text: str) -> Documented:
    """An undocumented thing still has its signature to show, and a module the package that it comes with."""
    extra = entry.extra
    shown = text or extra.get("signature") or f"{entry.title} is a {extra.get('kind')} of {extra.get('package')}."
    return Documented.model_validate({**entry.extra, "title": entry.title, "url": entry.address, "text": shown})
