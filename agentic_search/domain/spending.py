"""What one run has spent so far, on models and in time: kept beside the run, and so known however the run ends."""

from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal, TypeAlias

from agentic_search.domain.receipt.contacts import Contact, Receipt, receipt_of
from agentic_search.domain.run import ProcessUse, RunUsage, Timings, Usage
from agentic_search.process_use import cpu_seconds, peak_memory_bytes

Phase: TypeAlias = Literal["discover", "plan", "execute", "synthesize"]


@dataclass(frozen=True, slots=True)
class ToolSeconds:
    """How long the tool calls of a run took."""

    serial: float = 0.0
    """One after another: the sum."""
    together: float = 0.0
    """As they ran: while at least one was under way."""

    @classmethod
    def of(cls, spans: Iterable[tuple[float, float]]) -> "ToolSeconds":
        """From when each call began and ended."""
        serial = together = until = 0.0
        for began, ended in sorted(spans):
            serial += ended - began
            together += max(0.0, ended - max(began, until))
            until = max(until, ended)
        return cls(serial, together)


class Spending:
    """Counts for one run."""

    def __init__(
        self,
        elapsed: Callable[[], float],
        tool_seconds: Callable[[], ToolSeconds] = ToolSeconds,
        *,
        from_beginning: bool = True,
    ) -> None:
        """`elapsed` gives the seconds since the run began, `tool_seconds` those of its tool calls.

        `from_beginning`: false for a run that began in a process that died.
        """
        self._from_beginning = from_beginning
        self._contacts: dict[tuple[str, str, str], Contact] = {}
        self._elapsed = elapsed
        self._tool_seconds = tool_seconds
        self._cpu_before = cpu_seconds()
        self._seconds: dict[Phase, float] = {}
        self._began: dict[Phase, float] = {}
        """When those that are under way began."""
        self._by_model: dict[str, Usage] = {}

    @contextmanager
    def phase(self, phase: Phase) -> Generator[None]:
        """Add the time that the block takes, however it ends."""
        self._began[phase] = self._elapsed()
        try:
            yield
        finally:
            self._seconds[phase] = self.seconds(phase)
            del self._began[phase]

    def seconds(self, phase: Phase) -> float:
        """Of all its blocks, also of one that is under way."""
        under_way = self._elapsed() - self._began[phase] if phase in self._began else 0.0
        return self._seconds.get(phase, 0.0) + under_way

    def count(self, model: str, usage: Usage) -> None:
        """Add what was asked of a model."""
        self._by_model[model] = usage.plus(self._by_model.get(model, Usage()))

    def contact(self, contact: Contact) -> None:
        """Add what was exchanged with a host, a server, a model."""
        key = (contact.host, contact.server, contact.model)
        before = self._contacts.get(key, contact.model_copy(update={"calls": 0, "sent": 0, "received": 0}))
        self._contacts[key] = before.plus(contact)

    @property
    def receipt(self) -> Receipt:
        """Everything that was contacted so far."""
        return receipt_of(self._contacts.values(), whole=self._from_beginning)

    @property
    def usage(self) -> RunUsage:
        """Of all models together, and of each."""
        return RunUsage.of(self._by_model)

    def begin(self) -> None:
        """The run leaves its queue: what the process took until now is none of its doing."""
        self._cpu_before = cpu_seconds()

    def process(self) -> ProcessUse:
        """What the process took since the run began."""
        return ProcessUse(cpu_seconds=round(cpu_seconds() - self._cpu_before, 4), peak_memory=peak_memory_bytes())

    def timings(self) -> Timings:
        """Where the time went until now."""
        tools = self._tool_seconds()
        seconds = {phase: round(spent, 4) for phase, spent in self._seconds.items()}
        return Timings(
            **seconds,
            total=round(self._elapsed(), 4),
            serial_tools=round(tools.serial, 4),
            tools=round(tools.together, 4),
        )


spending_of_run: ContextVar[Spending | None] = ContextVar("spending_of_run", default=None)
"""Where calls of models are counted that are made in this context: a tool that asks a model knows nothing of runs."""
