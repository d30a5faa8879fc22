"""Folds a run's events to those of AG-UI: steps, reasoning, tool calls, text, state, and how the run finished."""

from collections.abc import Iterable, Iterator, Sequence

from agentic_search.api.protocols.ag_ui.request import Paused
from agentic_search.api.protocols.ag_ui.state import SharedState
from agentic_search.api.protocols.answer_text import AnswerText
from agentic_search.domain.data import JsonObject
from agentic_search.domain.run import RunUsage
from agentic_search.events.event import LARGEST_RESULT, Event
from agentic_search.events.facts import (
    AnswerCompleted,
    ApprovalDenied,
    ApprovalGiven,
    ApprovalNeeded,
    Fact,
    RunCancelled,
    RunCompleted,
    RunFailed,
    TaskCompleted,
    TaskFailed,
    TaskSkipped,
    TaskStarted,
)
from agentic_search.plain_json import json_bytes

PROTOCOL = "1.0"
_APPROVAL: JsonObject = {
    "type": "object",
    "properties": {"approved": {"type": "boolean"}, "always": {"type": "boolean"}},
    "required": ["approved"],
}
_STEPS: dict[str, str | None] = {
    "run.started": "discover_tools",
    "tools.discovered": None,
    "plan.started": "plan",
    "plan.ready": None,
    "execution.started": "execute_all_parallel",
    "execution.completed": None,
    "answer.started": "synthesize",
}
"""The graph's node that begins with a fact of this kind; None: one has ended."""


