"""What every ToolProvider does: MCP servers over each transport, functions, and the service itself."""

import asyncio
import contextvars
import itertools
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import pytest

from agentic_search.clock import SystemClock
from agentic_search.domain.data import JsonObject
from agentic_search.domain.outcome import OnProgress, ToolResult
from agentic_search.domain.tool import ServerStatus, Tool
from agentic_search.errors import ModelInterrupted, ServerUnavailable, ToolError, ToolFailed, ToolTimeout
from agentic_search.models.chat import Message, ModelOutput
from agentic_search.models.scripted import ScriptedModel, ScriptedSource
from agentic_search.tools.builtin.ask_model import AskModel
from agentic_search.tools.builtin.provider import Builtin
from agentic_search.tools.calls.cache import CacheLimits
from agentic_search.tools.calls.tool_calls import ToolCalls
from agentic_search.tools.config.server_config import ServerConfig
from agentic_search.tools.mcp.connection import Connection
from agentic_search.tools.provider import Offer, ToolProvider
from agentic_search.tools.python.load import load_functions
from agentic_search.tools.python.provider import FunctionTools
from tests.support.mcp_processes import (
    PATIENCE,
    at_url,
    http_server,
    is_running,
    logged,
    stdio_server,
    unheard,
)
from tests.support.slow_server import VARIANTS

CLOCK = SystemClock()
_NUMBERS = itertools.count()
CLOSED_WITHIN = 4.0
"""Seconds: a process that is asked to end takes up to three."""
MCP = ("stdio", "stdio behind a breaker", "http", "http_legacy", "sse")
KINDS = (*MCP, "functions on the loop", "functions in processes", "the service itself")


Call: TypeAlias = tuple[str, JsonObject]
"""A tool's own name, and arguments."""


@dataclass(frozen=True)
class Slow:
    """A call that takes longer than any test."""

    call: Call
    started: Callable[[], Awaitable[object]]
    """Returns when it has begun."""
    ended: Callable[[], Awaitable[object]]
    """Returns when the work has ended, which nobody waits for any more."""


@dataclass(frozen=True)
class Subject:
    """A provider that runs, and which of its tools does what."""

    provider: ToolProvider
    echo: Call
    """Gives `hello`."""
    steps: Call
    """Reports progress at least once."""
    failing: Call
    """Fails with `on purpose`."""
    wrong: Call
    """Arguments that the tool does not take."""
    slow: Callable[[], Slow]
    """Another one each time."""

    def tool(self, name: str) -> Tool:
        return next(tool for tool in self.provider.offer.tools if tool.remote_name == name)

    async def call(self, what: Call, *, timeout: float = PATIENCE, on_progress: OnProgress = unheard) -> ToolResult:
        name, arguments = what
        return await self.provider.call(self.tool(name), arguments, timeout=timeout, on_progress=on_progress)


class BehindBreaker:
    """A Connection whose tools are called as the pool calls them."""

    is_shareable = False

    def __init__(self, config: ServerConfig, group: asyncio.TaskGroup) -> None:
        self._connection = connection(config)
        self._calls = ToolCalls(
            group, [config], clock=CLOCK, cache=CacheLimits(), task_timeout=60.0, on_change=lambda: None
        )

    @property
    def name(self) -> str:
        return self._connection.name

    @property
    def offer(self) -> Offer:
        return self._calls.offer(self._connection)

    @property
    def is_settled(self) -> bool:
        return self._connection.is_settled

    def status(self) -> ServerStatus:
        return self._calls.status(self._connection)

    async def call(self, tool: Tool, arguments: JsonObject, *, timeout: float, on_progress: OnProgress) -> ToolResult:
        return await self._calls.call(self._connection, tool, arguments, timeout=timeout, on_progress=on_progress)

    async def run(self) -> None:
        self._calls.start()
        await self._connection.run()

    def close(self, owner: asyncio.Task[None]) -> None:
        self._connection.close(owner)
        self._calls.close()


class Typist(ScriptedModel):
    """A model that does what its prompt says, and reports when it has begun to wait and when it was stopped."""

    def __init__(self) -> None:
        super().__init__()
        self.waits = asyncio.Event()
        self.stopped = asyncio.Event()

    async def stream(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        schema: JsonObject | None = None,
        temperature: float | None = None,
    ) -> AsyncGenerator[ModelOutput]:
        match messages[-1].content:
            case "wait":
                self.enqueue("I wait", asyncio.Event())
                self.waits.set()
            case "fail":
                self.enqueue(ModelInterrupted("on purpose"))
            case _:
                self.enqueue("hello")
        try:
            async with aclosing(super().stream(messages, max_tokens=max_tokens)) as pieces:
                async for piece in pieces:
                    yield piece
        finally:
            self.stopped.set()

    def slow(self) -> Slow:
        self.waits.clear()
        self.stopped.clear()
        return Slow(("ask_model", {"prompt": "wait"}), self.waits.wait, self.stopped.wait)


