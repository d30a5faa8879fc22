"""Replays a recorded run (GET /runs/{id}/replay), or a changed plan, against the results that were recorded.

Nothing is called: a call that was not recorded fails its task and says so. See docs/api.md.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from agentic_search.clock import SystemClock
from agentic_search.domain.data import JsonObject
from agentic_search.domain.outcome import OnProgress, Outcome, ToolResult
from agentic_search.domain.plan import Plan
from agentic_search.domain.tool import Tool
from agentic_search.errors import ToolFailed
from agentic_search.events.facts import Fact
from agentic_search.runs.replay import RecordedCall, Recording
from agentic_search.scheduler.runner import Runner
from agentic_search.synthesis.evidence.writer_input import make_writer_input
from agentic_search.synthesis.writing.extractive_writer import ExtractiveWriter

_AT_ONCE = 16


def read_recording(path: Path) -> Recording:
    """The recording in a file; raises OSError or pydantic's ValidationError."""
    return Recording.model_validate_json(path.read_bytes())


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay gave."""

    outcomes: Mapping[str, Outcome]
    """By task id, in the plan's order."""
    answer: str
    """Of quotations, for no model is asked: Markdown with marks [n]."""

    @property
    def statuses(self) -> dict[str, str]:
        """How each task ended, by its id: to be compared with the recording's."""
        return {task_id: outcome.status for task_id, outcome in self.outcomes.items()}


async def replay(recording: Recording, plan: Plan | None = None) -> Replayed:
    """Run the recorded plan, or another one, by the service's own scheduler, each call answered from the recording."""
    plan, clock = plan or recording.plan, SystemClock()
    began = clock.now()
    answers = _Answers(recording.calls)
    tools = [_tool(name) for name in dict.fromkeys(task.tool for task in plan.tasks)]
    runner = Runner(
        answers.call,
        _emit_nothing,
        clock=clock,
        elapsed=lambda: clock.now() - began,
        max_concurrent=_AT_ONCE,
        tools={tool.name: tool for tool in tools},
    )
    async with runner:
        outcomes = await runner.finish(plan, inputs=recording.inputs)
    written = await ExtractiveWriter().write(make_writer_input(recording.query, plan, outcomes), _emit_nothing)
    return Replayed(outcomes, written.answer.text)


def _emit_nothing(fact: Fact) -> None:
    """Nobody follows a replay."""


def _tool(name: str) -> Tool:
    """It may be left without any argument, as every tool may that only answers from a recording."""
    return Tool(name=name, remote_name=name, server="recording", description="", input_schema={"type": "object"})


class _Answers:
    """Answers calls from a recording: equal calls one after another, the last of them again and again."""

    def __init__(self, calls: Iterable[RecordedCall]) -> None:
        self._by_call: dict[str, list[RecordedCall]] = {}
        for call in calls:
            self._by_call.setdefault(_key(call.tool, call.arguments), []).append(call)

    async def call(
        self, tool: str, arguments: JsonObject, *, planned: Tool | None, timeout: float | None, on_progress: OnProgress
    ) -> ToolResult:
        """The recorded result; raises ToolFailed where it failed then, or where there is none."""
        recorded = self._by_call.get(_key(tool, arguments))
        if recorded is None:
            told = json.dumps(arguments, ensure_ascii=False)
            raise ToolFailed(f"The recording has no call of {tool!r} with the arguments {told}.")
        call = recorded.pop(0) if len(recorded) > 1 else recorded[0]
        if call.error is not None:
            raise ToolFailed(call.error)
        return ToolResult(value=call.result, text="", passages=call.passages)


def _key(tool: str, arguments: JsonObject) -> str:
    return json.dumps([tool, arguments], sort_keys=True)
