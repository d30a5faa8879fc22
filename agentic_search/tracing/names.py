"""The names of spans and attributes, in one table: those of OpenTelemetry's conventions, which may change, and ours.

For models, agents and tools they are its GenAI conventions, for MCP and errors those of the same names.
"""

from urllib.parse import urlsplit

OPERATION = "gen_ai.operation.name"
INVOKE_AGENT, CHAT, EMBEDDINGS, EXECUTE_TOOL = "invoke_agent", "chat", "embeddings", "execute_tool"
"""Values of OPERATION, and the beginnings of the spans' names."""

AGENT_NAME = "gen_ai.agent.name"
CONVERSATION = "gen_ai.conversation.id"
PROVIDER = "gen_ai.provider.name"
REQUEST_MODEL = "gen_ai.request.model"
MAX_TOKENS = "gen_ai.request.max_tokens"
OUTPUT_TYPE = "gen_ai.output.type"
FINISH_REASONS = "gen_ai.response.finish_reasons"
INPUT_TOKENS, OUTPUT_TOKENS = "gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens"
TOOL_NAME = "gen_ai.tool.name"
TOOL_CALL = "gen_ai.tool.call.id"

MCP_METHOD = "mcp.method.name"
CALL_TOOL, READ_RESOURCE = "tools/call", "resources/read"
"""Values of MCP_METHOD, and the beginnings of the spans' names."""

TRANSPORT = "network.transport"
PIPE, TCP = "pipe", "tcp"
"""Values of TRANSPORT."""
SERVER_ADDRESS, SERVER_PORT = "server.address", "server.port"
ERROR_TYPE = "error.type"

SERVICE_NAME, SERVICE_VERSION = "service.name", "service.version"
AGENT = "agentic-search"
"""Value of AGENT_NAME, and of SERVICE_NAME where the environment gives none."""

ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
"""Variables that say where traces go, the stronger first."""

# What the conventions have no words for.
RUN = "agentic_search.run.id"
GOES_ON = "agentic_search.run.goes_on"
OUTCOME = "agentic_search.outcome"
PLANNER = "agentic_search.planner"
TASKS = "agentic_search.tasks"
MCP_SERVER = "agentic_search.server"
ATTEMPTS = "agentic_search.attempts"
ATTEMPT, WAIT = "agentic_search.attempt", "agentic_search.wait"
CACHED = "agentic_search.cached"

EXECUTE_NODE = "execute_all_parallel"
"""The node that tasks belong to."""
PREVIEW = "preview"
"""The calls for what is shown while a model works."""


def address_of(url: str) -> dict[str, str | int]:
    """The attributes of a server at a URL."""
    parts = urlsplit(url)
    port = {SERVER_PORT: parts.port} if parts.port else {}
    return {SERVER_ADDRESS: parts.hostname or "", **port}
