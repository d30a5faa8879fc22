"""What one run has spent so far, on models and in time: kept beside the run, and so known however the run ends."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Literal, TypeAlias

from agentic_search.domain.run import RunUsage, Timings, Usage

Phase: TypeAlias = Literal["discover", "plan", "execute", "synthesize"]


class Spending:
    """Counts for one run."""

    def __init__(self, elapsed: Callable[[], float]) -> None:
        """`elapsed` gives the seconds since the run began."""
        self._elapsed = elapsed
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

    @property
    def usage(self) -> RunUsage:
        """Of all models together, and of each."""
        return RunUsage.of(self._by_model)

    def timings(self, *, serial_tools: float) -> Timings:
        """Where the time went until now; `serial_tools` is what the tool calls would have taken one after another."""
        seconds = {phase: round(spent, 4) for phase, spent in self._seconds.items()}
        return Timings(**seconds, total=round(self._elapsed(), 4), serial_tools=round(serial_tools, 4))


spending_of_run: ContextVar[Spending | None] = ContextVar("spending_of_run", default=None)
"""Where calls of models are counted that are made in this context: a tool that asks a model knows nothing of runs."""
