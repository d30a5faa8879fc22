"""Words for people in plans and complaints: names that were probably meant, kinds of JSON values, tasks' purposes."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from pydantic import JsonValue

from agentic_search.domain.tool import Tool

_CUTOFF = 0.6
_SAME_SERVER = 0.75
_LONGEST_NAME = 200
"""Characters: comparing names longer than this costs more than the hint is worth."""
_LONGEST_SUBJECT = 60


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`; did you mean 'search_stories'?`, or nothing when no known name is near."""
    names = sorted(set(known) - {name})
    meant = _same_tool_elsewhere(name, names) or get_close_matches(name[:_LONGEST_NAME], names, n=1, cutoff=_CUTOFF)
    return f"; did you mean {' or '.join(map(repr, meant))}?" if meant else ""


def did_you_mean_tool(name: str, tools: Iterable[Tool]) -> str:
    """The same for the name of a tool: for `server.tool` no other server's is meant."""
    known, (server, dot, _) = list(tools), name.partition(".")
    if dot:
        near = get_close_matches(server[:_LONGEST_NAME], {tool.server for tool in known}, n=1, cutoff=_SAME_SERVER)
        known = [tool for tool in known if tool.server in near or "." in tool.remote_name]
    return did_you_mean(name, (tool.name for tool in known))


def _same_tool_elsewhere(name: str, names: list[str]) -> list[str]:
    """`server.search` for `search`, and the other way round."""
    own = name.rpartition(".")[2]
    return [known for known in names if own and known.rpartition(".")[2] == own][:3]


def json_kind(value: object) -> str:
    """What people call a JSON value's type."""
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int():
            return "a whole number"
        case float():
            return "a number"
        case str():
            return "text"
        case list():
            return "a list"
        case _:
            return "an object"


def purpose(tool: Tool, arguments: Mapping[str, JsonValue] | None = None) -> str:
    """What a task is for, in one line: `Search stories`, or with arguments `Search stories: upstream`."""
    named = tool.title or _sentence(tool.remote_name)
    whose = f" ({tool.server})" if tool.name == f"{tool.server}.{tool.remote_name}" else ""
    subject = _subject(arguments or {})
    return f"{named}{whose}: {subject}" if subject else f"{named}{whose}"


def _sentence(name: str) -> str:
    text = " ".join(name.replace("_", " ").replace("-", " ").replace(".", " ").split())
    return text[:1].upper() + text[1:]


def _subject(arguments: Mapping[str, JsonValue]) -> str:
    text = next((" ".join(value.split()) for value in arguments.values() if isinstance(value, str)), "")
    return text if len(text) <= _LONGEST_SUBJECT else text[: _LONGEST_SUBJECT - 1] + "…"
