"""The record of a run: what its events say, as the run's JSON has it."""

from agentic_search.domain.answer import Source
from agentic_search.domain.plan import Plan, Task
from agentic_search.domain.run import RunUsage, Timings
from agentic_search.events import facts
from agentic_search.events.event import Event
from agentic_search.events.facts import Fact
from agentic_search.events.record import RunRecord

PLAN = Plan(tasks=(Task(id="a", tool="x", purpose="find"), Task(id="b", tool="y"), Task(id="c", tool="z")))
FACTS: list[Fact] = [
    facts.RunStarted(query="q", thread_id="t", model="m"),
    facts.PlanTask(task=PLAN.tasks[0]),
    facts.PlanReady(plan=PLAN, planner="model", model="m"),
    facts.TaskStarted(id="a", tool="x", server="s"),
    facts.TaskCompleted(id="a", tool="x", duration=0.5, result={"rows": []}),
    facts.TaskStarted(id="b", tool="y"),
    facts.TaskFailed(id="b", tool="y", duration=0.1, error="no"),
    facts.TaskSkipped(id="c", tool="z", because="b failed"),
    facts.AnswerStarted(model=None),
    facts.AnswerDelta(text="Hello"),
    facts.AnswerCompleted(
        answer="Hello [1]", html="<p>Hello</p>", sources=(Source(id=1, title="A", url="u", snippet="s", task_id="a"),)
    ),
    facts.RunCompleted(status="partial", timings=Timings(total=2), usage=RunUsage(model_calls=1)),
]


def recorded(emitted: list[Fact]) -> RunRecord:
    """A record of these facts, one a second."""
    record = RunRecord("r", thread_id="t", query="q", created_at="2026-01-01T00:00:00Z")
    for seq, fact in enumerate(emitted, start=1):
        record.apply(Event(seq, "r", float(seq), fact))
    return record


def test_all_events_of_a_run_become_the_runs_json() -> None:
    run = recorded(FACTS).report()
    assert (run.status, run.planner, run.model, run.answer) == ("partial", "model", None, "Hello [1]")
    assert [(task.id, task.status, task.server, task.error) for task in run.tasks] == [
        ("a", "completed", "s", None),
        ("b", "failed", "", "no"),
        ("c", "skipped", "", "b failed"),
    ]
    assert run.tasks[0].result == {"rows": []} and run.tasks[0].started_at == 4
    assert run.usage.model_calls == 1 and run.timings.total == 2
    assert run.thinking_steps[2] == "🚀 Starting parallel execution of 3 tasks"
    assert "" not in run.thinking_steps


def test_a_run_can_be_read_after_any_event() -> None:
    states = [recorded(FACTS[:length]).report() for length in range(len(FACTS) + 1)]
    assert [run.status for run in states] == ["queued", *["running"] * (len(FACTS) - 1), "partial"]
    assert all(run.model_validate_json(run.model_dump_json()) == run for run in states)


def test_tasks_of_a_draft_that_the_plan_does_not_have_are_gone_from_the_record() -> None:
    drafts: list[Fact] = [
        facts.PlanTask(task=Task(id=id_, tool="draft", purpose="old")) for id_ in ("dropped", "b", "a")
    ]
    run = recorded([FACTS[0], *drafts, FACTS[2]]).report()
    assert [(task.id, task.tool, task.purpose) for task in run.tasks] == [
        ("a", "x", "find"),
        ("b", "y", ""),
        ("c", "z", ""),
    ]


def test_what_had_not_ended_when_the_run_was_stopped_is_cancelled() -> None:
    run = recorded([*FACTS[:4], facts.RunCancelled(by="user")]).report()
    assert run.status == "cancelled"
    assert [task.status for task in run.tasks] == ["cancelled"] * 3


def test_a_failed_run_says_why() -> None:
    run = recorded([FACTS[0], facts.RunFailed(error="no tool", code="run_failed")]).report()
    assert (run.status, run.error, run.error_code) == ("failed", "no tool", "run_failed")


def test_later_rounds_add_to_the_plan_and_a_draft_of_theirs_that_is_dropped_takes_nothing_else() -> None:
    more = Plan(tasks=(*PLAN.tasks, Task(id="d", tool="v")))
    draft, again = facts.PlanTask(task=Task(id="d", tool="u")), facts.PlanTask(task=more.tasks[3])
    begun = facts.TaskStarted(id="d", tool="u")
    dropped = facts.PlanFallback(reason="No.", instead="Once more.")
    run = recorded([*FACTS[:8], facts.PlanStarted(planner="model", model="m", round=2), draft, begun, dropped]).report()
    assert [task.id for task in run.tasks] == ["a", "b", "c"] and run.plan == PLAN
    ready = facts.PlanReady(plan=more, planner="model", model="m", round=2, earlier=3)
    run = recorded([*FACTS[:8], draft, begun, dropped, again, ready]).report()
    assert [(task.id, task.tool, task.status) for task in run.tasks][2:] == [
        ("c", "z", "skipped"),
        ("d", "v", "queued"),
    ]
    assert run.plan == more and run.thinking_steps[-1] == "🚀 Starting execution of 1 more task"
