"""A real MCP server that answers calls by tasks, in the form of the extension to 2026-07-28.

    python -m tests.support.tasking_server [--log FILE] [--http PORT]

Its tools: `study` ends, `ask` wants input first, `fail` fails, `wait` never ends; what each is asked is written down.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.extension import Extension, MethodBinding
from mcp.server.mcpserver import MCPServer
from mcp_types import CallToolRequestParams, RequestParams, Result

from tests.support.slow_server import READ_ONLY, Log, serve_http

_SCHEMA = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
_QUESTION = {"method": "elicitation/create", "params": {"mode": "form", "message": "Who?", "requestedSchema": _SCHEMA}}


class TaskParams(RequestParams):
    """Which task."""

    task_id: str
    input_responses: dict[str, Any] | None = None


class TaskResult(Result):
    """A task, in place of a result or as a poll's answer."""

    result_type: Literal["task", "complete"]
    task_id: str
    status: str
    status_message: str | None = None
    created_at: str = "2026-11-28T12:00:00Z"
    last_updated_at: str = "2026-11-28T12:00:00Z"
    ttl_ms: int | None = None
    poll_interval_ms: int = 100
    result: dict[str, Any] | None = None
    error: dict[str, Any] | None = None
    input_requests: dict[str, Any] | None = None


class Tasks(Extension):
    """Makes a task of every call."""

    identifier = "io.modelcontextprotocol/tasks"

    def __init__(self, log: Log) -> None:
        self._log = log
        self._polls: dict[str, int] = {}
        self._answer: dict[str, Any] | None = None

    def methods(self) -> Sequence[MethodBinding]:
        """What is asked about tasks."""
        handlers = {"get": self._get, "update": self._update, "cancel": self._cancel}
        return [MethodBinding(f"tasks/{name}", TaskParams, handler) for name, handler in handlers.items()]

    async def intercept_tool_call(
        self, params: CallToolRequestParams, ctx: ServerRequestContext[Any, Any], call_next: CallNext
    ) -> HandlerResult:
        """In place of the call."""
        return TaskResult(result_type="task", task_id=params.name, status="working")

    async def _get(self, ctx: ServerRequestContext[Any, Any], params: TaskParams) -> HandlerResult:
        name = params.task_id
        self._log.write("tasks/get", label=name)
        polls = self._polls[name] = self._polls.get(name, 0) + 1
        if polls < 2 or name == "wait":
            return TaskResult(result_type="complete", task_id=name, status="working", status_message=f"poll {polls}")
        if name == "fail":
            error = {"code": -32000, "message": "the books are gone"}
            return TaskResult(result_type="complete", task_id=name, status="failed", error=error)
        if name == "ask" and self._answer is None:
            asked = {"who": _QUESTION}
            return TaskResult(result_type="complete", task_id=name, status="input_required", input_requests=asked)
        said = f"studied for {self._answer['content']['name']}" if self._answer else "studied"
        result = {"content": [{"type": "text", "text": said}]}
        return TaskResult(result_type="complete", task_id=name, status="completed", result=result)

    async def _update(self, ctx: ServerRequestContext[Any, Any], params: TaskParams) -> HandlerResult:
        self._answer = (params.input_responses or {}).get("who")
        return Result()

    async def _cancel(self, ctx: ServerRequestContext[Any, Any], params: TaskParams) -> HandlerResult:
        self._log.write("tasks/cancel", label=params.task_id)
        return Result()


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--log", type=Path)
    parser.add_argument("--http", type=int, metavar="PORT")
    options = parser.parse_args()
    server: MCPServer[Any] = MCPServer("tasking", log_level="WARNING", extensions=[Tasks(Log(options.log))])

    def nothing(topic: str) -> str:
        """Never run: its calls become tasks."""
        return topic

    for name in ("study", "ask", "fail", "wait"):
        server.add_tool(nothing, name=name, annotations=READ_ONLY, structured_output=False)
    if options.http is not None:
        serve_http(server.streamable_http_app(), options.http, "/mcp")
    else:
        server.run()


if __name__ == "__main__":
    main()
