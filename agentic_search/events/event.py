"""An event: a fact with its number and time; its form on the wire, and the small form of an ended run's events."""

import pickle
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from pydantic import ConfigDict, TypeAdapter

from agentic_search.events.facts import Fact, SourcesFound, TaskCompleted
from agentic_search.plain_json import json_bytes

LARGEST_RESULT = 64 * 1024
"""Bytes of JSON; of a larger result the event has the URL."""

_OF_NO_INTEREST = {"echo", "fact_of", "facts", "listing"}
"""Of a passage: they only serve its ranking and how an answer shows it."""

_OFTEN_UNSAID = ("content", "note", "searched", "read_as", "kept", "server")
"""Of a completed task: left out where there is nothing to say."""

_TIMED: TypeAdapter[list[tuple[float, Fact]]] = TypeAdapter(
    list[tuple[float, Fact]], config=ConfigDict(defer_build=True)
)
"""Facts and their times, as plain objects: pickled as the models that they are, they take twice as long."""

_FAST = 1
"""zlib's level: what many small facts have in common is found at any."""


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
        return json_bytes(
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
        match self.fact:
            case SourcesFound():
                return self.fact.model_dump(
                    mode="json", exclude={"kind": True, "sources": {"__all__": _OF_NO_INTEREST}}
                )
            case TaskCompleted():
                return self._completed(self.fact)
            case _:
                return self.fact.model_dump(mode="json", exclude={"kind"})

    def _completed(self, fact: TaskCompleted) -> dict[str, object]:
        unsaid = {name for name in _OFTEN_UNSAID if not getattr(fact, name)}
        data = fact.model_dump(mode="json", exclude={"kind", *unsaid})
        if len(json_bytes(fact.result)) + len(json_bytes(fact.content)) > LARGEST_RESULT:
            data.pop("content", None)
            del data["result"]
            data["result_url"] = f"/runs/{self.run_id}/tasks/{fact.id}"
        return data


@dataclass(frozen=True, slots=True)
class PackedEvents:
    """All events of a run that has ended, from the first.

    As objects, the 150 words of an answer take 120 KB, packed 2 KB; hardly one run in a hundred is ever replayed.
    """

    run_id: str
    packed: bytes = field(repr=False)
    size: int
    """Bytes that they take unpacked: about as much as the run's record takes beside them."""

    @classmethod
    def of(cls, run_id: str, events: Iterable[Event]) -> "PackedEvents":
        """Pack a run's events."""
        timed = [(event.at, event.fact) for event in events]
        plain = pickle.dumps(_TIMED.dump_python(timed), pickle.HIGHEST_PROTOCOL)
        return cls(run_id, zlib.compress(plain, _FAST), len(plain))

    def unpack(self) -> list[Event]:
        """Equal events again."""
        timed = _TIMED.validate_python(pickle.loads(zlib.decompress(self.packed)))  # noqa: S301 - packed by `of`
        return [Event(seq, self.run_id, at, fact) for seq, (at, fact) in enumerate(timed, start=1)]
