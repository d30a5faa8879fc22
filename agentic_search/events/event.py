"""An event: a fact with its number and time; its form on the wire, and the small form of an ended run's events."""

import pickle
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from pydantic import ConfigDict, TypeAdapter

from agentic_search.events.facts import Fact, SourcesFound, TaskCompleted
from agentic_search.plain_json import LARGE, json_bytes, large_json_bytes

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

_OF_A_PASSAGE = 1_000
"""Bytes that a passage takes in memory beside its text."""

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
    def size(self) -> int:
        """Bytes of memory, about, that its results and passages take."""
        match self.fact:
            case TaskCompleted(size=size):
                return size
            case SourcesFound(sources=sources):
                return sum(_OF_A_PASSAGE + len(passage.text) for passage in sources)
            case _:
                return 0

    @property
    def is_large(self) -> bool:
        """Whether its JSON is to be made outside the event loop."""
        return isinstance(self.fact, SourcesFound) and self.size > LARGE and "wire" not in vars(self)

    @cached_property
    def wire(self) -> bytes:
        """The event as JSON, as listeners get it; made once for all of them."""
        written = large_json_bytes if self.size > LARGE else json_bytes
        return written(
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
                sources = [passage.model_dump(exclude=_OF_NO_INTEREST) for passage in self.fact.sources]
                return {"task_id": self.fact.task_id, "sources": sources}
            case TaskCompleted():
                return self._completed(self.fact)
            case _:
                return self.fact.model_dump(mode="json", exclude={"kind"})

    def _completed(self, fact: TaskCompleted) -> dict[str, object]:
        unsaid = {name for name in _OFTEN_UNSAID if not getattr(fact, name)}
        is_large = fact.size > LARGEST_RESULT
        if is_large or len(json_bytes(fact.result)) + len(json_bytes(fact.content)) > LARGEST_RESULT:
            data = fact.model_dump(mode="json", exclude={"kind", "result", "content", *unsaid})
            return {**data, "result_url": f"/runs/{self.run_id}/tasks/{fact.id}"}
        return fact.model_dump(mode="json", exclude={"kind", *unsaid})


@dataclass(frozen=True, slots=True)
class PackedEvents:
    """All events of a run that has ended, from the first.

    As objects, the 150 words of an answer take 120 KB, packed 2 KB; hardly one run in a hundred is ever replayed.
    Large results and passages stay as they are: the run's record has most of them too, and to pack them takes long.
    """

    run_id: str
    packed: bytes = field(repr=False)
    unpacked: Mapping[int, tuple[float, Fact]] = field(repr=False)
    """The time and the fact of each large event, by its number."""
    size: int
    """Bytes that they take unpacked: about as much as the run's record takes beside them."""

    @classmethod
    def of(cls, run_id: str, events: Sequence[Event]) -> "PackedEvents":
        """Pack a run's events."""
        large = [event for event in events if event.size > LARGEST_RESULT]
        unpacked = {event.seq: (event.at, event.fact) for event in large}
        timed = [(event.at, event.fact) for event in events if event.seq not in unpacked]
        plain = pickle.dumps(_TIMED.dump_python(timed), pickle.HIGHEST_PROTOCOL)
        size = len(plain) + sum(event.size for event in large)
        return cls(run_id, zlib.compress(plain, _FAST), unpacked, size)

    def unpack(self) -> list[Event]:
        """Equal events again."""
        timed = _TIMED.validate_python(pickle.loads(zlib.decompress(self.packed)))  # noqa: S301 - packed by `of`
        small, count = iter(timed), len(timed) + len(self.unpacked)
        in_order = ((seq, self.unpacked.get(seq) or next(small)) for seq in range(1, count + 1))
        return [Event(seq, self.run_id, at, fact) for seq, (at, fact) in in_order]
