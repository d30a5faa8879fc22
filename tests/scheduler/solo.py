"""One run alone on a floor: stimuli flow in, and what the run is to do; offers are granted as its places allow."""

from agentic_search.domain.outcome import Outcome
from agentic_search.scheduler.admission.admission import Floor, Place
from agentic_search.scheduler.machine import Machine
from agentic_search.scheduler.messages import (
    CallCompleted,
    CallFailed,
    CallGranted,
    CallId,
    CancelCall,
    Instruction,
    OfferCall,
    Stimulus,
    WithdrawCall,
)


class Solo:
    """A machine that is given its grants; it is told the rest, and answers, as a machine is and does."""

    def __init__(self, machine: Machine, *, max_concurrent: int = 100) -> None:
        self.machine = machine
        self._floor = Floor()
        self._floor.enter(self, max_concurrent=max_concurrent)
        self._held: dict[CallId, Place] = {}

    @property
    def finished(self) -> bool:
        """As the machine's."""
        return self.machine.finished

    @property
    def outcomes(self) -> dict[str, Outcome]:
        """As the machine's."""
        return self.machine.outcomes

    @property
    def next_due(self) -> float | None:
        """As the machine's."""
        return self.machine.next_due

    def handle(self, stimulus: Stimulus, now: float) -> list[Instruction]:
        """What the machine says, with the starts of what was granted in place of its offers."""
        told = self._obey(self.machine.handle(stimulus, now), now)
        if isinstance(stimulus, CallCompleted | CallFailed):
            self._give_back(stimulus.call)
        while place := self._floor.next_grant(now):
            self._held[place.call] = place
            told += self._obey(self.machine.handle(CallGranted(place.call), now), now)
        return told

    def _obey(self, instructions: list[Instruction], now: float) -> list[Instruction]:
        others: list[Instruction] = []
        for each in instructions:
            match each:
                case OfferCall():
                    self._floor.offer(self, each.call, each.rank, tool=None, now=now)
                case WithdrawCall():
                    self._floor.withdraw(self, each.call)
                case CancelCall():
                    self._give_back(each.call)
                    others.append(each)
                case _:
                    others.append(each)
        return others

    def _give_back(self, call: CallId) -> None:
        if place := self._held.pop(call, None):
            self._floor.give_back(place)
