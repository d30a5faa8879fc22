"""The tools `find_resources` and `read_resource`: what MCP servers offer to be read, beside their tools."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol

from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from agentic_search.domain.outcome import OnProgress, ToolResult
from agentic_search.domain.tool import BUILT_IN, ServerStatus, Tool
from agentic_search.errors import ToolFailed
from agentic_search.text.lexicon import terms
from agentic_search.tools.config.server_config import matches
from agentic_search.tools.provider import READ_RESOURCE, ListedResource, Offer
from agentic_search.tools.results.content import read_value

FIND_RESOURCES = "find_resources"
_MOST_FOUND = 10
_NONE_THERE = "no server that is connected has resources"
_TEXT: JsonObject = {"type": "string", "minLength": 1}


class ReadResource(Protocol):
    """Reads a resource of a server."""

    async def __call__(self, server: str, uri: str, *, timeout: float, on_progress: OnProgress) -> ToolResult:
        """What it contains. Raises ToolError."""
        ...


class ResourceTools:
    """A ToolProvider: always ready, with what the servers list at the time."""

    name = "resources"
    is_settled = True
    is_shareable = False  # reading is shared at the server; finding costs nothing

    def __init__(
        self, listed: Callable[[], Sequence[ListedResource]], read: ReadResource, *, globs: Sequence[str] = ()
    ) -> None:
        """`globs`: what the request lets be used; none: everything."""
        self._all = listed
        self._read = read
        self._globs = tuple(globs)
        self._offer = Offer(self.name, _tools())

    def __repr__(self) -> str:
        return f"<ResourceTools: {len(self._listed())} resources>"

    @property
    def offer(self) -> Offer:
        """Both tools, while there is something to read."""
        return self._offer if self._listed() else Offer(self.name)

    def within(self, globs: Sequence[str]) -> "ResourceTools":
        """The same for a request: with the resources of the servers whose tools it lets be used."""
        return ResourceTools(self._all, self._read, globs=globs)

    def status(self) -> ServerStatus:
        """Ready."""
        return ServerStatus(name=self.name, status="ready", transport=BUILT_IN, tools=len(self.offer.tools))

    async def call(self, tool: Tool, arguments: JsonObject, *, timeout: float, on_progress: OnProgress) -> ToolResult:
        """Call one of the tools: see ToolProvider."""
        if tool.remote_name == FIND_RESOURCES:
            found = await asyncio.to_thread(_best, str(arguments.get("query", "")), self._listed())
            return read_value([_as_json(each) for each in found], tool, arguments)
        uri = str(arguments.get("uri", ""))
        server = str(arguments.get("server") or self._server_of(uri))
        if not self._allows(server):
            raise ToolFailed(f"the resources of {server!r} are not among the tools that this request may use")
        return await self._read(server, uri, timeout=timeout, on_progress=on_progress)

    async def run(self) -> None:
        """Nothing has to be kept open."""

    def close(self, owner: asyncio.Task[None]) -> None:
        """Nothing is open."""

    def _listed(self) -> Sequence[ListedResource]:
        return [each for each in self._all() if self._allows(each.server)]

    def _allows(self, server: str) -> bool:
        own = (FIND_RESOURCES, READ_RESOURCE)
        others = tuple(glob for glob in self._globs if not any(matches(tool, (glob,)) for tool in own))
        everything = len(others) < len(self._globs) and not others
        return not self._globs or everything or matches(f"{server}.{READ_RESOURCE}", self._globs)

    def _server_of(self, uri: str) -> str:
        """The server that lists it, or the only one that has resources."""
        listed = self._listed()
        servers = {each.server for each in listed if each.uri == uri} or {each.server for each in listed}
        if len(servers) == 1:
            return servers.pop()
        having = ", ".join(sorted(servers))
        raise ToolFailed(
            f"which server has {uri!r} is not known: give 'server', one of {having}" if having else _NONE_THERE
        )


def _tools() -> tuple[Tool, ...]:
    find: JsonObject = {"query": _TEXT | {"description": "words in their names"}}
    read: JsonObject = {
        "uri": _TEXT | {"description": "address of a resource, or of a link in a result"},
        "server": {"type": "string", "description": "server that has it, where several have resources"},
    }
    return (
        _tool(FIND_RESOURCES, "Find what servers offer to be read, by name.", find, ["query"], _found_schema()),
        _tool(READ_RESOURCE, "Read a resource, or follow a link in a result.", read, ["uri"], None),
    )


def _tool(
    name: str, description: str, properties: JsonObject, required: list[JsonValue], gives: JsonObject | None
) -> Tool:
    return Tool(
        name=name,
        server=ResourceTools.name,
        remote_name=name,
        description=description,
        input_schema={
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": False,
        },
        output_schema=gives,
        read_only=True,
    )


def _found_schema() -> JsonObject:
    fields: JsonObject = {key: {"type": "string"} for key in ("uri", "server", "title", "description")}
    return {
        "type": "object",
        "properties": {"result": {"type": "array", "items": {"type": "object", "properties": fields}}},
    }


def _best(query: str, listed: Sequence[ListedResource]) -> list[ListedResource]:
    """Those with most of the words, those with most of them in their names first."""
    wanted = set(terms(query))

    def score(each: ListedResource) -> tuple[int, int]:
        named = wanted.intersection(terms(f"{each.name} {each.title}"))
        told = wanted.intersection(terms(f"{each.description} {each.uri}"))
        return len(named | told), len(named)

    scored = [(score(each), each) for each in listed]
    ranked = sorted((pair for pair in scored if pair[0][0]), key=lambda pair: pair[0], reverse=True)
    return [each for _, each in ranked[:_MOST_FOUND]]


def _as_json(resource: ListedResource) -> JsonObject:
    facts: JsonObject = {
        "uri": resource.uri,
        "server": resource.server,
        "title": resource.title or resource.name,
        "name": resource.name,
        "description": resource.description,
        "mime_type": resource.mime_type,
    }
    if resource.is_template:
        facts["is_template"] = True  # its address has parts in braces to fill in
    return {key: value for key, value in facts.items() if value}
