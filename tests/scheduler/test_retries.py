"""Another attempt: which errors it may get past, when it comes, and what it costs the others."""

import asyncio
from collections.abc import Callable

import pytest

from agentic_search.domain.data import JsonObject
from agentic_search.domain.outcome import Completed, Failed, OnProgress, ToolResult
from agentic_search.domain.plan import Plan, Task
from agentic_search.domain.tool import Tool
from agentic_search.errors import ConnectionLost, RateLimited, ServerUnavailable, ToolError
from agentic_search.events import facts
from agentic_search.events.facts import Fact
from agentic_search.scheduler.commands import (
    CallFailed,
    CallId,
    Command,
    PlanSealed,
    RetryCall,
    StartCall,
    Stopped,
    TasksAdded,
    TimePassed,
)
from agentic_search.scheduler.machine import Machine
from agentic_search.scheduler.retries import REPEATS, Policy, policy_for
from agentic_search.scheduler.runner import Runner
from tests.scheduler.plans import completed, ended, result, started, task
from tests.scheduler.solo import Solo
from tests.support.clock import FakeClock

THRICE = Policy(attempts=3, repeatable=True, first_wait=1.0)


def machine_with(*tasks: Task, policy: Policy = THRICE, max_concurrent: int = 9) -> Solo:
    """A machine whose waits are at their longest, given a whole plan at second 0."""
    machine = Solo(Machine(policy_of=lambda _: policy, jitter=lambda: 1.0), max_concurrent=max_concurrent)
    machine.handle(TasksAdded(tasks), 0)
    machine.handle(PlanSealed(), 0)
    return machine


def lost(id_: str, code: str = "connection_lost") -> CallFailed:
    """A call that failed in a way that may pass."""
    return CallFailed(CallId(id_), "gone", code)


def attempts(commands: list[Command]) -> list[int]:
    """The attempts that are to start."""
    return [each.attempt for each in commands if isinstance(each, StartCall)]


def test_a_failed_call_starts_again_when_its_wait_is_over_and_not_before() -> None:
    machine = machine_with(task("a"))
    (retry,) = machine.handle(lost("a"), 5)
    assert isinstance(retry, RetryCall) and retry.wait == 1.0
    assert machine.next_due == 6
    assert machine.handle(TimePassed(), 5.9) == []
    assert attempts(machine.handle(TimePassed(), 6)) == [2]
    assert machine.next_due is None


def test_each_wait_is_twice_the_one_before_and_the_last_failure_ends_the_task() -> None:
    machine = machine_with(task("a"), task("after", "a"))
    machine.handle(lost("a"), 0)
    machine.handle(TimePassed(), 1)
    (retry,) = machine.handle(lost("a"), 1)
    assert isinstance(retry, RetryCall) and retry.wait == 2.0
    machine.handle(TimePassed(), 3)
    assert ended(machine.handle(lost("a"), 4)) == {"a": "failed", "after": "skipped"}
    outcome = machine.outcomes["a"]
    assert isinstance(outcome, Failed)
    assert (outcome.attempts, outcome.started_at, outcome.duration) == (3, 0, 4)


@pytest.mark.parametrize(
    ("code", "repeatable", "tried_again"),
    [
        ("server_unavailable", True, True),
        ("server_unavailable", False, True),
        ("rate_limited", False, True),
        ("connection_lost", True, True),
        ("connection_lost", False, False),
        ("tool_failed", True, False),
        ("tool_timeout", True, False),
        ("internal", True, False),
    ],
)
def test_only_what_may_pass_is_tried_again_and_only_where_it_does_no_harm(
    code: str, repeatable: bool, tried_again: bool
) -> None:
    machine = machine_with(task("a"), policy=Policy(attempts=2, repeatable=repeatable))
    (command,) = machine.handle(lost("a", code), 1)
    assert isinstance(command, RetryCall) is tried_again
    assert not isinstance(command, RetryCall) or command.wait == 0.5


