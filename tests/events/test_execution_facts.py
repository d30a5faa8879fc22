"""The wording of the work between plan and answer: it knows the mode and the number, and compares like with like."""

import pytest

from agentic_search.domain.plan import Plan, Task
from agentic_search.domain.run import RunUsage, Timings
from agentic_search.events import facts
from agentic_search.events.facts import Fact

AT_ONCE = "⚡ Tasks will execute concurrently for faster results"
IN_TURN = "⚡ Tasks will execute one after another"


def ready(tasks: int, earlier: int = 0, *, parallel: bool = True) -> facts.PlanReady:
    """The plan of a round with so many tasks."""
    plan = Plan(tasks=tuple(Task(id=f"t{number}", tool="x") for number in range(tasks + earlier)))
    return facts.PlanReady(plan=plan, planner="given", earlier=earlier, parallel=parallel)


def ended(completed: int, failed: int = 0, skipped: int = 0, *, parallel: bool = True) -> facts.ExecutionCompleted:
    """The end of a round."""
    return facts.ExecutionCompleted(completed=completed, failed=failed, skipped=skipped, parallel=parallel)


@pytest.mark.parametrize(
    ("fact", "steps"),
    [
        (ready(3), ("🚀 Starting parallel execution of 3 tasks",)),
        (ready(3, parallel=False), ("🚀 Starting sequential execution of 3 tasks",)),
        (ready(1), ("🚀 Starting execution of 1 task",)),
        (ready(1, parallel=False), ("🚀 Starting execution of 1 task",)),
        (ready(2, earlier=1), ("🚀 Starting parallel execution of 2 more tasks",)),
        (facts.ExecutionStarted(tasks=3), (AT_ONCE, "⏳ Executing 3 tasks concurrently...")),
        (facts.ExecutionStarted(tasks=3, parallel=False), (IN_TURN, "⏳ Executing 3 tasks one after another...")),
        (facts.ExecutionStarted(tasks=1), ("⏳ Executing 1 task...",)),
        (ended(3), ("✨ Parallel execution complete!", "📊 Results: 3 completed, 0 failed")),
        (ended(1, 1, 1), ("✨ Parallel execution complete!", "📊 Results: 1 completed, 1 failed, 1 skipped")),
        (ended(3, parallel=False), ("✨ Sequential execution complete!", "📊 Results: 3 completed, 0 failed")),
        (ended(0, 1), ("✨ Execution complete!", "📊 Results: 0 completed, 1 failed")),
    ],
)
def test_the_wording_knows_the_mode_and_the_number(fact: Fact, steps: tuple[str, ...]) -> None:
    assert fact.steps == steps and fact.message == "\n".join(steps)


@pytest.mark.parametrize(
    ("task", "purpose", "told"),
    [
        ("t1", "Search for upstream stories", "✅ Task 1: search_stories - Search for upstream stories"),
        ("t12", "", "✅ Task 12: search_stories"),
        ("read", "", "✅ Task read: search_stories"),
        ("t1b", "Read", "✅ Task t1b: search_stories - Read"),
    ],
)
def test_a_task_is_told_by_its_number_and_with_a_dash_only_before_a_purpose(task: str, purpose: str, told: str) -> None:
    fact = facts.TaskCompleted(id=task, tool="search_stories", purpose=purpose, duration=1, result={"found": [1, 2]})
    assert fact.steps == (told, '📊 Full Result: {"found": [1, 2]}')


def test_the_step_of_a_result_has_its_beginning_on_one_line() -> None:
    steps = facts.TaskCompleted(id="t1", tool="x", duration=1, result="a\x1b[31m\nb" * 1_000_000).steps
    assert len(steps[1]) < 400 and len(steps[1].splitlines()) == 1 and steps[1].endswith("…")


@pytest.mark.parametrize(
    ("tools", "serial", "parallel", "told"),
    [
        (1.2, 3.1, True, "🏁 Done in 6.2 s; tools took 1.2 s, one after another 3.1 s"),
        (3.1, 3.1, False, "🏁 Done in 6.2 s; tools took 3.1 s, one after another"),
        (3.1, 3.1, True, "🏁 Done in 6.2 s; tools took 3.1 s"),
    ],
)
def test_the_last_step_compares_tools_with_tools(tools: float, serial: float, parallel: bool, told: str) -> None:
    timings = Timings(total=6.2, tools=tools, serial_tools=serial)
    fact = facts.RunCompleted(status="completed", timings=timings, usage=RunUsage(), parallel=parallel)
    assert fact.message == told


@pytest.mark.parametrize(
    ("purpose", "note", "told"),
    [
        ("", "said: Two are missing.", "list_documents said: Two are missing."),
        ("List", "said: Two are missing.", "list_documents - List, it said: Two are missing."),
        ("List", "says that its answer is not final", "list_documents - List, it says that its answer is not final"),
        ("List", "found nothing", "list_documents - List: found nothing"),
    ],
)
def test_what_a_tool_says_of_its_result_is_a_sentence_of_its_step(purpose: str, note: str, told: str) -> None:
    done = facts.TaskCompleted(id="t1", tool="list_documents", purpose=purpose, duration=0.1, note=note)
    assert done.message == f"✅ Task 1: {told}"
