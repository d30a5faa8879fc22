"""Tasks of a run that wait for the user's word: what is asked, what each word does, and what nobody can be asked."""

import asyncio
from pathlib import Path

import pytest

from agentic_search.clock import SystemClock
from agentic_search.domain.approval.decision import Decision, WaitingCall
from agentic_search.domain.approval.policy import ApprovalRules, key_of
from agentic_search.domain.data import JsonObject
from agentic_search.domain.outcome import OnProgress, Outcome, Skipped, ToolResult
from agentic_search.domain.plan import Plan, Task
from agentic_search.domain.tool import Tool
from agentic_search.errors import WrongState
from agentic_search.events.facts import ApprovalDenied, ApprovalGiven, ApprovalNeeded, Fact
from agentic_search.scheduler.approval.approvals import Approvals
from agentic_search.scheduler.approval.memory import ApprovalMemory
from agentic_search.scheduler.runner import Runner

WIPE = Tool(name="wipe", server="box", remote_name="wipe_all", input_schema={}, writes=True)
WRITE = Tool(name="write", server="box", remote_name="write", input_schema={}, writes=True)
LOOK = Tool(name="look", server="box", remote_name="look", input_schema={}, read_only=True)
ALLOWED, DENIED = Decision(allowed=True), Decision(allowed=False)


class Waiting:
    """One run, its facts, and the calls that were made."""

    def __init__(self, *, attended: bool = True, remembered: bool | None = None) -> None:
        self.facts: list[Fact] = []
        self.called: list[str] = []
        self.memory = ApprovalMemory(Path("nowhere.json"))
        if remembered is not None:
            self.memory.note(key_of(WIPE, allowed=remembered), allowed=remembered)
        rules = ApprovalRules(remembered=self.memory.words)
        self.approvals = Approvals(self.facts.append, rules, self.memory, attended=attended)
        clock = SystemClock()
        self.runner = Runner(
            self.call,
            self.facts.append,
            clock=clock,
            elapsed=clock.now,
            max_concurrent=4,
            tools={each.name: each for each in (WIPE, WRITE, LOOK)},
            approvals=self.approvals,
        )

    async def call(
        self, tool: str, arguments: JsonObject, *, planned: Tool | None, timeout: float | None, on_progress: OnProgress
    ) -> ToolResult:
        """Every tool gives its name at once."""
        self.called.append(tool)
        return ToolResult(value=tool, text=tool)

    async def run(self, *tasks: Task, words: tuple[tuple[str, Decision], ...] = ()) -> dict[str, Outcome]:
        """How the tasks ended, where these words are said in this order as soon as the run has begun."""
        async with asyncio.timeout(5), self.runner as runner:
            runner.add(tasks)
            for task_id, decision in words:
                self.approvals.decide(task_id, decision)
            return await runner.finish(Plan(tasks=tasks))

    def told(self) -> list[tuple[str, str, str, bool]]:
        """The decisions that were emitted."""
        return [
            (fact.kind, fact.id, fact.by, fact.always)
            for fact in self.facts
            if isinstance(fact, ApprovalGiven | ApprovalDenied)
        ]


def wiping(id_: str, tool: str = "wipe") -> Task:
    return Task(id=id_, tool=tool, purpose="clean up", arguments={"path": "/x"})


async def test_the_user_is_asked_with_all_that_is_known_and_an_approved_task_runs() -> None:
    run = Waiting()
    outcomes = await run.run(wiping("a"), words=(("a", ALLOWED),))
    assert outcomes["a"].status == "completed" and run.called == ["wipe"]
    assert [fact for fact in run.facts if isinstance(fact, ApprovalNeeded)] == [
        ApprovalNeeded(id="a", tool="wipe", server="box", purpose="clean up", why="writes", arguments={"path": "/x"})
    ]
    assert run.told() == [("approval.given", "a", "user", False)]


async def test_a_denied_task_is_not_called_and_says_who_denied_it() -> None:
    run = Waiting()
    outcome = (await run.run(wiping("a"), words=(("a", DENIED),)))["a"]
    assert isinstance(outcome, Skipped) and outcome.because == "denied by the user" and run.called == []
    assert outcome.waited == WaitingCall(why="writes", arguments={"path": "/x"})
    assert run.told() == [("approval.denied", "a", "user", False)]


