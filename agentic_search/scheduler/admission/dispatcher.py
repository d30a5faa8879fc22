"""Shares one admission among the runs of a process: one loop takes the calls that it grants and has them started."""

from collections.abc import Callable
from typing import Protocol, cast

from agentic_search.clock import Clock
from agentic_search.domain.limits import Rate
from agentic_search.domain.tool import Tool
from agentic_search.metrics.tallies import Waits
from agentic_search.scheduler.admission.admission import Admission, LearntRate, Slot
from agentic_search.scheduler.commands import CallId, OfferCall


class DispatchedRun(Protocol):
    """A run, as the dispatcher sees it."""

    def start(self, slot: Slot) -> bool:
        """Start the call that was granted; it releases the slot when it ends. False: it is not wanted any more."""
        ...

    def wake_at(self, due: float) -> None:
        """Have `start_ready` called at this moment of the clock."""
        ...


class Dispatcher:
    """Starts calls as admission grants them; the run that is here longest wakes it when time has to pass."""

    def __init__(self, clock: Clock, admission: Admission | None = None, waits: Waits | None = None) -> None:
        """Without an admission there are no limits but those of the runs. `waits` of calls are noted there."""
        self.waits = waits or Waits()
        self._clock = clock
        self._admission = admission or Admission()
        self._runs: dict[DispatchedRun, None] = {}
        self.on_learnt: Callable[[str, Rate], None] = lambda server, rate: None
        """Told the rate of a server that was learnt here; synchronous."""

    def __repr__(self) -> str:
        return f"<Dispatcher of {self._admission}>"

    def enter(self, run: DispatchedRun, *, max_concurrent: int, batch: bool) -> None:
        """A run begins."""
        self._runs[run] = None
        self._admission.enter(run, max_concurrent=max_concurrent, batch=batch)

    def leave(self, run: DispatchedRun) -> None:
        """It offers nothing any more; the slots of calls that are being cancelled come back one by one."""
        del self._runs[run]
        self._admission.leave(run)
        self.start_ready()

    def offer(self, run: DispatchedRun, offer: OfferCall, tool: Tool | None) -> None:
        """A call is ready; `start_ready` has it started when it may."""
        self._admission.offer(run, offer.call, offer.order, tool=tool, now=self._clock.now())

    def withdraw(self, run: DispatchedRun, call: CallId) -> None:
        """It is not to start."""
        self._admission.withdraw(run, call)

    def release(self, slot: Slot) -> None:
        """A call has ended: its slot goes to the best that waits."""
        self._admission.release(slot)
        self.start_ready()

    def turned_away(self, slot: Slot, retry_after: float | None) -> LearntRate | None:
        """A call met a server that asks for fewer; gives the rate that was learnt, if any."""
        learnt = self._admission.turned_away(slot, retry_after, self._clock.now())
        if learnt is not None and learnt.tool is None:
            self.on_learnt(learnt.server, learnt.rate)
        return learnt

    def slow_down(self, server: str, rate: Rate | None, pause: float) -> None:
        """Another process met a server that asks for fewer calls: the rate that it learnt, and seconds without any."""
        self._admission.slow_down(server, rate, pause, self._clock.now())

    def start_ready(self) -> None:
        """Start whatever may start now."""
        while (slot := self._admission.next_grant(self._clock.now())) is not None:
            run = cast(DispatchedRun, slot.run)  # whoever entered is one; to admission they are only different
            if run.start(slot):
                self.waits.note("rate_limit" if slot.held_by_rate else "call_slot", slot.waited)
            else:
                self._admission.release(slot)
        if self._runs and (due := self._admission.next_due) is not None:
            next(iter(self._runs)).wake_at(due)
