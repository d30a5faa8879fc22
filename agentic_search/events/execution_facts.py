"""The facts of the work between plan and answer: the tasks of a round begin, and all have ended."""

from typing import Literal

from agentic_search.events.base_fact import BaseFact
from agentic_search.text.counting import count


class ExecutionStarted(BaseFact):
    """The tasks of a round may begin, those that had to wait for the whole plan too."""

    kind: Literal["execution.started"] = "execution.started"
    tasks: int
    parallel: bool = True
    """Whether tasks may run at once."""
    round: int = 1

    @property
    def steps(self) -> tuple[str, ...]:
        if self.tasks == 1:
            return ("⏳ Executing 1 task...",)
        tasks = count(self.tasks, "task")
        if self.parallel:
            return "⚡ Tasks will execute concurrently for faster results", f"⏳ Executing {tasks} concurrently..."
        return "⚡ Tasks will execute one after another", f"⏳ Executing {tasks} one after another..."

    @property
    def message(self) -> str:
        return "\n".join(self.steps)


class ExecutionCompleted(BaseFact):
    """Every task of a round has ended."""

    kind: Literal["execution.completed"] = "execution.completed"
    completed: int
    failed: int
    skipped: int
    parallel: bool = True
    """Whether tasks might run at once."""
    round: int = 1

    @property
    def steps(self) -> tuple[str, ...]:
        several = self.completed + self.failed + self.skipped > 1
        how = manner(parallel=self.parallel) if several else ""
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return (
            f"✨ {f'{how} execution'.strip().capitalize()} complete!",
            f"📊 Results: {self.completed} completed, {self.failed} failed{skipped}",
        )

    @property
    def message(self) -> str:
        return "\n".join(self.steps)


def manner(*, parallel: bool) -> str:
    """How several tasks are executed."""
    return "parallel" if parallel else "sequential"
