"""What a call's server asks: it is told, answered by people, and takes none of the call's time."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from agentic_search.clock import PausableLimits, SystemClock, time_limit
from agentic_search.domain.approval.decision import Decision, WaitingCall
from agentic_search.domain.approval.policy import STRICT
from agentic_search.domain.approval.question import UserAnswer, UserQuestion, ask_of_call
from agentic_search.domain.data import JsonObject
from agentic_search.domain.outcome import Completed, Failed, OnProgress, ToolResult
from agentic_search.domain.plan import Plan, Task
from agentic_search.domain.tool import Tool
from agentic_search.errors import ToolTimeout, WrongState
from agentic_search.events.facts import ApprovalDenied, ApprovalGiven, ApprovalNeeded, Fact
from agentic_search.scheduler.approval.approvals import Approvals
from agentic_search.scheduler.approval.memory import ApprovalMemory
from agentic_search.scheduler.runner import Runner

SCHEMA: JsonObject = {"type": "object", "properties": {"name": {"type": "string"}}}
ASKED = UserQuestion(message="Which name?", answer_schema=SCHEMA)
TOOL = Tool(name="act", server="box", remote_name="act", input_schema={}, read_only=True)
PLAN = Plan(tasks=(Task(id="t1", tool="act"),))
LIMIT = 0.2
"""Seconds for the call, far less than what the user takes."""


async def asking(
    tool: str, arguments: JsonObject, *, planned: Tool | None, timeout: float | None, on_progress: OnProgress
) -> ToolResult:
    """A call whose server asks, from another task than the call's, as the SDK does."""
    ask = ask_of_call.get()
    if ask is None:
        return ToolResult(value="nobody", text="nobody")
    try:
        async with time_limit(LIMIT), asyncio.TaskGroup() as group:
            answered = group.create_task(_of(ask(ASKED)))
    except TimeoutError:
        raise ToolTimeout("too late") from None
    return ToolResult.model_validate({"value": answered.result().model_dump(), "text": ""})


async def _of(answer: Awaitable[UserAnswer]) -> UserAnswer:
    return await answer


class Asked:
    """One run of the plan, its facts, and the user."""

    def __init__(self, *, attended: bool = True, call: Callable[..., Awaitable[ToolResult]] = asking) -> None:
        self.facts: list[Fact] = []
        self.needed = asyncio.Event()
        clock = SystemClock()
        memory = ApprovalMemory(Path("nowhere.json"))
        self.approvals = Approvals(self.emit, STRICT, memory, attended=attended)
        self.runner = Runner(
            call,  # type: ignore[arg-type] - a call as the protocol has it
            self.emit,
            clock=clock,
            elapsed=clock.now,
            max_concurrent=4,
            tools={"act": TOOL},
            approvals=self.approvals,
        )

    def emit(self, fact: Fact) -> None:
        self.facts.append(fact)
        if isinstance(fact, ApprovalNeeded):
            self.needed.set()


@pytest.mark.parametrize(
    ("decision", "answer"),
    [
        (Decision(allowed=True, answer={"name": "Ada"}), UserAnswer(action="accept", content={"name": "Ada"})),
        (Decision(allowed=True), UserAnswer(action="accept", content={})),
        (Decision(allowed=False), UserAnswer(action="decline")),
    ],
    ids=["answer", "no answer", "denied"],
)
async def test_the_user_s_word_is_the_server_s_answer_and_takes_no_time(decision: Decision, answer: UserAnswer) -> None:
    run = Asked()
    async with asyncio.TaskGroup() as group:
        ended = group.create_task(run.runner.run(PLAN))
        await run.needed.wait()
        await asyncio.sleep(3 * LIMIT)
        run.approvals.decide("t1", decision)
    outcome = ended.result()["t1"]
    assert isinstance(outcome, Completed), outcome
    assert outcome.result.value == answer.model_dump()
    (needed,) = [fact for fact in run.facts if isinstance(fact, ApprovalNeeded)]
    assert (needed.why, needed.question, needed.answer_schema) == ("asked by the server", "Which name?", SCHEMA)
    (told,) = [fact for fact in run.facts if isinstance(fact, ApprovalGiven | ApprovalDenied)]
    assert (told.kind, told.by) == (f"approval.{'given' if decision.allowed else 'denied'}", "user")


async def test_where_nobody_can_be_asked_the_call_is_told_so() -> None:
    run = Asked(attended=False)
    outcome = (await run.runner.run(PLAN))["t1"]
    assert isinstance(outcome, Completed) and outcome.result.value == "nobody"


async def test_the_deadline_ends_a_question() -> None:
    run = Asked()
    outcome = (await run.runner.run(PLAN, deadline=3 * LIMIT))["t1"]
    assert isinstance(outcome, Failed) and outcome.code == "stopped"
    with pytest.raises(WrongState):
        run.approvals.decide("t1", Decision(allowed=True))


async def test_a_question_that_outlives_its_call_is_cancelled() -> None:
    answers: list[asyncio.Task[UserAnswer]] = []

    async def leaving(
        tool: str, arguments: JsonObject, *, planned: Tool | None, timeout: float | None, on_progress: OnProgress
    ) -> ToolResult:
        ask = ask_of_call.get()
        assert ask is not None
        answers.append(asyncio.ensure_future(_of(ask(ASKED))))
        await run.needed.wait()
        return ToolResult(value=1, text="1")

    run = Asked(call=leaving)
    await run.runner.run(PLAN)
    assert (await answers[0]).action == "cancel"


