"""The protocols of a run, of the program that carries it out, and of the engine that runs live in."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Protocol, TypeAlias

from agentic_search.domain.answer import Turn
from agentic_search.domain.approval.decision import Decision
from agentic_search.domain.query import Query
from agentic_search.domain.run import RunCounts, RunReport, RunStatus, RunSummary, TaskRecord
from agentic_search.domain.spending import Spending
from agentic_search.events.event import Event
from agentic_search.events.facts import Fact, RunCompleted
from agentic_search.events.journal import Journal
from agentic_search.events.record import RunRecord

Observe: TypeAlias = Callable[[Event, RunRecord], None]
"""Sees each event of a run of this process, and the run as it is with it; synchronous, never blocks, never raises."""
Decide: TypeAlias = Callable[[str, Decision], None]
"""Takes a task's id and what somebody says of the task."""


class Run(Protocol):
    """One run, as the program that carries it out sees it."""

    @property
    def id(self) -> str:
        """Unique, for ever."""
        ...

    @property
    def thread_id(self) -> str:
        """The conversation it belongs to."""
        ...

    earlier: tuple[Turn, ...]
    """What was asked and answered in its conversation before it began, oldest first."""

    journal: Journal
    """What it has done and need not do again."""

    @property
    def elapsed(self) -> float:
        """Seconds since it began."""
        ...

    @property
    def spent(self) -> Spending:
        """What it has spent; it is counted up by whoever works for the run."""
        ...

    @property
    def attended(self) -> bool:
        """Whether somebody follows it and can be asked."""
        ...

    @property
    def goes_on(self) -> bool:
        """Whether it began in a process that died."""
        ...

    def emit(self, fact: Fact) -> None:
        """Emit a fact; synchronous, never blocks, never raises."""
        ...

    def void_draft(self) -> None:
        """Before a plan is made: tell that one is not used that was being written when the process died."""
        ...

    def on_decision(self, decide: Decide) -> None:
        """Have decisions on the run's tasks given to `decide`, which raises WrongState where none is wanted."""
        ...


class Program(Protocol):
    """What a run does from beginning to end."""

    async def __call__(self, run: Run, query: Query) -> RunCompleted:
        """Carry it out; the engine emits the terminal fact, from what this returns or raises."""
        ...


class Engine(Protocol):
    """Where runs live, apart from whoever asked for them. Every method that takes an id raises NotFound."""

    async def start(
        self, run_id: str, query: Query, *, thread_id: str, attended: bool = False, asked_by: str | None = None
    ) -> RunStatus:
        """Begin a run, or queue it; gives its status. Raises Overloaded where the queue is full.

        `attended`: somebody follows the run and can be asked. `asked_by`: the caller whose it is, for where it is kept.
        """
        ...

    async def decide(self, run_id: str, task_id: str, decision: Decision) -> TaskRecord:
        """Somebody's word on a task that waits for it; gives the task. Raises WrongState where it waits for none."""
        ...

    async def cancel(self, run_id: str, *, by: str) -> None:
        """Stop a run and all it does; nothing happens to one that has ended."""
        ...

    async def end(self) -> None:
        """Take no more runs, and end those there are: each has emitted its terminal event when this returns."""
        ...

    async def forget(self, run_id: str) -> None:
        """Drop a run that has ended; raises WrongState for one that lives."""
        ...

    def follow(self, run_id: str, *, after: int = 0, live: bool = True) -> AsyncIterator[Sequence[Event]]:
        """The run's events above number `after` until the terminal one, each time all that have come, or some.

        Not `live`: only those that have come so far.
        """
        ...

    async def has_no_more(self, run_id: str, *, after: int) -> bool:
        """Whether the run has ended, and event number `after` is its last, or would come later."""
        ...

    async def ended(self, run_id: str) -> RunReport:
        """Wait for the run's end."""
        ...

    async def report(self, run_id: str) -> RunReport:
        """The run as far as it has come."""
        ...

    async def query(self, run_id: str) -> Query:
        """What was asked; of one that went on from another, without the outcomes that it kept."""
        ...

    async def task(self, run_id: str, task_id: str) -> TaskRecord:
        """One task as far as it has come."""
        ...

    def counts(self) -> RunCounts:
        """How many runs there are here, and how many listen to them."""
        ...

    async def summaries(self) -> Iterator[RunSummary]:
        """Every run there is, newest first, each made when it is asked for."""
        ...


class ResumingEngine(Engine, Protocol):
    """An engine that can go on with runs which another one has begun, and leave its own to another."""

    @property
    def free(self) -> int:
        """How many runs would begin at once."""
        ...

    def go_on(
        self, run_id: str, query: Query, *, thread_id: str, attended: bool, before: Sequence[Event], created_at: str
    ) -> None:
        """Go on with a run that another process began, after the events it has emitted; the queue may be full."""
        ...

    async def leave(self) -> None:
        """Take no more runs, and stop those there are without an end: they go on elsewhere, or at the next start."""
        ...

    def follow_to_keep(self, run_id: str, *, after: int = 0) -> AsyncIterator[Sequence[Event]]:
        """As `follow`, for whoever keeps the events: also those that nobody is told of yet."""
        ...

    def keep(self, run_id: str, number: int) -> None:
        """The run's events up to this number are kept, or are not waited for."""
        ...

    def give_up(self, run_id: str) -> None:
        """Stop a run without an end, and forget it: another process goes on with it."""
        ...
