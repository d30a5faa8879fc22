"""The floor's hands: what runners offer and give back flows in, grants flow to the runners whose calls they are."""

from typing import Protocol, cast

from agentic_search.clock import Clock
from agentic_search.domain.tool import Tool
from agentic_search.scheduler.admission.admission import Floor, LearntRate, Place
from agentic_search.scheduler.messages import CallId, OfferCall


class Participant(Protocol):
    """A run, as the dispatcher sees it."""

    def granted(self, place: Place) -> None:
        """A call may begin now; it, or the call's task when that ends, gives the place back."""
        ...

    def watch(self, due: float) -> None:
        """Have `settle` called at this moment of the clock."""
        ...


class Dispatcher:
    """Shares one floor among the runs of a process; the run that is here longest wakes it when time has to pass."""

    def __init__(self, clock: Clock, floor: Floor | None = None) -> None:
        """Without a floor there are no limits but those of the runs."""
        self._clock = clock
        self._floor = floor or Floor()
        self._present: dict[Participant, None] = {}

    def __repr__(self) -> str:
        return f"<Dispatcher on {self._floor}>"

    def enter(self, run: Participant, *, max_concurrent: int, batch: bool) -> None:
        """A run begins."""
        self._present[run] = None
        self._floor.enter(run, max_concurrent=max_concurrent, batch=batch)

    def leave(self, run: Participant) -> None:
        """It offers nothing any more; the places of calls that are being cancelled come back one by one."""
        del self._present[run]
        self._floor.leave(run)
        self.settle()

    def offer(self, run: Participant, offer: OfferCall, tool: Tool | None) -> None:
        """A call is ready; `settle` has it granted."""
        self._floor.offer(run, offer.call, offer.rank, tool=tool, now=self._clock.now())

    def withdraw(self, run: Participant, call: CallId) -> None:
        """It is not to begin."""
        self._floor.withdraw(run, call)

    def give_back(self, place: Place) -> None:
        """A call has ended: its place goes to the best that waits."""
        self._floor.give_back(place)
        self.settle()

    def turned_away(self, place: Place, retry_after: float | None) -> LearntRate | None:
        """A call met a server that asks for fewer; says what was learnt, if anything."""
        return self._floor.turned_away(place, retry_after, self._clock.now())

    def settle(self) -> None:
        """Grant whatever may begin now."""
        while (place := self._floor.next_grant(self._clock.now())) is not None:
            run = cast(Participant, place.run)  # whoever entered is one; to the floor they are only different
            run.granted(place)
        due = self._floor.next_due
        if due is not None and self._present:
            next(iter(self._present)).watch(due)