def connection(config: ServerConfig) -> Connection:
    return Connection(config, clock=CLOCK, open_within=PATIENCE, on_change=lambda: None)


def slow_server(provider: ToolProvider, log: Path) -> Subject:
    def slow() -> Slow:
        label = f"slow {next(_NUMBERS)}"
        return Slow(
            ("sleep_for", {"seconds": 60, "label": label}),
            started=lambda: logged(log, "started", label),
            ended=lambda: logged(log, "cancelled", label),
        )

    return Subject(
        provider,
        echo=("echo", {"text": "hello"}),
        steps=("sleep_for", {"seconds": 0.02, "steps": 2}),
        failing=("fail", {"message": "on purpose"}),
        wrong=("sleep_for", {"seconds": "soon"}),
        slow=slow,
    )


def functions(folder: Path, *, suffix: str) -> Subject:
    names = echo, sleep, fail = f"echo{suffix}", f"sleep{suffix or '_for'}", f"fail{suffix}"
    provider = FunctionTools(load_functions([f"tests.contract.sample_functions:{name}" for name in names]))

    def slow() -> Slow:
        log = folder / f"slow {next(_NUMBERS)}"

        async def process_ended() -> None:
            pid = (await logged(log, "started"))["pid"]
            async with asyncio.timeout(PATIENCE):
                while is_running(pid):  # noqa: ASYNC110 - another process's end has no event
                    await asyncio.sleep(0.01)

        return Slow(
            (sleep, {"seconds": 60, "log": str(log)}),
            started=lambda: logged(log, "started"),
            ended=process_ended if suffix else lambda: logged(log, "cancelled"),
        )

    return Subject(
        provider,
        echo=(echo, {"text": "hello"}),
        steps=(sleep, {"seconds": 0.02, "steps": 2, "log": str(folder / "steps")}),
        failing=(fail, {"message": "on purpose"}),
        wrong=(sleep, {"seconds": "soon", "log": str(folder / "wrong")}),
        slow=slow,
    )


def service_itself() -> Subject:
    model = Typist()
    return Subject(
        Builtin(AskModel(ScriptedSource(model), writer="", profiles={})),
        echo=("ask_model", {"prompt": "hello"}),
        steps=("ask_model", {"prompt": "hello"}),
        failing=("ask_model", {"prompt": "fail"}),
        wrong=("ask_model", {"system": "no prompt"}),
        slow=model.slow,
    )


@asynccontextmanager
async def made(kind: str, log: Path, group: asyncio.TaskGroup) -> AsyncGenerator[Subject]:
    """A subject that does not run yet."""
    match kind:
        case "stdio":
            yield slow_server(connection(stdio_server("slow", "--log", str(log))), log)
        case "stdio behind a breaker":
            yield slow_server(BehindBreaker(stdio_server("slow", "--log", str(log)), group), log)
        case "functions on the loop":
            yield functions(log.parent, suffix="")
        case "functions in processes":
            yield functions(log.parent, suffix="_in_process")
        case "the service itself":
            yield service_itself()
        case _:
            async with http_server("--every-http", "--log", str(log)) as url:
                yield slow_server(connection(at_url(url + VARIANTS[kind], "slow")), log)


async def settled(provider: ToolProvider) -> None:
    async with asyncio.timeout(PATIENCE):
        while not provider.is_settled:  # noqa: ASYNC110 - only the pool is told
            await asyncio.sleep(0.01)


async def closed(provider: ToolProvider, owner: asyncio.Task[None]) -> None:
    provider.close(owner)
    await asyncio.wait([owner], timeout=CLOSED_WITHIN)
    assert owner.done()


@pytest.fixture(scope="module", params=KINDS)
async def subject(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Subject]:
    """Each kind of provider, ready."""
    log = tmp_path_factory.mktemp("logs") / "log"
    async with asyncio.TaskGroup() as group, made(request.param, log, group) as subject:
        owner = group.create_task(subject.provider.run())
        await settled(subject.provider)
        yield subject
        await closed(subject.provider, owner)


