"""Reads a run's stream as strictly as a browser does, and holds it against the run's report."""

import json
from itertools import pairwise
from typing import Any, NoReturn

import httpx
from pydantic import TypeAdapter

from agentic_search.api.schemas import EventMessage
from agentic_search.domain.run import RunReport

TERMINAL = {"run.completed", "run.failed", "run.cancelled"}
_TASK_ENDS = {"task.completed": "completed", "task.failed": "failed", "task.skipped": "skipped"}
_MESSAGE = TypeAdapter(EventMessage)
_REPORT = TypeAdapter(RunReport)


def strict_json(text: bytes | str) -> Any:
    """The JSON value; raises ValueError also for NaN, for Infinity, and for half of a surrogate pair."""
    value = json.loads(text, parse_constant=_no_json)
    json.dumps(value, ensure_ascii=False).encode()
    return value


def _no_json(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


async def events_of(response: httpx.Response) -> list[EventMessage]:
    """All events of a stream, each checked by itself, to the stream's end."""
    found: list[EventMessage] = []
    body = (await response.aread()).decode()
    for block in filter(None, body.split("\n\n")):
        lines = [line for line in block.split("\n") if not line.startswith(":")]
        if not lines:
            continue
        fields = dict(line.split(": ", 1) for line in lines)
        assert fields.keys() == {"id", "event", "data"}, block[:500]
        event = _MESSAGE.validate_python(strict_json(fields["data"]))
        assert (fields["id"], fields["event"]) == (str(event.seq), event.type)
        found.append(event)
    return found


def check_run(events: list[EventMessage]) -> str:
    """One run, numbered without holes, with one end, which is last; the run's id."""
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert len({event.run_id for event in events}) == 1
    assert [event.type for event in events if event.type in TERMINAL] == [events[-1].type]
    assert all(one.at <= other.at for one, other in pairwise(events))
    return events[0].run_id


def check_report(report: Any, events: list[EventMessage]) -> None:
    """The report says what the events said."""
    _REPORT.validate_python(report)
    # The page makes these steps itself, of the whole result.
    steps = [step for step in report["thinking_steps"] if not step.startswith("📊 Full Result: ")]
    assert "\n".join(steps) == "\n".join(event.message for event in events if event.message)
    assert report["status"] == events[-1].data["status"]
    assert report["timings"] == events[-1].data["timings"]
    assert report["usage"] == events[-1].data["usage"]
    ends = {str(event.data["id"]): event for event in events if event.type in _TASK_ENDS}
    for task in report["tasks"]:
        if end := ends.get(task["id"]):
            assert task["status"] == _TASK_ENDS[end.type]
            if "result" in end.data:
                assert task["result"] == end.data["result"]
        else:
            assert task["status"] == "cancelled", task
    answers = [event.data["answer"] for event in events if event.type == "answer.completed"]
    assert report["answer"] == (answers[-1] if answers else None)
