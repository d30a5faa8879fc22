"""What every fact has."""

from typing import ClassVar

from agentic_search.domain.data import Frozen


class BaseFact(Frozen):
    """One fact; its class says of what kind."""

    terminal: ClassVar[bool] = False

    @property
    def message(self) -> str:
        """The thinking step, for people; empty for none."""
        return ""

    @property
    def steps(self) -> tuple[str, ...]:
        """The thinking steps that a run's JSON has of it."""
        return (self.message,) if self.message else ()
