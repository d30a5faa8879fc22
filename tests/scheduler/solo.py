"""One run alone in an admission: inputs flow in, commands flow out; offers are granted as its slots allow."""

from agentic_search.domain.outcome import Outcome
from agentic_search.scheduler.admission.admission import Admission, Slot
from agentic_search.scheduler.commands import (
    CallCompleted,
    CallFailed,
    CallGranted,
    CallId,
    CancelCall,
    Command,
    MachineInput,
    OfferCall,
    WithdrawCall,
)
from agentic_search.scheduler.machine import Machine


class Solo:
    """A machine that is given its grants; it takes the other inputs and gives commands as a machine does."""

    def __init__(self, machine: Machine, *, max_concurrent: int = 100) -> None:
        self.machine = machine
        self._admission = Admission()
        self._admission.enter(self, max_concurrent=max_concurrent)
        self._held: dict[CallId, Slot] = {}

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

    def handle(self, machine_input: MachineInput, now: float) -> list[Command]:
        """The machine's commands, with the starts of what was granted in place of its offers."""
        commands = self._obey(self.machine.handle(machine_input, now), now)
        if isinstance(machine_input, CallCompleted | CallFailed):
            self._release(machine_input.call)
        while slot := self._admission.next_grant(now):
            self._held[slot.call] = slot
            commands += self._obey(self.machine.handle(CallGranted(slot.call), now), now)
        return commands

    def _obey(self, commands: list[Command], now: float) -> list[Command]:
        others: list[Command] = []
        for each in commands:
            match each:
                case OfferCall():
                    self._admission.offer(self, each.call, each.order, tool=None, now=now)
                case WithdrawCall():
                    self._admission.withdraw(self, each.call)
                case CancelCall():
                    self._release(each.call)
                    others.append(each)
                case _:
                    others.append(each)
        return others

    def _release(self, call: CallId) -> None:
        if slot := self._held.pop(call, None):
            self._admission.release(slot)