class AgentEvents:
    """One fold of a run; a client that comes back with answers is given what comes after those it was told."""

    def __init__(self, run_id: str, *, thread_id: str, as_run: str) -> None:
        """`as_run`: the client's name for the run."""
        self._run_id = run_id
        self._names: JsonObject = {"threadId": thread_id, "runId": as_run}
        self._state = SharedState(run_id)
        self._answer = AnswerText()
        self._step: str | None = None
        self._thinks = False
        self._writes = False
        self._spans = 0
        self._called: set[str] = set()
        self._waiting: dict[str, ApprovalNeeded] = {}
        self.interrupted = False
        """The client was told that the run waits for it."""

    def begin(self, answered: Iterable[str] = ()) -> Iterator[JsonObject]:
        """What comes before all events of the run; the client has answered for the tasks with these ids."""
        for task_id in answered:  # though what they are told of that may come later
            self._waiting.pop(task_id, None)
        yield {"type": "RUN_STARTED", **self._names, "protocolVersion": PROTOCOL}
        yield {"type": "STATE_SNAPSHOT", "snapshot": self._state.snapshot()}

    def pass_over(self, event: Event) -> None:
        """An event that the client was told before it was asked."""
        for _ in self.of(event):
            pass
        for _ in self._close():
            pass

    def of(self, event: Event) -> Iterator[JsonObject]:
        """What an event adds."""
        fact = event.fact
        yield from self._turn_to(fact)
        if fact.steps and not self._writes:
            yield from self._think("".join(f"{step}\n" for step in fact.steps))
        yield from self._call(fact)
        if more := self._answer.more(fact):
            yield from self._write(more)
        if isinstance(fact, AnswerCompleted):
            yield from self._end_text()
        if changes := self._state.changes(fact):
            yield {"type": "STATE_DELTA", "delta": [*changes]}
        self._note_waiting(fact)
        if fact.terminal:
            yield from self._close()
            yield self._end(fact)

    def pause(self, seq: int) -> Iterator[JsonObject]:
        """After all events that have come, up to number `seq`: where tasks wait for the client, the run finishes."""
        if self._waiting:
            self.interrupted = True
            yield from self._close()
            outcome: JsonObject = {"type": "interrupt", "interrupts": [*map(self._interrupt, self._asked(seq))]}
            yield {"type": "RUN_FINISHED", **self._names, "outcome": outcome}

    def _asked(self, seq: int) -> Iterator[tuple[Paused, ApprovalNeeded]]:
        for task_id, needed in self._waiting.items():
            yield Paused(self._run_id, seq, task_id), needed

    def _interrupt(self, asked: tuple[Paused, ApprovalNeeded]) -> JsonObject:
        paused, needed = asked
        answer: JsonObject = {"type": "object", "properties": {"answer": needed.answer_schema or {"type": "object"}}}
        more: JsonObject = {"url": needed.url} if needed.url else {}
        return {
            "id": str(paused),
            "reason": "input_required" if needed.question is not None else "tool_approval",
            "message": needed.message,
            "toolCallId": self._call_id(needed.id),
            "responseSchema": answer if needed.question is not None else _APPROVAL,
            "metadata": {"tool": needed.tool, "server": needed.server, "why": needed.why, **more},
        }

    def _note_waiting(self, fact: Fact) -> None:
        match fact:
            case ApprovalNeeded():
                self._waiting[fact.id] = fact
            case ApprovalGiven() | ApprovalDenied() | TaskCompleted() | TaskFailed() | TaskSkipped():
                self._waiting.pop(fact.id, None)
            case _:
                if fact.terminal:
                    self._waiting.clear()

    def _turn_to(self, fact: Fact) -> Iterator[JsonObject]:
        if fact.kind in _STEPS:
            yield from self._end_step()
            if (step := _STEPS[fact.kind]) is not None:
                self._step = step
                yield {"type": "STEP_STARTED", "stepName": step}

    def _end_step(self) -> Iterator[JsonObject]:
        if self._step is not None:
            yield {"type": "STEP_FINISHED", "stepName": self._step}
            self._step = None

    def _think(self, text: str) -> Iterator[JsonObject]:
        if not self._thinks:
            self._thinks = True
            self._spans += 1
            yield {"type": "REASONING_START", "messageId": self._thought}
            yield {"type": "REASONING_MESSAGE_START", "messageId": self._thought, "role": "reasoning"}
        yield {"type": "REASONING_MESSAGE_CONTENT", "messageId": self._thought, "delta": text}

    def _end_thoughts(self) -> Iterator[JsonObject]:
        if self._thinks:
            self._thinks = False
            yield {"type": "REASONING_MESSAGE_END", "messageId": self._thought}
            yield {"type": "REASONING_END", "messageId": self._thought}

    @property
    def _thought(self) -> str:
        return f"thoughts-{self._run_id}-{self._spans}"

    def _call(self, fact: Fact) -> Iterator[JsonObject]:
        match fact:
            case TaskStarted() | ApprovalNeeded():
                yield from self._begin_call(fact.id, fact.tool, fact.arguments)
            case TaskCompleted():
                yield from self._begin_call(fact.id, fact.tool, {})
                yield self._result(fact.id, self._shown(fact))
            case TaskFailed():
                yield from self._begin_call(fact.id, fact.tool, {})
                yield self._result(fact.id, f"Failed: {fact.error}")
            case TaskSkipped() if fact.id in self._called:
                yield self._result(fact.id, f"Skipped: {fact.because}")
            case _:
                pass

    def _begin_call(self, task_id: str, tool: str, arguments: JsonObject) -> Iterator[JsonObject]:
        if task_id in self._called:
            return
        self._called.add(task_id)
        call = {"toolCallId": self._call_id(task_id)}
        yield {"type": "TOOL_CALL_START", **call, "toolCallName": tool}
        yield {"type": "TOOL_CALL_ARGS", **call, "delta": json_bytes(arguments).decode()}
        yield {"type": "TOOL_CALL_END", **call}

    def _result(self, task_id: str, content: str) -> JsonObject:
        call_id = self._call_id(task_id)
        return {
            "type": "TOOL_CALL_RESULT",
            "messageId": f"{call_id}-result",
            "toolCallId": call_id,
            "content": content,
            "role": "tool",
        }

    def _shown(self, fact: TaskCompleted) -> str:
        written = b"" if fact.size > LARGEST_RESULT else json_bytes(fact.result)
        if not written or len(written) > LARGEST_RESULT:
            written = json_bytes({"result_url": f"/runs/{self._run_id}/tasks/{fact.id}"})
        return written.decode()

    def _call_id(self, task_id: str) -> str:
        return f"{self._run_id}-{task_id}"

    def _write(self, text: str) -> Iterator[JsonObject]:
        message = {"messageId": self._run_id}
        if not self._writes:
            yield from self._end_thoughts()
            self._writes = True
            yield {"type": "TEXT_MESSAGE_START", **message, "role": "assistant"}
        yield {"type": "TEXT_MESSAGE_CONTENT", **message, "delta": text}

    def _end_text(self) -> Iterator[JsonObject]:
        if self._writes:
            self._writes = False
            yield {"type": "TEXT_MESSAGE_END", "messageId": self._run_id}

    def _close(self) -> Iterator[JsonObject]:
        """End all that is open: a run finishes with nothing under way."""
        yield from self._end_text()
        yield from self._end_thoughts()
        yield from self._end_step()

    def _end(self, fact: Fact) -> JsonObject:
        match fact:
            case RunFailed():
                return {"type": "RUN_ERROR", "message": fact.error, "code": fact.code, "usage": [*_usage(fact.usage)]}
            case RunCancelled():
                return {"type": "RUN_FINISHED", **self._names, "outcome": {"type": "cancelled"}}
            case RunCompleted():
                result: JsonObject = {"run_id": self._run_id, "status": fact.status}
                done: JsonObject = {"result": result, "outcome": {"type": "success"}, "usage": [*_usage(fact.usage)]}
                return {"type": "RUN_FINISHED", **self._names, **done}
            case _:
                raise AssertionError(f"{fact.kind} ends no run")


def _usage(usage: RunUsage) -> Sequence[JsonObject]:
    return [
        {
            "model": name,
            "inputTokens": of.prompt_tokens,
            "outputTokens": of.completion_tokens,
            "totalTokens": of.prompt_tokens + of.completion_tokens,
        }
        for name, of in usage.by_model.items()
    ]