@pytest.mark.parametrize("allowed", [True, False])
async def test_a_word_for_good_is_remembered_and_holds_for_what_already_waits_of_the_same_tool(allowed: bool) -> None:
    run = Waiting()
    always = Decision(allowed=allowed, always=True)
    outcomes = await run.run(
        wiping("a"), wiping("b"), wiping("c", "write"), words=(("a", always), ("c", Decision(allowed=not allowed)))
    )
    assert run.memory.words == {key_of(WIPE, allowed=allowed): allowed}
    done = {id_ for id_, outcome in outcomes.items() if outcome.status == "completed"}
    assert done == ({"a", "b"} if allowed else {"c"})
    kind, other = ("approval.given", "approval.denied") if allowed else ("approval.denied", "approval.given")
    assert run.told() == [(kind, "a", "user", True), (kind, "b", "always", True), (other, "c", "user", False)]


async def test_a_word_that_does_not_hold_for_good_is_for_its_task_alone() -> None:
    run = Waiting()
    outcomes = await run.run(wiping("a"), wiping("b"), words=(("a", ALLOWED), ("b", DENIED)))
    assert [outcome.status for outcome in outcomes.values()] == ["completed", "skipped"]
    assert not run.memory.words


async def test_what_is_denied_for_good_is_not_asked_for_and_says_how_to_allow_it_once() -> None:
    run = Waiting(remembered=False)
    outcome = (await run.run(wiping("a")))["a"]
    assert isinstance(outcome, Skipped) and run.called == []
    assert outcome.because == 'denied by the user for good; to allow it once, add "approve": ["wipe"] to the request'
    assert run.told() == [("approval.denied", "a", "always", True)]
    with pytest.raises(WrongState):
        run.approvals.decide("a", ALLOWED)


async def test_what_is_allowed_for_good_or_only_reads_runs_unasked() -> None:
    run = Waiting(remembered=True)
    await run.run(wiping("a"), wiping("b", "look"))
    assert sorted(run.called) == ["look", "wipe"] and run.told() == []


async def test_where_nobody_can_be_asked_a_task_is_denied_at_once_and_says_what_to_write() -> None:
    run = Waiting(attended=False)
    outcome = (await run.run(wiping("a")))["a"]
    assert isinstance(outcome, Skipped) and run.called == []
    assert outcome.because.startswith(
        "it waits for approval, and this caller cannot be asked: it changes things; to allow it, add "
    )
    assert '"approve": ["wipe"] to the request' in outcome.because
    assert not any(isinstance(fact, ApprovalNeeded) for fact in run.facts)


async def test_a_tool_of_which_nothing_is_known_is_not_called() -> None:
    run = Waiting()
    outcome = (await run.run(wiping("a", "absent")))["a"]
    assert isinstance(outcome, Skipped) and run.called == []
    assert outcome.because == "nothing is known of the tool 'absent', so that it cannot be approved"


async def test_a_word_on_what_does_not_wait_or_no_longer_does_is_refused() -> None:
    run = Waiting()
    async with asyncio.timeout(5), run.runner as runner:
        runner.add([wiping("a")])
        with pytest.raises(WrongState, match=r"^Task 'b' does not wait for approval\.$"):
            run.approvals.decide("b", ALLOWED)
        with pytest.raises(WrongState, match=r"^Task 'a' waits for approval, not for an answer: leave 'answer' out"):
            run.approvals.decide("a", Decision(allowed=True, answer={"name": "Ada"}))
        runner.abandon("the plan was refused")
        with pytest.raises(WrongState, match="'a' does not wait"):
            run.approvals.decide("a", ALLOWED)
    assert run.called == []


async def test_a_task_that_the_finished_plan_has_anew_waits_anew() -> None:
    run = Waiting()
    changed = wiping("a").model_copy(update={"arguments": {"path": "/y"}})
    async with asyncio.timeout(5), run.runner as runner:
        runner.add([wiping("a")])
        async with asyncio.TaskGroup() as group:
            ended = group.create_task(runner.finish(Plan(tasks=(changed,))))
            await asyncio.sleep(0)
            run.approvals.decide("a", ALLOWED)
    assert ended.result()["a"].status == "completed"
    asked = [fact.arguments for fact in run.facts if isinstance(fact, ApprovalNeeded)]
    assert asked == [{"path": "/x"}, {"path": "/y"}] and run.called == ["wipe"]
