"""Checks the draft of a model task by task, as it is written: mends, merges equal tasks, accepts what can stay.

A task is accepted once all that it refers to is, so that no accepted task is ever dropped. What refers to tasks that
are not written yet waits for the end of the draft.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import cast

from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from agentic_search.domain.plan import MOST_TASKS, TASK_FIELDS, Task
from agentic_search.domain.references import renamed
from agentic_search.domain.tool import Tool, by_any_name
from agentic_search.errors import PlanRefused
from agentic_search.plain_json import well_formed
from agentic_search.planning.draft.check import check_added, check_next, needs
from agentic_search.planning.draft.forms import as_task
from agentic_search.planning.draft.links import cycles, links
from agentic_search.planning.draft.mending import mended
from agentic_search.planning.draft.reading import read_task
from agentic_search.planning.planner import next_number

_MOST_ROUNDS = 100
"""Times that cycles are looked for; each time every cycle that is found loses something."""

SAME_AS = "it does the same as"
"""How the note on a task begins that another of the plan makes needless."""


class ModelDraft:
    """One draft over `tools`, added to a plan whose tasks have the ids `earlier`."""

    def __init__(self, tools: Sequence[Tool], earlier: Sequence[str]) -> None:
        self.notes: list[str] = []
        """What was mended, one sentence each, without a full stop."""
        self._tools = tools
        self._catalog = by_any_name(tools)
        self._earlier = tuple(earlier)
        self._first = next_number(earlier)
        self._written = 0
        self._ids: list[str] = []
        """Of each task in order of writing."""
        self._accepted: dict[str, Task] = {}
        self._waiting: dict[str, Task] = {}
        self._refused: list[tuple[str, JsonObject]] = []
        """Tasks for which the whole draft is refused, by id; after the first of them all that follow."""
        self._firsts: dict[str, str] = {}
        """The id of each accepted task by what it does."""
        self._same: dict[str, str] = {}
        """The id of an accepted task by that of one that does the same."""

    def add(self, written: JsonValue) -> Iterator[Task]:
        """Take the next task; give it if it is accepted at once. Beyond the most of a plan tasks are only counted."""
        number = self._first + self._written
        self._written += 1
        if self._written > MOST_TASKS:
            return
        draft = self._known_fields({"id": f"t{number}", **as_task(well_formed(written), self._catalog)})
        task_id = str(draft["id"])
        read = read_task(draft, number).tasks
        taken = task_id in self._ids or task_id in self._earlier
        self._ids.append(task_id)
        if self._refused or taken or not read or read[0].tool not in self._catalog:
            self._refused.append((task_id, draft))
            return
        self._waiting[task_id] = read[0]
        if all(name in self._ids and name not in self._waiting for name in self._needs(task_id)):
            yield from self._settle(task_id)

    def finish(self) -> tuple[Task, ...]:
        """All tasks of the plan, in order of writing, those that were given before among them; raises PlanRefused."""
        if self._written > MOST_TASKS:
            raise PlanRefused((f"the plan has {self._written} tasks; at most {MOST_TASKS} are allowed",))
        self._waiting = {task_id: self._renamed(task) for task_id, task in self._waiting.items()}
        for _ in range(_MOST_ROUNDS):
            if not [cycle for cycle in cycles(self._waits()) if self._opened(cycle)]:
                break
        for task_id in _order(self._waits()):
            list(self._settle(task_id))
        if self._refused or self._waiting or not self._written:
            return check_added({"tasks": self._drafts()}, self._tools, earlier=self._earlier)
        if not self._accepted:
            raise PlanRefused(tuple(self.notes))
        return tuple(self._accepted[task_id] for task_id in self._ids if task_id in self._accepted)

    def _known_fields(self, draft: JsonObject) -> JsonObject:
        strange = [name for name in draft if name not in TASK_FIELDS] if "tool" in draft else []
        self.notes += (f"task {draft['id']!r}: the unknown field {name!r} was left out" for name in strange)
        return {name: value for name, value in draft.items() if name not in strange}

    def _needs(self, task_id: str) -> list[str]:
        """What a waiting task refers to in this draft."""
        names = (self._same.get(name, name) for name in needs(self._waiting[task_id]))
        return [name for name in dict.fromkeys(names) if name != task_id and name not in self._earlier]

    def _waits(self) -> dict[str, list[str]]:
        """By the id of each waiting task the other waiting ones that it refers to."""
        return {each: [name for name in self._needs(each) if name in self._waiting] for each in self._waiting}

    def _settle(self, task_id: str) -> Iterator[Task]:
        """Decide about a waiting task by what is accepted now; give it if it is."""
        waited = self._renamed(self._waiting.pop(task_id))
        others = (*self._earlier, *(each for each in self._ids if each in self._accepted))
        outcome = mended(waited, self._catalog[waited.tool], others)
        self.notes += outcome.notes
        task = outcome.task
        if task is None:
            return
        does = self._does(task)
        if does in self._firsts:
            self._same[task_id] = self._firsts[does]
            self.notes.append(f"task {task_id!r} was left out: {SAME_AS} {self._firsts[does]!r}")
            return
        draft = task.model_dump(mode="json")
        try:
            accepted = check_next(draft, self._tools, earlier=others)
        except PlanRefused:  # the check of the whole draft says why
            self._refused.append((task_id, draft))
            return
        self._firsts[does] = task_id
        self._accepted[task_id] = accepted
        yield accepted

    def _renamed(self, task: Task) -> Task:
        """The task with references to the first of equal tasks."""
        if not any(name in self._same for name in needs(task)):
            return task
        fields = renamed({"arguments": task.arguments, "for_each": task.for_each, "when": task.when}, self._same)
        depends_on = tuple(self._same.get(name, name) for name in task.depends_on)
        return Task.model_validate({**task.model_dump(), **cast("JsonObject", fields), "depends_on": depends_on})

    def _does(self, task: Task) -> str:
        """The call of a task, the same for tasks that do the same."""
        tool = self._catalog[task.tool]
        return json.dumps([tool.name, tool.whole_arguments(task.arguments), task.for_each, task.when], sort_keys=True)

    def _opened(self, cycle: Sequence[str]) -> bool:
        """Open a cycle of waiting tasks where something can be left out: an order first, then what is read ahead."""
        edges = list(pairwise(cycle))
        ahead = [edge for edge in edges if self._ids.index(edge[0]) < self._ids.index(edge[1])]
        for task_id, other in (*ahead, *edges):
            task = self._waiting[task_id]
            if other not in links(task).reads:
                waits = tuple(name for name in task.depends_on if name != other)
                self._waiting[task_id] = task.model_copy(update={"depends_on": waits})
                self.notes.append(f"task {task_id!r}: it does not wait for {other!r}, which waits for it")
                return True
        for task_id, other in ahead:
            task = self._waiting[task_id]
            others = {*self._earlier, *self._ids} - {task_id, other}
            outcome = mended(task, self._catalog[task.tool], others)
            if outcome.notes:
                self.notes += outcome.notes
                del self._waiting[task_id]
                if outcome.task is not None:
                    self._waiting[task_id] = outcome.task
                return True
        return False

    def _drafts(self) -> list[JsonValue]:
        """All tasks that are not left out."""
        read = {**self._accepted, **self._waiting}
        drafts: list[JsonValue] = [read[each].model_dump(mode="json") for each in self._ids if each in read]
        return [*drafts, *(draft for _, draft in self._refused)]


def _order(needed: Mapping[str, Sequence[str]]) -> Sequence[str]:
    """The ids, each after those that it needs; none at all where there is a cycle."""
    try:
        return tuple(TopologicalSorter(needed).static_order())
    except CycleError:
        return ()
