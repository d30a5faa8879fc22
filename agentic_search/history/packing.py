"""The compressed form of events, reports and turns; large results of tools stand apart, by what is in them."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, cast

from pydantic import ConfigDict, JsonValue, TypeAdapter
from pydantic_core import from_json, to_jsonable_python

from agentic_search.domain.answer import Turn
from agentic_search.domain.outcome import ToolResult
from agentic_search.domain.query import ContinuedQuery, ConversationQuery, Query, StandingQuery
from agentic_search.domain.run import RunReport
from agentic_search.events.event import Event
from agentic_search.events.facts import Fact, TaskCompleted
from agentic_search.plain_json import json_bytes

APART = 2_048
"""Bytes of JSON; what of a tool's result is larger stands apart."""
_FAST = 1
"""zlib's level."""

_TIMED: TypeAdapter[list[tuple[float, Fact]]] = TypeAdapter(
    list[tuple[float, Fact]], config=ConfigDict(defer_build=True)
)

_ASKED: TypeAdapter[ContinuedQuery | StandingQuery | ConversationQuery | Query] = TypeAdapter(
    ContinuedQuery | StandingQuery | ConversationQuery | Query, config=ConfigDict(defer_build=True)
)


@dataclass(slots=True)
class ResultsApart:
    """The large results of one run, packed once each, by their hashes."""

    packed: dict[bytes, bytes] = field(default_factory=dict[bytes, bytes])
    _seen: dict[str, tuple[object, bytes | None]] = field(default_factory=dict[str, "tuple[object, bytes | None]"])
    """By a task's id its result, and the hash that stands for it; none for a small one."""

    def put(self, task_id: str, result: JsonValue, content: Sequence[Any]) -> bytes | None:
        """The hash that stands for a task's result, or none where it is small."""
        before, known = self._seen.get(task_id, (None, None))
        if before is not None and before is result:  # the report has what the event had: it is not packed again
            return known
        written = json_bytes({"result": result, "content": content})
        found = sha256(written).digest() if len(written) > APART else None
        if found is not None:
            self.packed[found] = zlib.compress(written, _FAST)
        self._seen[task_id] = (result, found)
        return found

    def hash_of(self, result: JsonValue) -> bytes | None:
        """The hash that stands for this very result, where it was put."""
        return next((found for before, found in self._seen.values() if before is not None and before is result), None)


def pack_events(events: Sequence[Event], apart: ResultsApart) -> bytes:
    """Events in order, without their large results."""
    kept: list[tuple[float, Fact]] = []
    hashes: dict[str, str] = {}
    for index, event in enumerate(events):
        fact = event.fact
        if isinstance(fact, TaskCompleted) and (found := apart.put(fact.id, fact.result, fact.content)):
            hashes[str(index)] = found.hex()
            fact = fact.model_copy(update={"result": None, "content": ()})
        kept.append((event.at, fact))
    return _pack({"events": _TIMED.dump_python(kept, mode="json"), "results": hashes})


def pack_report(report: RunReport, apart: ResultsApart) -> bytes:
    """A report without its large results."""
    hashes: dict[str, str] = {}
    tasks = list(report.tasks)
    for index, task in enumerate(tasks):
        if found := apart.put(task.id, task.result, task.content):
            hashes[str(index)] = found.hex()
            tasks[index] = task.model_copy(update={"result": None, "content": ()})
    plain = report.model_copy(update={"tasks": tuple(tasks)}).model_dump(mode="json", by_alias=False)
    return _pack({"report": plain, "results": hashes})


def pack_step(step: object, apart: ResultsApart) -> bytes:
    """What a step gave; a large result of a tool as a hash, where the event of its task was packed before."""
    found = apart.hash_of(step.value) if isinstance(step, ToolResult) else None
    if isinstance(step, ToolResult) and found is not None:
        step = step.model_copy(update={"value": None, "blocks": ()})
    results = {"0": found.hex()} if found is not None else {}
    return _pack({"step": to_jsonable_python(step, by_alias=False), "results": results})


def pack_query(query: Query) -> bytes:
    """What was asked; of what went on from another run, without the outcomes that it kept."""
    if isinstance(query, ContinuedQuery):
        query = query.model_copy(update={"kept": {}, "done": {}})
    return _pack(query.model_dump(mode="json", by_alias=False))


def unpack_query(packed: bytes) -> Query:
    """What was asked; one of another version's form raises ValueError."""
    return _ASKED.validate_python(_unpack(packed))


def pack_turn(turn: Turn) -> bytes:
    """A turn."""
    return _pack(turn.model_dump(mode="json"))


class Unpacked:
    """What was packed, once its large results are there; what is of another version's form raises ValueError."""

    def __init__(self, packed: bytes) -> None:
        self._plain: dict[str, Any] = _unpack(packed)
        self.hashes = {int(index): bytes.fromhex(text) for index, text in self._plain["results"].items()}
        """The results that stand apart, by the event's or task's number here."""

    def events(self, run_id: str, first: int, results: Mapping[bytes, bytes]) -> list[Event]:
        """The events, numbered from `first`; `results` are packed."""
        timed = self._plain["events"]
        for index, found in self.hashes.items():
            timed[index][1] |= _unpack(results[found])
        facts = _TIMED.validate_python(timed)
        return [Event(seq, run_id, at, fact) for seq, (at, fact) in enumerate(facts, start=first)]

    def step(self, results: Mapping[bytes, bytes]) -> JsonValue:
        """What the step gave; `results` are packed."""
        step = self._plain["step"]
        for found in self.hashes.values():
            apart = _unpack(results[found])
            step |= {"value": apart["result"], "blocks": apart["content"]}
        return step

    def report(self, results: Mapping[bytes, bytes]) -> RunReport:
        """The report; `results` are packed, and left out where there are none."""
        plain = self._plain["report"]
        for index, found in self.hashes.items() if results else ():
            plain["tasks"][index] |= _unpack(results[found])
        return RunReport.model_validate(plain)


def unpack_turn(packed: bytes) -> Turn:
    """A turn that was packed."""
    return Turn.model_validate(_unpack(packed))


def _pack(value: object) -> bytes:
    return zlib.compress(json_bytes(value), _FAST)


def _unpack(packed: bytes) -> dict[str, Any]:
    try:
        return cast("dict[str, Any]", from_json(zlib.decompress(packed)))
    except zlib.error as error:
        raise ValueError(f"what was packed is damaged: {error}") from error
