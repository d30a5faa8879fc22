"""Checks the draft of a plan against the tools there are: an accepted Plan, or a refusal with every complaint at once.

Every plan is checked here, whoever wrote it. Complaints are for people and for small models: they name the task, say
what is wrong and, where a name is near a known one, which was probably meant.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice

from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from agentic_search.domain.limits import DEFAULT_PLAN_LIMITS
from agentic_search.domain.plan import Plan, Task
from agentic_search.domain.references import INPUTS, ITEM
from agentic_search.domain.tool import Tool, by_any_name
from agentic_search.errors import PlanRefused
from agentic_search.planning.draft.argument_check import argument_complaints
from agentic_search.planning.draft.links import cycles, links
from agentic_search.planning.draft.reading import read_draft, read_task, with_known_names
from agentic_search.planning.draft.wording import did_you_mean_tool
from agentic_search.planning.planner import next_number
from agentic_search.text.naming import did_you_mean

_MOST_COMPLAINTS = 100
"""A plan of more mistakes is not looked at further: each costs time, for the name that was probably meant."""


def check(
    draft: JsonValue,
    tools: Sequence[Tool],
    *,
    inputs: JsonObject | None = None,
    most_references: int = DEFAULT_PLAN_LIMITS.references,
) -> Plan:
    """Accept the draft, with each `depends_on` completed by the tasks that references imply, in the plan's order.

    `inputs` is what a workflow was given; its references may read those. `most_references`: in one task. Raises
    PlanRefused.
    """
    return Plan(tasks=_checked(draft, tools, (), inputs, most_references))


def check_added(
    draft: JsonValue,
    tools: Sequence[Tool],
    *,
    earlier: Sequence[str],
    inputs: JsonObject | None = None,
    most_references: int = DEFAULT_PLAN_LIMITS.references,
) -> tuple[Task, ...]:
    """Accept what is to be added to a plan whose tasks have the ids `earlier`: tasks that may refer to those, or none.

    Raises PlanRefused.
    """
    return _checked(draft, tools, earlier, inputs, most_references)


def _checked(
    draft: JsonValue,
    tools: Sequence[Tool],
    earlier: Sequence[str],
    inputs: JsonObject | None = None,
    most_references: int = DEFAULT_PLAN_LIMITS.references,
) -> tuple[Task, ...]:
    read = read_draft(draft, first=next_number(earlier))
    order = (*earlier, *read.ids)
    catalog = by_any_name(tools)
    tasks = [with_known_names(task, catalog) for task in read.tasks]
    ids = dict.fromkeys(order)  # as fast to look up as a set, and in the plan's order
    complaints = _first(
        read.complaints,
        _about_ids(order),
        (complaint for task in tasks for complaint in _about_task(task, catalog, ids, inputs, most_references)),
        _about_inputs_id(ids) if inputs is not None else (),
        _about_cycles(tasks, ids),
    )
    if complaints:
        unknown = dict.fromkeys(task.tool for task in tasks if task.tool not in catalog)
        raise PlanRefused(complaints, unknown_tools=tuple(unknown))
    return tuple(_completed(task, order) for task in tasks)


def check_next(draft: JsonObject, tools: Sequence[Tool], *, earlier: Sequence[str]) -> Task:
    """Accept one task of a plan that is still being written, on what is known so far.

    `earlier` are the ids of all tasks before it, the only ones it may depend on; a task without an id gets the number
    after these. Raises PlanRefused.
    """
    read = read_task(draft, len(earlier) + 1)
    ids = (*earlier, *read.ids)
    catalog = by_any_name(tools)
    tasks = [with_known_names(task, catalog) for task in read.tasks]
    about = (complaint for task in tasks for complaint in _about_task(task, catalog, ids))
    if complaints := _first(read.complaints, _about_ids(ids), about):
        raise PlanRefused(complaints)
    return _completed(tasks[0], ids)


def _first(*complaints: Iterable[str]) -> tuple[str, ...]:
    """The first of them, each once, and that there are more."""
    found = tuple(dict.fromkeys(islice(chain(*complaints), _MOST_COMPLAINTS + 1)))
    if len(found) <= _MOST_COMPLAINTS:
        return found
    return (*found[:_MOST_COMPLAINTS], "and more is wrong: correct this first")


def _about_ids(ids: Sequence[str]) -> Iterator[str]:
    for task_id, times in Counter(ids).items():
        if times > 1:
            yield f"{times} tasks have the id {task_id!r}; every id must be unique"
    if ITEM in ids:
        yield f"no task can have the id {ITEM!r}: it names the current element of a 'for_each'"


def _about_inputs_id(ids: Collection[str]) -> Iterator[str]:
    if INPUTS in ids:
        yield f"no task of a workflow can have the id {INPUTS!r}: it names what the workflow was given"


def _about_task(
    task: Task,
    catalog: Mapping[str, Tool],
    ids: Collection[str],
    inputs: JsonObject | None = None,
    most_references: int = DEFAULT_PLAN_LIMITS.references,
) -> Iterator[str]:
    found = links(task, most_references)
    reads = found.reads if inputs is None else [name for name in found.reads if name != INPUTS]
    complaints = chain(
        _about_tool(task, catalog, inputs),
        found.complaints,
        _about_needs(task, reads, ids),
        _about_inputs(found.inputs, inputs),
    )
    yield from (f"task {task.id!r}: {complaint}" for complaint in complaints)


def _about_inputs(reads: Sequence[str], inputs: JsonObject | None) -> Iterator[str]:
    for name in reads:
        if inputs is not None and name not in inputs:
            yield f"reads the input {name!r}, which the workflow does not have{did_you_mean(name, inputs)}"


def _about_tool(task: Task, catalog: Mapping[str, Tool], inputs: JsonObject | None) -> tuple[str, ...]:
    tool = catalog.get(task.tool)
    if tool is not None:
        return argument_complaints(task.arguments, tool, inputs=inputs)
    hint = did_you_mean_tool(task.tool, catalog.values()) if catalog else "; there are no tools now"
    return (f"unknown tool {task.tool!r}{hint}",)


def _about_needs(task: Task, reads: Sequence[str], ids: Collection[str]) -> Iterator[str]:
    for verb, names in (("reads", reads), ("depends on", dict.fromkeys(task.depends_on))):
        for name in names:
            if name == task.id:
                yield f"{verb} itself"
            elif name not in ids:
                yield f"{verb} {name!r}, which is no task of the plan{did_you_mean(name, ids)}"


def _about_cycles(tasks: Sequence[Task], ids: Collection[str]) -> Iterator[str]:
    waits: dict[str, list[str]] = {task_id: [] for task_id in ids}
    for task in tasks:
        waits[task.id] += (name for name in needs(task) if name in ids and name != task.id)
    for cycle in cycles(waits):
        yield f"tasks wait for each other in a cycle: {' → '.join(cycle)}"


def needs(task: Task) -> tuple[str, ...]:
    """The names of all tasks that a task waits for, as often as they stand there."""
    return (*task.depends_on, *links(task).reads)


def _completed(task: Task, order: Sequence[str]) -> Task:
    wanted = set(needs(task))
    return task.model_copy(update={"depends_on": tuple(task_id for task_id in order if task_id in wanted)})
