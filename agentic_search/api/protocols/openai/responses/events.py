"""Folds a run's events to the events of a response."""

from collections.abc import Iterator
from typing import Literal

from pydantic import BaseModel, JsonValue

from agentic_search.api.protocols.answer_text import STOPPED, AnswerText
from agentic_search.api.protocols.openai.responses.schemas import (
    AnswerItem,
    OutputText,
    ResponseFailure,
    ResponseReport,
    ResponseStatus,
    ResponseUsage,
    StepsItem,
    SummaryText,
    TextCitation,
    answer_item,
    steps_item,
)
from agentic_search.domain.data import JsonObject
from agentic_search.events.event import Event
from agentic_search.events.facts import AnswerCompleted, RunCancelled, RunCompleted, RunFailed, RunQueued

ENDS = frozenset({"response.completed", "response.failed"})
"""Types of a response's last event."""


class ResponseEvents:
    """Thinking steps are the summary of a reasoning item, the answer a message behind it; later steps are left out."""

    def __init__(self, run_id: str, head: ResponseReport) -> None:
        """`head`: the response without its output."""
        self._run_id = run_id
        self._head = head
        self._sent = 0
        self._phase: Literal["new", "queued", "begun", "thinking", "answering"] = "new"
        self._done: list[StepsItem | AnswerItem] = []
        self._steps = ""
        self._answer = AnswerText()
        self._cited: tuple[TextCitation, ...] = ()

    def of(self, event: Event) -> Iterator[JsonObject]:
        """What an event adds; events are given in order, from the first."""
        yield from self._begin(event)
        if event.fact.steps and self._phase in {"begun", "thinking"}:
            yield from self._think("".join(f"{step}\n" for step in event.fact.steps))
        if more := self._answer.more(event.fact):
            yield from self._write(more)
        match event.fact:
            case AnswerCompleted():
                yield from self._cite(event.fact)
            case RunCompleted(usage=usage):
                yield from self._close("completed")
                yield self._state("completed", "completed", usage=ResponseUsage.of(usage))
            case RunFailed(error=error):
                yield from self._close("incomplete")
                yield self._state("failed", "failed", error=ResponseFailure(message=error))
            case RunCancelled():
                yield from self._close("incomplete")
                yield self._state("failed", "cancelled", error=ResponseFailure(message=STOPPED))
            case _:
                pass

    def _begin(self, event: Event) -> Iterator[JsonObject]:
        is_queued = isinstance(event.fact, RunQueued)
        if self._phase == "new":
            yield self._state("created", "queued" if is_queued else "in_progress")
        if is_queued and self._phase == "new":
            self._phase = "queued"
            yield self._state("queued", "queued")
        elif not is_queued and self._phase in {"new", "queued"}:
            self._phase = "begun"
            yield self._state("in_progress", "in_progress")

    def _think(self, text: str) -> Iterator[JsonObject]:
        if self._phase == "begun":
            self._phase = "thinking"
            yield self._event("output_item.added", output_index=0, item=steps_item(self._run_id))
            yield self._of_steps("reasoning_summary_part.added", part=SummaryText(text=""))
        self._steps += text
        yield self._of_steps("reasoning_summary_text.delta", delta=text)

    def _write(self, text: str) -> Iterator[JsonObject]:
        if self._phase != "answering":
            yield from self._end_steps()
            self._phase = "answering"
            item = answer_item(self._run_id, status="in_progress")
            yield self._event("output_item.added", output_index=len(self._done), item=item)
            yield self._of_answer("content_part.added", part=OutputText(text=""))
        yield self._of_answer("output_text.delta", delta=text, logprobs=[])

    def _cite(self, fact: AnswerCompleted) -> Iterator[JsonObject]:
        self._cited = tuple(map(TextCitation.of, self._answer.citations(fact)))
        for index, annotation in enumerate(self._cited):
            yield self._of_answer("output_text.annotation.added", annotation_index=index, annotation=annotation)

    def _close(self, status: Literal["completed", "incomplete"]) -> Iterator[JsonObject]:
        yield from self._end_steps()
        if self._phase != "answering":
            return
        part = OutputText(text=self._answer.text, annotations=self._cited)
        yield self._of_answer("output_text.done", text=part.text, logprobs=[])
        yield self._of_answer("content_part.done", part=part)
        yield self._end_item(answer_item(self._run_id, part, status=status))

    def _end_steps(self) -> Iterator[JsonObject]:
        if self._phase != "thinking":
            return
        self._phase = "begun"
        yield self._of_steps("reasoning_summary_text.done", text=self._steps)
        yield self._of_steps("reasoning_summary_part.done", part=SummaryText(text=self._steps))
        yield self._end_item(steps_item(self._run_id, self._steps))

    def _end_item(self, item: StepsItem | AnswerItem) -> JsonObject:
        self._done.append(item)
        return self._event("output_item.done", output_index=len(self._done) - 1, item=item)

    def _of_steps(self, kind: str, **fields: JsonValue | BaseModel) -> JsonObject:
        return self._event(kind, item_id=f"rs_{self._run_id}", output_index=0, summary_index=0, **fields)

    def _of_answer(self, kind: str, **fields: JsonValue | BaseModel) -> JsonObject:
        index = len(self._done)
        return self._event(kind, item_id=f"msg_{self._run_id}", output_index=index, content_index=0, **fields)

    def _state(self, kind: str, status: ResponseStatus, **fields: BaseModel) -> JsonObject:
        changes = {"status": status, "output": tuple(self._done), **fields}
        return self._event(kind, response=self._head.model_copy(update=changes))

    def _event(self, kind: str, **fields: JsonValue | BaseModel) -> JsonObject:
        plain: JsonObject = {
            name: value.model_dump(mode="json") if isinstance(value, BaseModel) else value
            for name, value in fields.items()
        }
        event: JsonObject = {"type": f"response.{kind}", "sequence_number": self._sent, **plain}
        self._sent += 1
        return event
