"""Calls that a question asks for by its frame, or by what it points at.

How many there are, what there is, which version, whose; an address, a path or a name of code; the time somewhere;
arithmetic. Each only on a tool that is for just that.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from agentic_search.domain.tool import Tool
from agentic_search.planning.offline.arguments.argument import Argument, Role
from agentic_search.planning.offline.arguments.filling import fill
from agentic_search.planning.offline.arguments.roles import arguments_of
from agentic_search.planning.offline.arguments.tool_words import told_words, verbs, words
from agentic_search.planning.offline.choosing.calls import OfflineCall
from agentic_search.planning.offline.reading.question import Question
from agentic_search.planning.offline.reading.wording import content_words, intents, things
from agentic_search.planning.offline.reading.zones import zones_in
from agentic_search.text.lexicon import terms

_MOST_OF_ONE = 4
_COUNTING, _LISTING = frozenset(terms("count")), frozenset(terms("list enumerate"))
_READING = frozenset({"read", "get", "fetch", "open", "show", "view", "cat", "load", "extract", "crawl", "scrape"})
_LISTED, _TREE = frozenset({"list", "ls"}), frozenset({"tree", "directory"})
_VERSION = frozenset(terms("version installed"))
_PROFILE = frozenset(terms("profile info about user"))
_OF_A_PERSON = frozenset({*terms("profile profil points karma"), "user"})
_TIME = frozenset(terms("time clock"))
_IN_FILE = r"(?:\b(?:in|of|from|does|do|to|aus|von|dans|de|du)\s+(?:the\s+)?(?:file\s+|document\s+)?[`'\"“]?){}"
_RELATIVE = re.compile(r"in the folder|relative", re.IGNORECASE)

_Chooser = Callable[[Sequence[Tool], Question], Iterator[OfflineCall]]


def intended(tools: Sequence[Tool], question: Question) -> list[OfflineCall]:
    """The calls, most surely meant first."""
    ways: tuple[_Chooser, ...] = (_arithmetic, _time, _addresses, _paths, _code, _ids, _people, _counts, _lists)
    return [call for way in ways for call in way(tools, question)]


def _arithmetic(tools: Sequence[Tool], question: Question) -> Iterator[OfflineCall]:
    yield from _first(_taking("expression", tools), question)


def _time(tools: Sequence[Tool], question: Question) -> Iterator[OfflineCall]:
    if "time" not in intents(question.text):
        return
    clocks = [tool for tool in _taking("zone", tools, required=False) if _TIME & words(tool.name)]
    for tool in clocks[:1]:
        [argument] = [each for each in arguments_of(tool) if each.role == "zone"][:1]
        by_city = "city" in argument.said.lower()
        places = [place if by_city else zone for place, zone in zones_in(question.text)]
        filling = fill(tool, question)
        for place in places[:_MOST_OF_ONE]:
            yield OfflineCall(tool, {**filling.arguments, argument.name: place})
        if not places and filling.suits(tool):
            yield OfflineCall(tool, filling.arguments)


def _addresses(tools: Sequence[Tool], question: Question) -> Iterator[OfflineCall]:
    for url in question.urls[:_MOST_OF_ONE]:
        yield from _first(_by_verb(_taking("url", tools), _READING), replace(question, urls=(url,)))


def _paths(tools: Sequence[Tool], question: Question) -> Iterator[OfflineCall]:
    """What is at a path; the name of a file alone is meant only where the question asks for what is in it."""
    listing = "list" in intents(question.text) and "read" not in intents(question.text)
    for path in question.paths[:_MOST_OF_ONE]:
        if not _is_asked_for(path, question):
            continue
        able = [tool for tool in _taking("path", tools) if _takes_path(tool, path)]
        is_folder = listing and not re.search(r"\.\w{1,5}$", path)
        ordered = _by_verb(_by_verb(able, _TREE), _LISTED) if is_folder else _by_verb(able, _READING)
        yield from _first(ordered, replace(question, paths=(path,)))


def _is_asked_for(path: str, question: Question) -> bool:
    if "traceback" in question.text.lower():
        return False
    if path[0] in "~/." or "\\" in path or "read" in intents(question.text):
        return True
    return re.search(_IN_FILE.format(re.escape(path)), question.text, re.IGNORECASE) is not None


def _takes_path(tool: Tool, path: str) -> bool:
    relative_only = any(each.role == "path" and _RELATIVE.search(each.said) for each in arguments_of(tool))
    return not (relative_only and path[0] in "~/") and not _takes_text(tool)


def _takes_text(tool: Tool) -> bool:
    return any(each.required and each.role in ("text", "query", "question") for each in arguments_of(tool))


def _code(tools: Sequence[Tool], question: Question) -> Iterator[OfflineCall]:
    for name in question.dotted[:_MOST_OF_ONE]:
        yield from _first(_taking("dotted", tools), replace(question, dotted=(name,)))


def _ids(tools: Sequence[Tool], question: Question) -> Iterator[OfflineCall]:
    """An id is meant for the kind of thing that the question speaks of."""
    asked = things(question.text)
    able = [tool for tool in _taking("id", tools) if asked & _own(tool)]
    for each in question.ids[:_MOST_OF_ONE]:
        yield from _first(able, replace(question, ids=(each,)))


def _people(tools: Sequence[Tool], question: Question) -> Iterator[OfflineCall]:
    """What somebody wrote, or else what is known of them."""
    asked = things(question.text)
    if "count" in intents(question.text) and any(_COUNTING & words(tool.name) and asked & _own(tool) for tool in tools):
        return
    able = _taking("person", tools)
    for name in question.people[:_MOST_OF_ONE]:
        of_kind = sorted(able, key=lambda tool: -len(asked & (_own(tool) - {"user"})))
        named = [tool for tool in of_kind if asked & (_own(tool) - {"user"})]
        known = [tool for tool in able if _PROFILE & words(tool.name)]
        is_user = bool(asked & _OF_A_PERSON) or re.match(r"\W*(?:who|wer|qui)\b", question.text, re.IGNORECASE)
        yield from _first(named or (known if is_user else []), replace(question, people=(name,)))


def _counts(tools: Sequence[Tool], question: Question) -> Iterator[OfflineCall]:
    if "count" not in intents(question.text):
        return
    asked = things(question.text)
    for tool in tools:
        if _COUNTING & words(tool.name) and asked & _own(tool):
            server = frozenset[str]().union(*(things(_said(each)) for each in tools if each.server == tool.server))
            people = " ".join(question.people)
            passed = {*_own(tool), *things(people), *(server & things("archive collection database index folder"))}
            narrowed = replace(question, search=content_words(question.search, passed))
            yield from _first([tool], narrowed)
            return
    yield from _first([tool for tool in tools if _is_list_of(tool, asked)], question)


def _lists(tools: Sequence[Tool], question: Question) -> Iterator[OfflineCall]:
    asked, meant = things(question.text), intents(question.text)
    if "list" in meant and not question.paths:
        yield from _first([tool for tool in tools if _is_list_of(tool, asked)], question)
    if "version" in meant:
        yield from _first([tool for tool in tools if told_words(tool) >= _VERSION], question)


def _is_list_of(tool: Tool, asked: frozenset[str]) -> bool:
    """It lists what the question speaks of, and needs nothing for it."""
    needs_nothing = not any(argument.required for argument in arguments_of(tool))
    return bool(_LISTING & words(tool.name)) and needs_nothing and bool(asked & _own(tool))


def _own(tool: Tool) -> frozenset[str]:
    """What kind of thing the tool is for, by its name."""
    return things(tool.name) - _COUNTING - _LISTING - _READING


def _said(tool: Tool) -> str:
    return f"{tool.name} {tool.title} {tool.description}"


def _taking(role: Role, tools: Sequence[Tool], *, required: bool = True) -> list[Tool]:
    """The tools that take such a value."""
    return [tool for tool in tools if any(_has(argument, role, required) for argument in arguments_of(tool))]


def _has(argument: Argument, role: Role, required: bool) -> bool:
    return argument.role == role and (argument.required or not required)


def _by_verb(tools: Sequence[Tool], wanted: frozenset[str]) -> list[Tool]:
    """Those first whose name has one of the verbs."""
    return sorted(tools, key=lambda tool: not wanted & verbs(tool.name))


def _first(tools: Sequence[Tool], question: Question) -> Iterator[OfflineCall]:
    """The call of the first of the tools that takes what the question gives."""
    for tool in tools:
        filling = fill(tool, question)
        if filling.suits(tool):
            yield OfflineCall(tool, filling.arguments)
            return
