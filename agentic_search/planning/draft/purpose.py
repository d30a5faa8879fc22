"""A tool, and what it is called with, flow in; one line that tells people what the task is for flows out."""

from collections.abc import Mapping

from pydantic import JsonValue

from agentic_search.domain.tool import Tool

_LONGEST_SUBJECT = 60


def purpose(tool: Tool, arguments: Mapping[str, JsonValue] | None = None) -> str:
    """`Search stories`, or with arguments `Search stories: upstream`."""
    named = tool.title or _sentence(tool.remote_name or tool.name)
    whose = f" ({tool.server})" if tool.name == f"{tool.server}.{tool.remote_name}" else ""
    subject = _subject(arguments or {})
    return f"{named}{whose}: {subject}" if subject else f"{named}{whose}"


def _sentence(name: str) -> str:
    text = " ".join(name.replace("_", " ").replace("-", " ").replace(".", " ").split())
    return text[:1].upper() + text[1:]


def _subject(arguments: Mapping[str, JsonValue]) -> str:
    text = next((" ".join(value.split()) for value in arguments.values() if isinstance(value, str)), "")
    return text if len(text) <= _LONGEST_SUBJECT else text[: _LONGEST_SUBJECT - 1] + "…"