@pytest.mark.parametrize(("retry_after", "wait"), [(0.0, 1.0), (0.4, 1.0), (7.5, 7.5)])
def test_a_server_that_says_when_to_come_again_is_left_alone_at_least_so_long(retry_after: float, wait: float) -> None:
    machine = machine_with(task("a"))
    (retry,) = machine.handle(CallFailed(CallId("a"), "too many", "rate_limited", retry_after), 5)
    assert isinstance(retry, RetryCall) and retry.wait == wait
    assert machine.next_due == 5 + wait


def test_every_error_that_is_tried_again_exists() -> None:
    def codes(kind: type[ToolError]) -> set[str]:
        return {kind.code}.union(*(codes(child) for child in kind.__subclasses__()))

    assert set(REPEATS) <= codes(ToolError)


def test_a_waiting_attempt_leaves_its_slot_to_others() -> None:
    machine = machine_with(task("a"), task("b"), max_concurrent=1)
    assert started(machine.handle(lost("a"), 1)) == ["b"]
    assert attempts(machine.handle(TimePassed(), 9)) == []
    assert attempts(machine.handle(completed("b"), 10)) == [2]


def test_stopping_forgets_attempts_that_wait() -> None:
    machine = machine_with(task("a"))
    machine.handle(lost("a"), 1)
    assert ended(machine.handle(Stopped("enough"), 2)) == {"a": "failed"}
    assert machine.next_due is None and machine.handle(TimePassed(), 99) == []


def test_an_element_is_tried_again_alone() -> None:
    machine = machine_with(task("a"), task("b", "a", for_each="${a}"))
    machine.handle(completed("a", [1, 2]), 1)
    machine.handle(CallFailed(CallId("b", 1), "gone", "connection_lost"), 1)
    machine.handle(completed("b", "one", 0), 1)
    (again,) = machine.handle(TimePassed(), 2)
    assert isinstance(again, StartCall) and (again.call.element, again.attempt) == (1, 2)
    machine.handle(completed("b", "two", 1), 3)
    outcome = machine.outcomes["b"]
    assert isinstance(outcome, Completed) and outcome.result.value == ["one", "two"] and outcome.attempts == 2


@pytest.mark.parametrize("attempt", [1, 2, 5, 50])
def test_waits_grow_to_a_limit_and_jitter_takes_at_most_half(attempt: int) -> None:
    policy = Policy(attempts=99, first_wait=0.5, longest_wait=30)
    longest = policy.wait(attempt, 1.0)
    assert longest == min(30, 0.5 * 2 ** (attempt - 1))
    assert policy.wait(attempt, 0.0) == longest / 2


async def test_the_runner_waits_emits_and_tries_again() -> None:
    clock, emitted = FakeClock(), list[Fact]()
    waiting = asyncio.Event()
    failures: list[Callable[[], ToolError]] = [lambda: ServerUnavailable("down"), lambda: ConnectionLost("broke")]

    async def call(
        tool: str, arguments: JsonObject, *, planned: Tool | None, timeout: float | None, on_progress: OnProgress
    ) -> ToolResult:
        if failures:
            raise failures.pop(0)()
        return result("at last")

    def emit(fact: Fact) -> None:
        emitted.append(fact)
        if isinstance(fact, facts.TaskRetrying):
            waiting.set()

    tools = {"tool": Tool(name="tool", server="s", remote_name="tool", input_schema={}, read_only=True, retries=2)}
    runner = Runner(call, emit, clock=clock, elapsed=clock.now, tools=tools, max_concurrent=4)
    async with asyncio.timeout(5):
        running = asyncio.ensure_future(runner.run(Plan(tasks=(task("a"),))))
        for _ in range(2):
            await waiting.wait()
            waiting.clear()
            await asyncio.sleep(0)  # the alarm begins to sleep
            clock.advance(60)
        outcomes = await running
    outcome = outcomes["a"]
    assert isinstance(outcome, Completed) and outcome.attempts == 3
    assert [(fact.kind, getattr(fact, "attempt", None)) for fact in emitted] == [
        ("task.started", 1),
        ("task.retrying", 1),
        ("task.started", 2),
        ("task.retrying", 2),
        ("task.started", 3),
        ("task.completed", None),
    ]


