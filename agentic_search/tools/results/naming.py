"""Names what a call read, by its arguments or its result: the path, the address, the title, the id or the question."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from agentic_search.domain.outcome import OWN_RESULT
from agentic_search.domain.tool import Tool
from agentic_search.text.lexicon import terms
from agentic_search.text.sentences import shortened

_PATHS = re.compile(r"(?:^|_)(?:paths?|files?|filenames?|file_names?|filepaths?|documents?|folder|directory|dir)$")
_ADDRESSES = re.compile(r"(?:^|_)(?:ur[li]s?|links?|href|address)$")
_NAMES = re.compile(r"(?:^|_)(?:titles?|names?|headline|subject|page|article|slug|library|package|repo|repository)$")
_IDS = re.compile(r"(?:^|_)(?:ids?|keys?|number|revision|ref|sha|hash|symbol|ticker|code|identifier)$")
_QUERIES = re.compile(
    r"(?:^|_)(?:q|query|queries|search|question|keywords?|terms?|pattern|topic|phrase|text|sql|prompt|input|expression|filter)$"
)
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

_LONGEST_TITLE = 80
_LONGEST_ADDRESS = 300
_NAMED = 3
"""Things of one list that a title names."""
_LONGEST_QUESTION = 2_000
_MOST_QUESTIONS = 20
"""Of one call, each up to so many characters: every title of a result is held against them."""
_A_NAME = 2
"""Terms up to which what was asked for may be the very name of what was found."""


@dataclass(frozen=True, slots=True)
class ReadThing:
    """What a call read."""

    title: str
    address: str
    """Differs where the arguments differ."""
    echo: bool = False
    """The title is a question that the call put in."""


def read_thing(tool: Tool, arguments: JsonObject, value: JsonValue) -> ReadThing:
    """What a call of this tool, with these arguments, read."""
    address = _address(tool, arguments)
    own = tool.title or tool.name
    for names, is_own in ((_PATHS, True), (_ADDRESSES, True), (_NAMES, True)):
        if found := _under(arguments, names) or _under(_top_level(value), names):
            return ReadThing(_listed(found), _web_address(found) or address, echo=not is_own)
    if found := _under(arguments, _IDS):
        return ReadThing(f"{_listed(found)} ({own})", address)
    if found := _under(arguments, _QUERIES):
        return ReadThing(f"{_listed(found)} ({own})", _web_address(found) or address, echo=True)
    if found := [text for text in arguments.values() if isinstance(text, str) and text.strip()]:
        title = own if len(terms(" ".join(found))) > 12 else f"{_listed(found)} ({own})"
        return ReadThing(title, _web_address(found) or address, echo=True)
    return ReadThing(own, address)


def questions_asked(arguments: JsonObject) -> Sequence[str]:
    """The texts that a call searched for."""
    return _under(arguments, _QUERIES)[:_MOST_QUESTIONS]


def questions_put_in(arguments: JsonObject) -> Sequence[Sequence[str]]:
    """The terms of each question that a call put in."""
    return [terms(asked[:_LONGEST_QUESTION]) for asked in questions_asked(arguments)]


def repeats_the_question(title: str, questions: Sequence[Sequence[str]]) -> bool:
    """Whether a title that a tool gave holds, as a whole, a question that the call put in; a name never does."""
    if len(title.split()) == 1:
        return False
    said = terms(title[:_LONGEST_QUESTION])
    for put_in in questions:
        if len(put_in) > _A_NAME and len(said) <= len(put_in) + 3 and set(put_in) <= set(said):
            return True
    return False


def last_part(path: str) -> str:
    """What people call a path or an address: its last part."""
    try:
        parts = urlsplit(path) if "://" in path else None
    except ValueError:  # a tool may call anything an address
        parts = None
    whole = path if parts is None else parts.path
    last = re.split(r"[/\\]", whole.rstrip("/\\"))[-1]
    return unquote(last) if last else (parts.netloc if parts is not None and parts.netloc else path)


def _under(fields: Mapping[str, JsonValue], names: re.Pattern[str]) -> list[str]:
    """The texts of the first field that has such a name."""
    for name, value in fields.items():
        if names.search(_HUMP.sub("_", name).lower().replace("-", "_")) and (found := [*_texts(value)]):
            return found
    return []


def _texts(value: JsonValue) -> Iterator[str]:
    match value:
        case str() if value.strip():
            yield value.strip()
        case bool():
            return
        case int():
            yield str(value)
        case list():
            yield from (each.strip() for each in value if isinstance(each, str) and each.strip())
        case _:
            return


def _top_level(value: JsonValue) -> Mapping[str, JsonValue]:
    return {name: each for name, each in value.items() if isinstance(each, str)} if isinstance(value, dict) else {}


def _listed(found: Sequence[str]) -> str:
    shown = ", ".join(_for_people(each) for each in found[:_NAMED])
    return f"{shown} and {len(found) - _NAMED} more" if len(found) > _NAMED else shown


def _for_people(text: str) -> str:
    """One line; of a path or an address the last part."""
    is_path = not re.search(r"\s", text) and re.search(r"[/\\]", text) is not None and not re.match(r"\w+/\w+$", text)
    has_ending = re.search(r"[/\\][^/\\]*\.\w{1,8}$", text) is not None
    return shortened(last_part(text) if is_path or has_ending else text, _LONGEST_TITLE) or text[:_LONGEST_TITLE]


def _web_address(found: Sequence[str]) -> str:
    return found[0] if len(found) == 1 and re.match(r"(?i)(?:https?|file)://\S+$", found[0]) else ""


def _address(tool: Tool, arguments: JsonObject) -> str:
    """Says which tool said it, whatever that is, of an MCP server or a function of the operator's, and of what."""
    own = f"{OWN_RESULT}{tool.server}/{tool.remote_name}"
    given = "&".join(f"{quote(name)}={quote(_plain(value))}" for name, value in sorted(arguments.items()))
    if len(given) > _LONGEST_ADDRESS:
        digest = hashlib.sha256(given.encode()).hexdigest()[:12]
        given = f"{given[:_LONGEST_ADDRESS].rpartition('%')[0] or given[:_LONGEST_ADDRESS]}…{digest}"
    return f"{own}?{given}" if given else own


def _plain(value: JsonValue) -> str:
    return value if isinstance(value, str) else str(value)
