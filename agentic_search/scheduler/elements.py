"""The calls of one task: their ends flow in, the task's outcome flows out, results in the order of the elements."""

from agentic_search.domain.outcome import Completed, Failed, ToolResult
from agentic_search.domain.plan import Task
from agentic_search.scheduler.messages import CallCompleted, CallFailed


class Elements:
    """One call for a plain task; one an element for a task that runs `for_each`, each failing alone."""

    def __init__(self, task: Task, count: int) -> None:
        self.count = count
        self._task = task
        self._ends: dict[int, CallCompleted | CallFailed] = {}
        self._attempts = 1

    @property
    def ended(self) -> int:
        """How many calls have ended."""
        return len(self._ends)

    @property
    def done(self) -> bool:
        """All have."""
        return self.ended == self.count

    def take(self, end: CallCompleted | CallFailed, *, attempt: int) -> None:
        """Keep how one call ended, at which attempt."""
        self._ends[end.call.element] = end
        self._attempts = max(self._attempts, attempt)

    def outcome(self, *, started_at: float, now: float) -> Completed | Failed:
        """What the task comes to: it fails only when every call did, and there was one."""
        duration = now - started_at
        ends = [self._ends[place] for place in sorted(self._ends)]
        failures = [end for end in ends if isinstance(end, CallFailed)]
        if failures and len(failures) == len(ends):
            first = failures[0]
            return Failed(
                task_id=self._task.id,
                error=first.error,
                code=first.code,
                started_at=started_at,
                duration=duration,
                attempts=self._attempts,
            )
        results = [end.result if isinstance(end, CallCompleted) else _failure(end) for end in ends]
        result = results[0] if self._task.for_each is None else _together(results)
        return Completed(
            task_id=self._task.id, result=result, started_at=started_at, duration=duration, attempts=self._attempts
        )


def _failure(end: CallFailed) -> ToolResult:
    return ToolResult(value={"error": end.error}, text=f"error: {end.error}")


def _together(results: list[ToolResult]) -> ToolResult:
    return ToolResult(
        value=[result.value for result in results],
        text="\n\n".join(result.text for result in results),
        passages=tuple(passage for result in results for passage in result.passages),
    )
