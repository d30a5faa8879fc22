"""Tools that run as tasks: made, polled as often as the server wishes, cancelled with the call.

There are two forms. Up to 2025-11-25 a tool says that it needs one, and its result is fetched when the task has ended.
Since 2026-07-28 tasks are an extension: the server answers any call with one as it likes, and polls give the result.
"""

import asyncio
import math
from collections.abc import Sequence
from typing import Any, ClassVar, Literal

from mcp import Client, MCPError
from mcp.client.extension import ClaimContext, ClientExtension, ResultClaim
from mcp.client.session import ClientRequestContext, ClientSession
from mcp.shared.dispatcher import ProgressFnT
from mcp_types import CallToolResult, ErrorData, InputRequests, InputResponses, Request, RequestParams, Result
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import AliasChoices, Field

from agentic_search.clock import Clock
from agentic_search.domain.data import JsonObject
from agentic_search.domain.tool import Tool
from agentic_search.errors import ToolFailed
from agentic_search.tools.mcp.exchange.open_calls import OpenCall
from agentic_search.tools.mcp.exchange.raw_request import send_raw

_SHORTEST_POLL, _USUAL_POLL, _LONGEST_POLL = 0.1, 1.0, 30.0
"""Seconds between two polls, whatever the server wishes."""
_KEPT = 86_400_000
"""Milliseconds that the server is asked to keep a result: it is fetched as soon as it is there."""
_CANCELLING = 3.0
"""Seconds to tell the server that nobody waits for a task any more."""


class _TaskParams(RequestParams):
    task_id: str
    input_responses: InputResponses | None = None


class _TaskRequest(Request[_TaskParams, str]):
    """tasks/get, tasks/update or tasks/cancel."""

    name_param: ClassVar[str | None] = "taskId"


class _TaskHandle(Result):
    """A task as both forms tell it."""

    task_id: str
    status: str
    status_message: str | None = None
    poll_interval: float | None = Field(default=None, validation_alias=AliasChoices("pollInterval", "pollIntervalMs"))


class _CreatedTask(Result):
    """How a server of the older form answers a call."""

    task: _TaskHandle


class _TaskInPlaceOfResult(_TaskHandle):
    """How a server of the newer form answers a call."""

    result_type: Literal["task"] = "task"


class _TaskState(_TaskHandle):
    """How a poll is answered; in the newer form with what the task wants, or what came of it."""

    result: dict[str, Any] | None = None
    error: ErrorData | None = None
    input_requests: InputRequests = Field(default_factory=dict[str, Any])


def runs_tasks(client: Client) -> bool:
    """Whether a server takes calls as tasks; of the newer form it makes one itself where it needs one."""
    tasks = client.server_capabilities.tasks
    says_so = bool(tasks and tasks.requests and tasks.requests.tools and tasks.requests.tools.call)
    return says_so or client.protocol_version in MODERN_PROTOCOL_VERSIONS


async def call_as_task(
    client: Client,
    call: OpenCall,
    tool: Tool,
    arguments: JsonObject,
    on_progress: ProgressFnT,
    *,
    clock: Clock,
    meta: JsonObject,
) -> CallToolResult:
    """Call a tool of a server of the older form that runs as a task only."""
    session = client.session
    params: JsonObject = {"name": tool.remote_name, "arguments": arguments, "task": {"ttl": _KEPT}, "_meta": meta}
    # mcp's own way of calling a tool refuses the answer that makes a task.
    answer = await send_raw(session, "tools/call", params, on_progress=on_progress)
    created = _CreatedTask.model_validate(answer, by_name=False)
    task = _Task(session, clock, tool.name, created.task)
    call.task_id = created.task.task_id
    async with task:
        while task.state.status == "working":
            await task.poll(on_progress)
        # A task that waits for input asks for it while its result is being waited for.
        return await session.send_request(task.request("tasks/result"), CallToolResult)


class _Task:
    """One task at its server; leaving the block before its end cancels it there."""

    def __init__(self, session: ClientSession, clock: Clock, tool: str, created: _TaskHandle) -> None:
        self._session = session
        self._clock = clock
        self._tool = tool
        self.state = _TaskState(
            task_id=created.task_id,
            status=created.status,
            status_message=created.status_message,
            poll_interval=created.poll_interval,
        )

    async def __aenter__(self) -> None:
        """Nothing to open."""

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None and issubclass(kind, asyncio.CancelledError):
            try:
                async with asyncio.timeout(_CANCELLING):
                    await self._session.send_request(self.request("tasks/cancel"), Result)
            except (MCPError, TimeoutError, ValueError):
                pass  # the server keeps it as long as it likes: nobody asks for it any more

    def request(self, method: str) -> _TaskRequest:
        """A request about this task."""
        return _TaskRequest(method=method, params=_TaskParams(task_id=self.state.task_id))

    async def poll(self, on_progress: ProgressFnT | None = None) -> None:
        """Wait as long as the server wishes, within bounds, and ask how the task is."""
        await self._clock.sleep(_pause(self.state.poll_interval))
        self.state = await self._session.send_request(self.request("tasks/get"), _TaskState)
        if self.state.status_message and on_progress is not None:
            await on_progress(0, None, self.state.status_message)

    async def give_input(self, answered: set[str]) -> None:
        """Answer what it asks and has not been answered yet."""
        asked = {key: request for key, request in self.state.input_requests.items() if key not in answered}
        answered.update(asked)
        responses: InputResponses = {}
        for key, request in asked.items():
            meta = request.params.meta if request.params else None
            context = ClientRequestContext(session=self._session, request_id=key, meta=meta)
            response = await self._session.dispatch_input_request(context, request)
            if isinstance(response, ErrorData):
                raise MCPError.from_error_data(response)
            responses[key] = response
        if responses:
            params = _TaskParams(task_id=self.state.task_id, input_responses=responses)
            await self._session.send_request(_TaskRequest(method="tasks/update", params=params), Result)

    def result(self) -> CallToolResult:
        """What came of it, in the newer form."""
        match self.state:
            case _TaskState(status="completed", result=dict() as result):
                return CallToolResult.model_validate(result, by_name=False)
            case _TaskState(error=ErrorData(message=message)):
                raise ToolFailed(f"{self._tool}: {message}")
            case _TaskState(status=status, status_message=message):
                raise ToolFailed(f"{self._tool}: its task ended as {status!r}: {message or 'no reason is given'}")


def _pause(wished: float | None) -> float:
    if wished is None or not math.isfinite(wished):
        return _USUAL_POLL
    return min(max(wished / 1_000, _SHORTEST_POLL), _LONGEST_POLL)


class TasksExtension(ClientExtension):
    """Says to servers of the newer form that they may answer a call by a task."""

    identifier = "io.modelcontextprotocol/tasks"

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def claims(self) -> Sequence[ResultClaim[Any]]:
        """Such an answer, and what is done with it."""
        return (ResultClaim(result_type="task", model=_TaskInPlaceOfResult, resolve=self._finish),)

    async def _finish(self, created: _TaskInPlaceOfResult, context: ClaimContext) -> CallToolResult:
        task = _Task(context.session, self._clock, context.tool_name, created)
        answered: set[str] = set()
        async with task:
            while task.state.status in {"working", "input_required"}:
                await task.give_input(answered)
                await task.poll()
            return task.result()