async def test_a_question_takes_no_word_for_good_and_a_waiting_tool_no_answer() -> None:
    run = Asked()
    async with asyncio.TaskGroup() as group:
        group.create_task(run.runner.run(PLAN))
        await run.needed.wait()
        with pytest.raises(WrongState) as refused:
            run.approvals.decide("t1", Decision(allowed=True, always=True))
        assert str(refused.value) == "The server of task 't1' asks a question: 'always' is for tools that wait."
        run.approvals.decide("t1", Decision(allowed=True))


async def test_a_question_that_waits_for_its_turn_is_not_asked_once_its_call_has_ended() -> None:
    answers: list[asyncio.Task[UserAnswer]] = []

    async def leaving(
        tool: str, arguments: JsonObject, *, planned: Tool | None, timeout: float | None, on_progress: OnProgress
    ) -> ToolResult:
        ask = ask_of_call.get()
        assert ask is not None
        answers.extend(asyncio.ensure_future(_of(ask(ASKED))) for _ in range(2))
        await run.needed.wait()
        return ToolResult(value=1, text="1")

    run = Asked(call=leaving)
    await run.runner.run(PLAN)
    assert [(await answer).action for answer in answers] == ["cancel", "cancel"]
    assert len([fact for fact in run.facts if isinstance(fact, ApprovalNeeded)]) == 1


async def test_the_user_is_told_where_the_server_wants_an_answer_elsewhere() -> None:
    run = Asked()
    question = UserQuestion(message="Sign in", url="https://example.org/sign-in")
    questions = run.approvals.questions(PLAN.tasks[0], TOOL, PausableLimits())
    assert questions.ask is not None
    asked = asyncio.ensure_future(_of(questions.ask(question)))
    await run.needed.wait()
    run.approvals.decide("t1", Decision(allowed=True))
    assert (await asked).action == "accept"
    (needed,) = [fact for fact in run.facts if isinstance(fact, ApprovalNeeded)]
    assert (needed.question, needed.url, needed.answer_schema) == ("Sign in", "https://example.org/sign-in", None)


async def test_a_call_that_ends_just_when_it_was_answered_voids_no_answer() -> None:
    run = Asked()
    questions = run.approvals.questions(PLAN.tasks[0], TOOL, PausableLimits())
    assert questions.ask is not None
    asked = asyncio.ensure_future(_of(questions.ask(ASKED)))
    await run.needed.wait()
    run.approvals.decide("t1", Decision(allowed=True))
    questions.close()
    assert (await asked).action == "accept"
    assert (await questions.ask(ASKED)).action == "cancel", "the call has ended"


async def test_a_word_that_comes_just_when_its_call_has_ended_changes_nothing() -> None:
    run = Asked()
    questions = run.approvals.questions(PLAN.tasks[0], TOOL, PausableLimits())
    assert questions.ask is not None
    asked = asyncio.ensure_future(_of(questions.ask(ASKED)))
    await run.needed.wait()
    questions.close()
    run.approvals.decide("t1", Decision(allowed=True))
    assert (await asked).action == "cancel"


async def test_a_question_that_its_server_takes_back_waits_no_more() -> None:
    run = Asked()
    questions = run.approvals.questions(PLAN.tasks[0], TOOL, PausableLimits())
    assert questions.ask is not None
    asked = asyncio.ensure_future(_of(questions.ask(ASKED)))
    await run.needed.wait()
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    with pytest.raises(WrongState):
        run.approvals.decide("t1", Decision(allowed=True))


async def test_a_word_for_good_on_a_tool_answers_no_question() -> None:
    run = Asked()
    questions = run.approvals.questions(PLAN.tasks[0], TOOL, PausableLimits())
    assert questions.ask is not None
    asked = asyncio.ensure_future(_of(questions.ask(ASKED)))
    await run.needed.wait()
    decided: list[str | None] = []
    run.approvals.hold(Task(id="t2", tool="act"), TOOL, WaitingCall(why="writes"), decided.append)
    run.approvals.decide("t2", Decision(allowed=True, always=True))
    assert decided == [None]
    run.approvals.decide("t1", Decision(allowed=False))
    assert (await asked).action == "decline"


async def test_several_calls_of_one_task_ask_one_after_another() -> None:
    run = Asked()
    plan = Plan(
        tasks=(Task(id="t0", tool="act"), Task(id="t1", tool="act", depends_on=("t0",), for_each="${[t0, t0]}"))
    )
    async with asyncio.TaskGroup() as group:
        ended = group.create_task(run.runner.run(plan))
        for task_id, name in (("t0", "first"), ("t1", "second"), ("t1", "third")):
            await run.needed.wait()
            run.needed.clear()
            run.approvals.decide(task_id, Decision(allowed=True, answer={"name": name}))
    outcome = ended.result()["t1"]
    assert isinstance(outcome, Completed) and isinstance(outcome.result.value, list)
    assert {str(each["content"]["name"]) for each in outcome.result.value} == {"second", "third"}  # type: ignore[index] - answers
