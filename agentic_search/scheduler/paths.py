"""The longest path from each task to the end of the plan, kept as tasks become known.

Lengths are found when they are asked for and kept until a later task makes them longer, so that a plan of thousands of
tasks costs one pass over it, in whatever order and portions it comes.
"""

from collections.abc import Callable, Iterable

from agentic_search.domain.plan import Task


class Paths:
    """The longest chain of dependents from each task that has not ended, itself included, in seconds."""

    def __init__(self, seconds_of: Callable[[Task], float]) -> None:
        """`seconds_of` a task: how long a call of it usually takes."""
        self._seconds_of = seconds_of
        self._tasks: dict[str, Task] = {}
        self._after: dict[str, list[str]] = {}
        self._length: dict[str, float] = {}
        """Where a task's length is not known, nor is that of any task before it."""

    def __repr__(self) -> str:
        return f"<Paths of {len(self._tasks)} tasks>"

    def add(self, tasks: Iterable[Task]) -> set[str]:
        """More of the plan is known; says of which earlier tasks the length may have changed."""
        changed: set[str] = set()
        for task in tasks:
            self._tasks[task.id] = task
            for before in task.depends_on:
                self._after.setdefault(before, []).append(task.id)
            changed |= self._forget(task.depends_on)
        return changed

    def remove(self, task_id: str) -> None:
        """The task has ended."""
        self._tasks.pop(task_id, None)
        self._after.pop(task_id, None)
        self._length.pop(task_id, None)

    def of(self, task_id: str) -> float:
        """Seconds from the beginning of the task to the end of the longest chain after it."""
        if (known := self._length.get(task_id)) is not None:
            return known
        length, entered, stack = self._length, set[str](), [task_id]
        while stack:
            top = stack[-1]
            if top in length:
                stack.pop()
                continue
            after = self._after.get(top, ())
            unknown = [each for each in after if each in self._tasks and each not in length]
            if unknown and top not in entered:
                entered.add(top)  # once: a draft that runs in a circle must not be followed for ever
                stack.extend(unknown)
            else:
                longest = max([length.get(each, 0.0) for each in after], default=0.0)
                length[top] = self._seconds_of(self._tasks[top]) + longest
                stack.pop()
        return length[task_id]

    def _forget(self, task_ids: Iterable[str]) -> set[str]:
        """Forget the lengths of these tasks and of all before them."""
        forgotten: set[str] = set()
        stack = list(task_ids)
        while stack:
            task_id = stack.pop()
            if self._length.pop(task_id, None) is not None:
                forgotten.add(task_id)
                stack.extend(self._tasks[task_id].depends_on)
        return forgotten
