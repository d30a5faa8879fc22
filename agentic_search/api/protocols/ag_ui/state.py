"""What a front end is shown of a run, as it changes: each change as a JSON Patch."""

from collections.abc import Iterator

from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from agentic_search.events.facts import (
    AnswerCompleted,
    ApprovalNeeded,
    Fact,
    PlanReady,
    PlanTask,
    RunCancelled,
    RunCompleted,
    RunFailed,
    RunStarted,
    TaskCompleted,
    TaskFailed,
    TaskSkipped,
    TaskStarted,
)


class SharedState:
    """The run's question, status, tasks by their ids, and sources."""

    def __init__(self, run_id: str) -> None:
        self._tasks: dict[str, JsonObject] = {}
        self._shown: JsonObject = {
            "run_id": run_id,
            "status": "queued",
            "query": "",
            "sources": [],
            "nothing_found": False,
        }

    def snapshot(self) -> JsonObject:
        """All of it."""
        return {**self._shown, "tasks": {**self._tasks}}

    def changes(self, fact: Fact) -> list[JsonObject]:
        """What a fact changes."""
        return [*self._of_run(fact), *self._of_tasks(fact)]

    def _of_tasks(self, fact: Fact) -> Iterator[JsonObject]:
        match fact:
            case PlanTask(task=task):
                yield self._task(task.id, tool=task.tool, purpose=task.purpose, status="queued")
            case PlanReady(plan=plan):
                yield from (
                    self._task(task.id, tool=task.tool, purpose=task.purpose, status="queued")
                    for task in plan.tasks
                    if task.id not in self._tasks
                )
            case TaskStarted(id=id_, tool=tool, purpose=purpose):
                yield self._task(id_, tool=tool, purpose=purpose, status="running")
            case ApprovalNeeded(id=id_, tool=tool, purpose=purpose):
                yield self._task(id_, tool=tool, purpose=purpose, status="waiting")
            case TaskCompleted(id=id_, tool=tool, purpose=purpose):
                yield self._task(id_, tool=tool, purpose=purpose, status="completed")
            case TaskFailed(id=id_, tool=tool, error=error):
                yield self._task(id_, tool=tool, status="failed", error=error)
            case TaskSkipped(id=id_, tool=tool, because=because):
                yield self._task(id_, tool=tool, status="skipped", error=because)
            case _:
                pass

    def _of_run(self, fact: Fact) -> Iterator[JsonObject]:
        match fact:
            case RunStarted(query=query):
                yield self._set("query", query)
                yield self._set("status", "running")
            case AnswerCompleted():
                yield self._set("sources", [source.model_dump(mode="json") for source in fact.sources])
                yield self._set("nothing_found", fact.nothing_found)
            case RunCompleted(status=status) | RunFailed(status=status):
                yield self._set("status", status)
            case RunCancelled():
                yield self._set("status", "cancelled")
            case _:
                pass

    def _set(self, name: str, value: JsonValue) -> JsonObject:
        self._shown[name] = value
        return {"op": "replace", "path": f"/{name}", "value": self._shown[name]}

    def _task(self, task_id: str, **fields: str) -> JsonObject:
        self._tasks[task_id] = {**self._tasks.get(task_id, {}), **fields}
        return {"op": "add", "path": f"/tasks/{task_id}", "value": self._tasks[task_id]}
