"""An event: a fact with its number and time, and its form on the wire."""

from dataclasses import dataclass
from functools import cached_property

from pydantic_core import to_json

from agentic_search.events.facts import Fact, TaskCompleted

LARGEST_RESULT = 64 * 1024
"""Bytes of JSON; a larger result is told by its URL."""


@dataclass(frozen=True)
class Event:
    """One fact about one run."""

    seq: int
    """1, 2, 3 … without a hole."""
    run_id: str
    at: float
    """Seconds since the run began."""
    fact: Fact

    @cached_property
    def wire(self) -> bytes:
        """The event as JSON, as listeners get it; made once for all of them."""
        return to_json(
            {
                "seq": self.seq,
                "run_id": self.run_id,
                "at": round(self.at, 4),
                "type": self.fact.kind,
                "message": self.fact.message,
                "data": self._data(),
            }
        )

    def _data(self) -> dict[str, object]:
        data = self.fact.model_dump(mode="json", exclude={"kind"})
        if isinstance(self.fact, TaskCompleted) and len(to_json(self.fact.result)) > LARGEST_RESULT:
            del data["result"]
            data["result_url"] = f"/runs/{self.run_id}/tasks/{self.fact.id}"
        return data
