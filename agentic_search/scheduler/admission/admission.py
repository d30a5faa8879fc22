"""Which ready call starts, over all runs of the process. No I/O: offers of calls and the time in, grants out.

Each run offers its ready calls. They wait in queues, one a run and tool: whatever holds up the first call of a queue
holds up all of it. A grant compares the first calls of the queues whose run, server and tool all have room, and takes
the best. So no call that could start and is better is passed over, and a call that may not start holds up no other.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from itertools import count
from math import inf
from typing import TypeAlias

from agentic_search.domain.limits import LONGEST_PAUSE, NO_LIMIT, Limit, Rate
from agentic_search.domain.tool import Tool
from agentic_search.scheduler.admission.limits import Limiter
from agentic_search.scheduler.admission.ordered_queue import OrderedQueue, QueueOrder
from agentic_search.scheduler.commands import CallId, CallOrder

LimitOfTool: TypeAlias = Callable[[Tool], Limit | None]


@dataclass(slots=True, eq=False)
class _Queue:
    """The ready calls of one run to one tool."""

    run: Hashable
    tool: Tool | None
    limiters: tuple[Limiter, ...]
    """Of the run, the server and the tool: all must have room."""
    calls: OrderedQueue[CallId] = field(default_factory=OrderedQueue[CallId])
    held_by_rate: bool = False
    """Whether its first call was held up by a rate or a pause, not by want of a slot."""

    def opens_at(self) -> float:
        """The moment from which its first call may start."""
        return max(limiter.opens_at() for limiter in self.limiters)


@dataclass(slots=True, eq=False)
class Slot:
    """What a call that was granted holds, until it is released."""

    run: Hashable
    call: CallId
    tool: Tool | None
    limiters: tuple[Limiter, ...]
    begun: float
    waited: float = 0.0
    """Seconds since the call was ready."""
    held_by_rate: bool = False


@dataclass(frozen=True, slots=True)
class LearntRate:
    """The rate of a server that asked for fewer calls; it holds for as long as the process lives."""

    server: str
    tool: str | None
    """Where the rate is that of one tool."""
    rate: Rate
    wait: float
    """Seconds without any call."""


@dataclass(slots=True)
class _AdmittedRun:
    limiter: Limiter
    batch: bool
    queues: dict[tuple[str, str] | None, _Queue] = field(default_factory=dict[tuple[str, str] | None, _Queue])
    """By server and tool."""
    queue_of: dict[CallId, _Queue] = field(default_factory=dict[CallId, _Queue])


class Admission:
    """The limits of all runs, servers and tools. Every method is synchronous; times are on one clock, in seconds."""

    def __init__(
        self, limit_of_server: Mapping[str, Limit] | None = None, limit_of_tool: LimitOfTool = lambda tool: None
    ) -> None:
        """Limits hold for all runs together; a server or tool without one takes whatever comes."""
        self._limit_of_server = dict(limit_of_server or {})
        self._limit_of_tool = limit_of_tool
        self._runs: dict[Hashable, _AdmittedRun] = {}
        self._servers: dict[str, Limiter] = {}
        self._tools: dict[tuple[str, str], Limiter | None] = {}
        self._waiting: dict[_Queue, None] = {}
        """The queues that are not empty."""
        self._held = 0
        self._numbers = count()

    def __repr__(self) -> str:
        waiting = sum(len(queue.calls) for queue in self._waiting)
        return f"<Admission {len(self._runs)} runs, {waiting} calls wait, {self._held} under way>"

    @property
    def idle(self) -> bool:
        """There is no run and nothing is held."""
        return not (self._runs or self._waiting or self._held)

    @property
    def next_due(self) -> float | None:
        """When a grant has to be asked for although nothing else has happened."""
        moments = (queue.opens_at() for queue in self._waiting)
        return min((moment for moment in moments if moment < inf), default=None)

    def enter(self, run: Hashable, *, max_concurrent: int, batch: bool = False) -> None:
        """A run begins: at most `max_concurrent` of its calls are under way at once. `batch`: nobody waits for it."""
        self._runs[run] = _AdmittedRun(Limiter(Limit(max_concurrent)), batch)

    def leave(self, run: Hashable) -> None:
        """The run has no more offers; what it holds it still has to release."""
        for queue in self._runs.pop(run).queues.values():
            self._waiting.pop(queue, None)

    def offer(self, run: Hashable, call: CallId, order: CallOrder, *, tool: Tool | None, now: float) -> None:
        """A call is ready to start or, offered again, has another order; nothing happens where the run has left.

        Without a tool only the run's limit counts.
        """
        admitted = self._runs.get(run)
        if admitted is None:
            return
        before = admitted.queue_of.get(call)
        queue = before or self._queue(run, admitted, tool)
        since = now if before is None else before.calls.order_of(call).since
        less_urgent, shorter, position, element = order
        number = next(self._numbers)
        queue.calls.put(call, QueueOrder(admitted.batch, less_urgent, shorter, since, position, element, number))
        admitted.queue_of[call] = queue
        self._waiting[queue] = None

    def withdraw(self, run: Hashable, call: CallId) -> None:
        """The call is not to start; nothing happens where it is not offered."""
        admitted = self._runs.get(run)
        queue = admitted.queue_of.pop(call, None) if admitted else None
        if queue is not None:
            queue.calls.discard(call)
            self._forget_if_empty(queue)

    def next_grant(self, now: float) -> Slot | None:
        """The best call that may start now, its slots taken; none where no more may."""
        best, its_order = None, None
        for queue in self._waiting:
            order = queue.calls.first
            if not order or (its_order is not None and order > its_order):
                continue
            if (opens_at := queue.opens_at()) <= now:
                best, its_order = queue, order
            elif opens_at < inf:
                queue.held_by_rate = True
        if best is None or its_order is None:
            return None
        call = best.calls.pop()
        del self._runs[best.run].queue_of[call]
        self._forget_if_empty(best)
        for limiter in best.limiters:
            limiter.take(now)
        self._held += 1
        held_by_rate, best.held_by_rate = best.held_by_rate, False
        return Slot(best.run, call, best.tool, best.limiters, now, now - its_order.since, held_by_rate)

    def release(self, slot: Slot) -> None:
        """A call that was granted has ended, or was not made after all."""
        self._held -= 1
        for limiter in slot.limiters:
            limiter.release()

    def turned_away(self, slot: Slot, retry_after: float | None, now: float) -> LearntRate | None:
        """A server had too many calls for this one; `retry_after` in seconds, where it said when to come again.

        None where that was known: the call began before the rate was lowered because of another.
        """
        tool, pause = slot.tool, min(max(0.0, retry_after or 0.0), LONGEST_PAUSE)
        if tool is None:
            return None
        server, own = self._server(tool.server), self._tool(tool)
        learner = own if own and own.rate and not server.rate else server
        rate = learner.learn(slot.begun, now, pause)
        return None if rate is None else LearntRate(tool.server, tool.name if learner is own else None, rate, pause)

    def slow_down(self, server: str, rate: Rate | None, pause: float, now: float) -> None:
        """Another process met a server that asks for fewer calls: pause so many seconds, and call no more often."""
        self._server(server).slow_down(rate, now, pause)

    def _forget_if_empty(self, queue: _Queue) -> None:
        if not queue.calls:
            self._waiting.pop(queue, None)

    def _queue(self, run: Hashable, admitted: _AdmittedRun, tool: Tool | None) -> _Queue:
        key = None if tool is None else (tool.server, tool.name)
        if key not in admitted.queues:
            shared = () if tool is None else filter(None, (self._server(tool.server), self._tool(tool)))
            admitted.queues[key] = _Queue(run, tool, (admitted.limiter, *shared))
        return admitted.queues[key]

    def _server(self, server: str) -> Limiter:
        if server not in self._servers:
            self._servers[server] = Limiter(self._limit_of_server.get(server, NO_LIMIT))
        return self._servers[server]

    def _tool(self, tool: Tool) -> Limiter | None:
        key = (tool.server, tool.remote_name)
        if key not in self._tools:
            limit = self._limit_of_tool(tool)
            self._tools[key] = Limiter(limit) if limit else None
        return self._tools[key]
