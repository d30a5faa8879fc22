"""A call of a server as a span, where its run is traced: of which tool of which server, and how it ended."""

from contextlib import AbstractContextManager

from agentic_search.domain.tool import Tool
from agentic_search.tools.config.server_config import HttpEndpoint, ServerConfig
from agentic_search.tracing import names
from agentic_search.tracing.spans import Attributes, OpenSpan, spanned


def call_span(server: ServerConfig, tool: Tool) -> AbstractContextManager[OpenSpan | None]:
    """The block is one call."""
    return spanned(lambda task: task.call(_name(tool), {**_attributes(tool), **_reached(server)}))


def _name(tool: Tool) -> str:
    return names.READ_RESOURCE if _reads(tool) else f"{names.CALL_TOOL} {tool.remote_name}"


def _reads(tool: Tool) -> bool:
    return tool.remote_name == names.READ_RESOURCE


def _attributes(tool: Tool) -> Attributes:
    if _reads(tool):
        return {names.MCP_METHOD: names.READ_RESOURCE}
    return {
        names.MCP_METHOD: names.CALL_TOOL,
        names.OPERATION: names.EXECUTE_TOOL,
        names.TOOL_NAME: tool.remote_name,
    }


def _reached(server: ServerConfig) -> Attributes:
    known: Attributes = {names.MCP_SERVER: server.name}
    if not isinstance(server.reach, HttpEndpoint):
        return {**known, names.TRANSPORT: names.PIPE}
    return {**known, names.TRANSPORT: names.TCP, **names.address_of(server.reach.url)}