async def test_its_offer_and_its_status_bear_its_name(subject: Subject) -> None:
    provider = subject.provider
    assert provider.offer.server == provider.name == provider.status().name
    assert provider.is_settled
    assert provider.status().status == "ready"
    assert provider.status().error is None
    assert provider.status().tools == len(provider.offer.tools) > 0
    assert all(tool.server == provider.name for tool in provider.offer.tools)
    assert len({tool.remote_name for tool in provider.offer.tools}) == len(provider.offer.tools)
    assert all(tool.input_schema["type"] == "object" for tool in provider.offer.tools)
    assert isinstance(provider.is_shareable, bool)


async def test_a_call_gives_the_tools_result(subject: Subject) -> None:
    result = await subject.call(subject.echo)
    assert (result.value, result.text, result.cached) == ("hello", "hello", False)
    assert [passage.text for passage in result.passages] == ["hello"]


async def test_calls_run_side_by_side(subject: Subject) -> None:
    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
        waiting = subject.slow()
        slow = group.create_task(subject.call(waiting.call))
        await waiting.started()
        assert (await subject.call(subject.echo)).text == "hello"
        assert not slow.done()
        slow.cancel()


async def test_a_failing_tool_is_told_in_its_own_words(subject: Subject) -> None:
    with pytest.raises(ToolError, match="on purpose"):
        await subject.call(subject.failing)


async def test_arguments_that_the_tool_does_not_take_are_its_failure(subject: Subject) -> None:
    with pytest.raises(ToolFailed, match=r"seconds|prompt"):
        await subject.call(subject.wrong)


async def test_a_tool_that_is_not_there_is_a_failure_that_names_it(subject: Subject) -> None:
    offered = subject.tool(subject.echo[0])
    gone = offered.model_copy(update={"name": "vanished", "remote_name": "vanished"})
    with pytest.raises(ToolFailed, match="vanished"):
        await subject.provider.call(gone, subject.echo[1], timeout=PATIENCE, on_progress=unheard)


async def test_progress_is_passed_on_in_the_callers_context_while_the_call_lasts(subject: Subject) -> None:
    caller = contextvars.ContextVar("caller", default="nobody")
    caller.set("me")
    heard: list[tuple[float, str, str]] = []

    def hear(progress: float, total: float | None, text: str) -> None:
        heard.append((progress, text, caller.get()))

    await subject.call(subject.steps, on_progress=hear)
    assert heard
    assert all(progress > 0 and text and who == "me" for progress, text, who in heard)
    assert [progress for progress, _, _ in heard] == sorted(progress for progress, _, _ in heard)


async def test_a_call_that_takes_too_long_is_a_timeout_and_its_work_ends(subject: Subject) -> None:
    slow = subject.slow()
    async with asyncio.TaskGroup() as group:
        late = group.create_task(failure(ToolTimeout, subject.call(slow.call, timeout=5)))
        await slow.started()
        assert "took longer than 5 s" in await late
        await slow.ended()


async def test_a_call_may_be_cancelled_at_any_time_and_its_work_ends(subject: Subject) -> None:
    slow = subject.slow()
    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
        call = group.create_task(subject.call(slow.call))
        await slow.started()
        call.cancel()
        await asyncio.wait([call])
        assert call.cancelled()
        await slow.ended()
        at_once = group.create_task(subject.call(subject.slow().call))
        await asyncio.sleep(0)
        at_once.cancel()
        await asyncio.wait([at_once])
        assert at_once.cancelled()
    assert (await subject.call(subject.echo)).text == "hello"


@pytest.mark.parametrize("kind", KINDS)
async def test_closed_it_ends_in_time_and_calls_are_turned_away(kind: str, tmp_path: Path) -> None:
    async with asyncio.TaskGroup() as group, made(kind, tmp_path / "log", group) as subject:
        provider = subject.provider
        owner = group.create_task(provider.run())
        await settled(provider)
        echo = subject.tool(subject.echo[0])
        slow = subject.slow()
        under_way = group.create_task(outcome(subject.call(slow.call, timeout=5)))
        await slow.started()
        await closed(provider, owner)
        assert isinstance(await under_way, ToolError)
        again = outcome(provider.call(echo, subject.echo[1], timeout=PATIENCE, on_progress=unheard))
        if kind == "the service itself":  # which has nothing to close
            assert isinstance(await again, ToolResult)
        else:
            assert isinstance(await again, ServerUnavailable)
            assert provider.status().status == "unavailable"
            assert provider.status().error


async def failure(kind: type[ToolError], doing: Awaitable[object]) -> str:
    with pytest.raises(kind) as failed:
        await doing
    return str(failed.value)


async def outcome(doing: Awaitable[ToolResult]) -> ToolResult | ToolError:
    try:
        return await doing
    except ToolError as error:
        return error
