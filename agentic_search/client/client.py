"""A service, as a Python program uses it: one method a request, with checked types both ways."""

from collections.abc import AsyncIterator, Mapping, Sequence
from types import TracebackType
from typing import Literal, Self, Unpack

import httpx

from agentic_search.api.schemas import (
    EventMessage,
    Health,
    ModelList,
    Readiness,
    RunList,
    ServerList,
    ThreadList,
    ToolList,
    WorkflowList,
)
from agentic_search.client.exchange import Exchange
from agentic_search.client.options import QuestionOptions
from agentic_search.domain.history import Deleted, ThreadReport
from agentic_search.domain.plan import Plan
from agentic_search.domain.run import RunReport, RunStatus, Started, TaskRecord
from agentic_search.workflows.workflow import WorkflowEntry

LOCAL = "http://localhost:8023"


class Client:
    """One service: `async with Client() as client: …`. Methods raise ServiceProblem or NoService."""

    def __init__(self, url: str = LOCAL, *, key: str = "", transport: httpx.AsyncBaseTransport | None = None) -> None:
        """`key`: the API key, where the service asks for one; `transport`: as httpx's client takes it."""
        self._exchange = Exchange(url, key=key, transport=transport)

    @property
    def url(self) -> str:
        """The service's address."""
        return self._exchange.url

    async def __aenter__(self) -> Self:
        await self._exchange.http.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._exchange.http.__aexit__(kind, error, trace)

    async def search(self, query: str, **options: Unpack[QuestionOptions]) -> RunReport:
        """Ask, and wait for the run's end. Nobody is there to approve anything: see `stream`."""
        return await self._exchange.post(RunReport, "/search", {"query": query, **options})

    async def start(self, query: str, **options: Unpack[QuestionOptions]) -> Started:
        """Ask, and do not wait: `events`, `run` and `wait` tell of the run."""
        return await self._exchange.post(Started, "/search", {"query": query, **options}, Prefer="respond-async")

    async def stream(self, query: str, **options: Unpack[QuestionOptions]) -> AsyncIterator[EventMessage]:
        """Ask, and get the run's events as they come; leaving the loop stops nothing, `cancel` does."""
        started = await self.start(query, **options)
        async for event in self.events(started.id):
            yield event

    def events(self, run_id: str, *, after: int = 0) -> AsyncIterator[EventMessage]:
        """A run's events above number `after`, live until the terminal one."""
        return self._exchange.events(f"/runs/{run_id}/events", after=after)

    async def wait(self, run_id: str) -> RunReport:
        """The run, when it has ended."""
        async for _ in self.events(run_id):
            pass
        return await self.run(run_id)

    async def run(self, run_id: str) -> RunReport:
        """The run as far as it has come."""
        return await self._exchange.get(RunReport, f"/runs/{run_id}")

    async def runs(
        self,
        *,
        q: str | None = None,
        status: RunStatus | None = None,
        thread_id: str | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> RunList:
        """Runs, newest first; `q`: words that stand in the question or the answer."""
        return await self._exchange.get(
            RunList, "/runs", q=q, status=status, thread_id=thread_id, limit=limit, cursor=cursor
        )

    async def task(self, run_id: str, task_id: str) -> TaskRecord:
        """One task with its whole result."""
        return await self._exchange.get(TaskRecord, f"/runs/{run_id}/tasks/{task_id}")

    async def cancel(self, run_id: str) -> Started:
        """Stop a run and the tool calls it makes."""
        return await self._exchange.post(Started, f"/runs/{run_id}/cancel")

    async def approve(
        self, run_id: str, task_id: str, *, always: bool = False, answer: Mapping[str, object] | None = None
    ) -> TaskRecord:
        """Let a task run that waits, `always`: also later ones of its tool; or `answer` what its server asks."""
        body: dict[str, object] = {"always": always, **({} if answer is None else {"answer": answer})}
        return await self._exchange.post(TaskRecord, f"/runs/{run_id}/tasks/{task_id}/approve", body)

    async def deny(self, run_id: str, task_id: str, *, always: bool = False) -> TaskRecord:
        """Skip a task that waits, and what depends on it."""
        return await self._exchange.post(TaskRecord, f"/runs/{run_id}/tasks/{task_id}/deny", {"always": always})

    async def retry(
        self,
        run_id: str,
        *,
        task_id: str | None = None,
        arguments: Mapping[str, object] | None = None,
        approve: Sequence[str] = (),
    ) -> RunReport:
        """Run again what did not complete, or one task with what depends on it: a new run, when it has ended."""
        body = {"task_id": task_id, "arguments": arguments, "approve": approve}
        return await self._exchange.post(RunReport, f"/runs/{run_id}/retry", body)

    async def synthesize(
        self,
        run_id: str,
        *,
        model: str | None = None,
        length: Literal["short", "normal", "long"] = "normal",
        instructions: str | None = None,
    ) -> RunReport:
        """Another answer from what a run has found: a new run that calls no tool, when it has ended."""
        body = {"model": model, "length": length, "instructions": instructions}
        return await self._exchange.post(RunReport, f"/runs/{run_id}/synthesize", body)

    async def start_planned(self, run_id: str, *, plan: Plan | Mapping[str, object] | None = None) -> RunReport:
        """Run the plan of a run that was asked for it alone (`plan_only`), or an edited one."""
        return await self._exchange.post(RunReport, f"/runs/{run_id}/start", {"plan": plan})

    async def export(self, run_id: str, form: Literal["md", "html", "json"] = "md") -> str:
        """A run that has ended, as the text of a file."""
        return (await self._exchange.send("GET", f"/runs/{run_id}/export", params={"format": form})).text

    async def save_workflow(
        self, run_id: str, name: str, *, description: str = "", replace: bool = False
    ) -> WorkflowEntry:
        """Save a run's plan under a name, with inputs; `search` runs it as `workflow`."""
        body = {"name": name, "description": description, "replace": replace}
        return await self._exchange.post(WorkflowEntry, f"/runs/{run_id}/workflow", body)

    async def delete(self, run_id: str) -> Deleted:
        """Forget a run that has ended; `restore` brings it back for ten minutes."""
        answer = await self._exchange.send("DELETE", f"/runs/{run_id}")
        return Deleted.model_validate_json(answer.content, extra="ignore")

    async def restore(self, run_id: str) -> RunReport:
        """Bring a run back that was deleted not long ago."""
        return await self._exchange.post(RunReport, f"/runs/{run_id}/restore")

    async def threads(self, *, q: str | None = None, limit: int = 50, cursor: str | None = None) -> ThreadList:
        """Conversations; those in which something was asked last come first."""
        return await self._exchange.get(ThreadList, "/threads", q=q, limit=limit, cursor=cursor)

    async def thread(self, thread_id: str) -> ThreadReport:
        """One conversation with its runs."""
        return await self._exchange.get(ThreadReport, f"/threads/{thread_id}")

    async def tools(self) -> ToolList:
        """The tools that plans may use now, and why others cannot."""
        return await self._exchange.get(ToolList, "/tools")

    async def servers(self) -> ServerList:
        """Every configured MCP server, as it is now."""
        return await self._exchange.get(ServerList, "/servers")

    async def models(self) -> ModelList:
        """The models there are, and which would be used."""
        return await self._exchange.get(ModelList, "/models")

    async def workflows(self) -> WorkflowList:
        """The saved plans, with what each asks for."""
        return await self._exchange.get(WorkflowList, "/workflows")

    async def health(self) -> Health:
        """That the service lives, and its version."""
        return await self._exchange.get(Health, "/health")

    async def ready(self) -> Readiness:
        """Whether a question can be answered now, and what is missing."""
        answer = await self._exchange.send("GET", "/ready", accepted=(503,))
        return Readiness.model_validate_json(answer.content, extra="ignore")
