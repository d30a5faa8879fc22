"""Reads JSON from a server of others: a web page in its place, or one bad entry, is told for what it is."""

from collections.abc import Mapping
from typing import Any, TypeAlias, cast

from pydantic_core import from_json

from agentic_search.mcp_servers.web.network.client import FetchedPage, WebFailure, explain_status

Entry: TypeAlias = Mapping[str, Any]

LONGEST_TITLE, LONGEST_TEXT = 300, 4_000
"""Characters that are kept of a result."""


def read_object(page: FetchedPage, host: str, *, instead: str) -> Entry:
    """The JSON object in an answer; `instead` is what to do where it holds something else. Raises WebFailure."""
    if page.status != 200:
        raise WebFailure(explain_status(page, host))
    try:
        answer = from_json(page.body)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        what = "a web page" if b"<" in page.body[:200] else "something else"
        raise WebFailure(f"{host} answered with {what} in place of JSON: {instead}")
    return cast(Entry, answer)


def entries(found: object, most: int) -> list[Entry]:
    """Those items of a list that are objects, no more than `most`."""
    return [cast(Entry, item) for item in items_of(found) if isinstance(item, dict)][:most]


def items_of(found: object) -> list[object]:
    """A list as it is, and anything else as an empty one."""
    return cast("list[object]", found) if isinstance(found, list) else []


def object_at(entry: Entry, name: str) -> Entry:
    """An object within an entry; empty where there is none."""
    value = entry.get(name)
    return cast(Entry, value) if isinstance(value, dict) else {}


def text_at(entry: Entry, name: str, most: int = LONGEST_TEXT) -> str:
    """A text of an entry on one line, at most so many characters; empty where there is none."""
    value = entry.get(name)
    return " ".join(value[: 2 * most].split())[:most] if isinstance(value, str) else ""


def is_page(url: str) -> bool:
    """Whether a result can be cited and read."""
    return url.startswith(("http://", "https://")) and " " not in url
