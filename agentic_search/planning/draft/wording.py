"""Words for people in plans and complaints: tools that were probably meant, and what tasks are for."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from pydantic import JsonValue

from agentic_search.domain.tool import Tool
from agentic_search.text.naming import LONGEST_NAME, did_you_mean

_SAME_SERVER = 0.75
_LONGEST_SUBJECT = 60


def did_you_mean_tool(name: str, tools: Iterable[Tool]) -> str:
    """The same for the name of a tool: for `server.tool` no other server's is meant."""
    known, (server, dot, _) = list(tools), name.partition(".")
    if dot:
        near = get_close_matches(server[:LONGEST_NAME], {tool.server for tool in known}, n=1, cutoff=_SAME_SERVER)
        known = [tool for tool in known if tool.server in near or "." in tool.remote_name]
    return did_you_mean(name, (tool.name for tool in known))


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
