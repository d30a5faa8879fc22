"""What the machine is given and what it commands: plain data in both directions, so that its tests are tables."""

from dataclasses import dataclass
from typing import NamedTuple

from agentic_search.domain.approval.decision import WaitingCall
from agentic_search.domain.data import JsonObject
from agentic_search.domain.outcome import Outcome, ToolResult
from agentic_search.domain.plan import Task


class CallId(NamedTuple):
    """One call: a task, and which element of its list where it runs `for_each`."""

    task_id: str
    element: int = 0


class CallOrder(NamedTuple):
    """A ready call among those of its run; the least starts first."""

    less_urgent: int
    """The task's priority, negated."""
    shorter: float
    """The longest path from the task to an end of the plan, in seconds, negated: the longest path begins first."""
    position: int
    """Where the task stands in the plan."""
    element: int


def order_of(task: Task, *, path: float, position: int, element: int) -> CallOrder:
    """The order of one call of a task; `path` in seconds."""
    return CallOrder(-task.priority, -path, position, element)


@dataclass(frozen=True, slots=True)
class TasksAdded:
    """More of the plan is known."""

    tasks: tuple[Task, ...]
    inputs: JsonObject | None = None
    """What their references to `inputs` read, where they are a workflow's."""


@dataclass(frozen=True, slots=True)
class PlanSealed:
    """No more tasks will come."""


@dataclass(frozen=True, slots=True)
class CallGranted:
    """A call that was offered may begin."""

    call: CallId


@dataclass(frozen=True, slots=True)
class CallCompleted:
    """A call gave its result."""

    call: CallId
    result: ToolResult


@dataclass(frozen=True, slots=True)
class CallFailed:
    """A call failed."""

    call: CallId
    error: str
    code: str
    retry_after: float = 0.0
    """Seconds that its server asked to be left alone for."""


@dataclass(frozen=True, slots=True)
class TaskApproved:
    """A task that was held may run."""

    task_id: str


@dataclass(frozen=True, slots=True)
class TaskDenied:
    """A task that was held is not to run."""

    task_id: str
    because: str
    """For people: `denied by the user`."""


@dataclass(frozen=True, slots=True)
class TimePassed:
    """The time `next_due` has come."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """Whatever has not ended is to end now."""

    because: str
    """For people: `the deadline of 20 s passed`."""


MachineInput = (
    TasksAdded
    | PlanSealed
    | CallGranted
    | CallCompleted
    | CallFailed
    | TaskApproved
    | TaskDenied
    | TimePassed
    | Stopped
)


@dataclass(frozen=True, slots=True)
class OfferCall:
    """A call is ready: start it when admission grants it. Offered again, it has another order."""

    call: CallId
    task: Task
    order: CallOrder


@dataclass(frozen=True, slots=True)
class HoldTask:
    """A task could begin, but waits for somebody's word: none of its calls is offered before."""

    task: Task
    waiting: WaitingCall


@dataclass(frozen=True, slots=True)
class WithdrawCall:
    """A call that was offered is not to start."""

    call: CallId


@dataclass(frozen=True, slots=True)
class StartCall:
    """Call the task's tool with these arguments."""

    call: CallId
    task: Task
    arguments: JsonObject
    """References filled in."""
    elements: int | None = None
    """How many calls the task makes, where it runs `for_each`."""
    attempt: int = 1
    first: bool = False
    """The task begins with it."""


@dataclass(frozen=True, slots=True)
class CancelCall:
    """Cancel a call that is under way; how it ends does not matter."""

    call: CallId


@dataclass(frozen=True, slots=True)
class RetryCall:
    """An attempt failed; the machine will start another when its time has come."""

    start: StartCall
    """The attempt that failed."""
    wait: float
    """Seconds until the next."""
    error: str


@dataclass(frozen=True, slots=True)
class ElementEnded:
    """A task that runs `for_each` has got further."""

    task: Task
    done: int
    elements: int


@dataclass(frozen=True, slots=True)
class TaskEnded:
    """The task has its outcome."""

    task: Task
    outcome: Outcome


Command = OfferCall | HoldTask | WithdrawCall | StartCall | CancelCall | RetryCall | ElementEnded | TaskEnded