def test_what_a_policy_does_not_say_is_the_careful_choice() -> None:
    assert not Policy(attempts=2).allows("connection_lost", after_attempt=1)
    assert not Policy().allows("server_unavailable", after_attempt=1)
    assert [Policy().wait(attempt, 1.0) for attempt in (1, 2, 6, 7, 99)] == [0.5, 1.0, 16.0, 30.0, 30.0]


async def test_leaving_the_runner_waits_for_no_attempt_that_is_to_come() -> None:
    waiting = asyncio.Event()

    async def call(
        tool: str, arguments: JsonObject, *, planned: Tool | None, timeout: float | None, on_progress: OnProgress
    ) -> ToolResult:
        raise ServerUnavailable("down")

    def emit(fact: Fact) -> None:
        if isinstance(fact, facts.TaskRetrying):
            waiting.set()

    clock = FakeClock()
    tools = {"tool": Tool(name="tool", server="s", remote_name="tool", input_schema={}, read_only=True, retries=2)}
    async with (
        asyncio.timeout(5),
        Runner(call, emit, clock=clock, elapsed=clock.now, tools=tools, max_concurrent=4) as runner,
    ):
        runner.add([task("a")])
        await waiting.wait()
        await asyncio.sleep(0)  # the alarm begins to sleep


async def test_a_server_that_does_not_say_when_to_come_again_is_asked_after_the_usual_wait() -> None:
    emitted, waits = list[Fact](), asyncio.Event()

    async def call(
        tool: str, arguments: JsonObject, *, planned: Tool | None, timeout: float | None, on_progress: OnProgress
    ) -> ToolResult:
        raise RateLimited("too many")

    def emit(fact: Fact) -> None:
        emitted.append(fact)
        if isinstance(fact, facts.TaskRetrying):
            waits.set()

    clock = FakeClock()
    tools = {"tool": Tool(name="tool", server="s", remote_name="tool", input_schema={}, retries=1)}
    async with (
        asyncio.timeout(5),
        Runner(call, emit, clock=clock, elapsed=clock.now, tools=tools, max_concurrent=4) as runner,
    ):
        runner.add([task("a")])
        await waits.wait()
    (retry,) = [fact for fact in emitted if isinstance(fact, facts.TaskRetrying)]
    assert 0.25 <= retry.wait <= 0.5


@pytest.mark.parametrize("more", [{"read_only": True}, {"idempotent": True}, {}])
def test_a_tool_that_only_reads_or_is_idempotent_may_be_called_again(more: dict[str, bool]) -> None:
    tool = Tool.model_validate(
        {"name": "t", "server": "s", "remote_name": "t", "input_schema": {}, "retries": 2, **more}
    )
    assert policy_for(tool) == Policy(attempts=3, repeatable=bool(more))
    assert policy_for(None) == Policy(attempts=1)


async def test_a_task_over_a_list_starts_once_however_often_its_calls_are_tried() -> None:
    clock, emitted = FakeClock(), list[Fact]()
    waiting = asyncio.Event()

    async def call(
        tool: str, arguments: JsonObject, *, planned: Tool | None, timeout: float | None, on_progress: OnProgress
    ) -> ToolResult:
        if arguments and not waiting.is_set():
            raise ServerUnavailable("down")
        return result([1])

    def emit(fact: Fact) -> None:
        emitted.append(fact)
        if isinstance(fact, facts.TaskRetrying):
            waiting.set()

    tools = {"tool": Tool(name="tool", server="s", remote_name="tool", input_schema={}, retries=1)}
    runner = Runner(call, emit, clock=clock, elapsed=clock.now, tools=tools, max_concurrent=4)
    plan = Plan(tasks=(task("a"), task("b", "a", for_each="${a}", arguments={"x": "${item}"})))
    async with asyncio.timeout(5):
        running = asyncio.ensure_future(runner.run(plan))
        await waiting.wait()
        await asyncio.sleep(0)  # the alarm begins to sleep
        clock.advance(60)
        outcome = (await running)["b"]
    assert isinstance(outcome, Completed) and outcome.attempts == 2
    assert [fact.id for fact in emitted if isinstance(fact, facts.TaskStarted)] == ["a", "b"]
