"""A run as a chat completion: whole, or as chunks, folded from its events."""

from collections.abc import Iterator
from datetime import datetime

from agentic_search.api.problems import problem
from agentic_search.api.protocols.answer_text import STOPPED, AnswerText, citations, source_list
from agentic_search.api.protocols.openai.errors import error_body
from agentic_search.api.protocols.openai.schemas import Annotation, ChatChoice, ChatCompletion, ChatMessage, ChatUsage
from agentic_search.domain.data import JsonObject
from agentic_search.domain.run import RunReport
from agentic_search.events.event import Event
from agentic_search.events.facts import AnswerCompleted, RunCancelled, RunCompleted, RunFailed


def as_completion(run: RunReport, model: str, *, sources_in_text: bool) -> ChatCompletion:
    """A run that has an answer."""
    answer = run.answer or ""
    message = ChatMessage(
        content=answer + (source_list(run.sources) if sources_in_text else ""),
        reasoning_content="\n".join(run.thinking_steps),
        annotations=tuple(map(Annotation.of, citations(answer, run.sources))),
    )
    return ChatCompletion(
        id=completion_id(run.id),
        created=seconds(run.created_at),
        model=model,
        choices=(ChatChoice(message=message),),
        usage=ChatUsage.of(run.usage),
    )


def completion_id(run_id: str) -> str:
    """The id of a run's completion."""
    return f"chatcmpl-{run_id}"


def seconds(moment: str) -> int:
    """ISO 8601 → seconds since 1970."""
    return int(datetime.fromisoformat(moment).timestamp())


class ChatChunks:
    """Folds a run's events to chunks: thinking steps as reasoning, the answer as content, its sources at the end."""

    def __init__(self, run_id: str, model: str, created: int, *, include_usage: bool, sources_in_text: bool) -> None:
        self._head: JsonObject = {
            "id": completion_id(run_id),
            "object": "chat.completion.chunk",
            "created": created,
            "model": model,
        }
        self._include_usage = include_usage
        self._sources_in_text = sources_in_text
        self._answer = AnswerText()
        self._begun = False

    def of(self, event: Event) -> Iterator[JsonObject]:
        """What an event adds; events are given in order, from the first."""
        if not self._begun:
            self._begun = True
            yield self._chunk({"role": "assistant", "content": ""})
        if event.fact.steps:
            yield self._chunk({"reasoning_content": "".join(f"{step}\n" for step in event.fact.steps)})
        if more := self._answer.more(event.fact):
            yield self._chunk({"content": more})
        match event.fact:
            case AnswerCompleted():
                yield from self._sources(event.fact)
            case RunCompleted():
                yield self._chunk({}, finish_reason="stop")
                if self._include_usage:
                    yield {**self._head, "choices": [], "usage": ChatUsage.of(event.fact.usage).model_dump()}
            case RunFailed():
                yield error_body(problem(502, event.fact.code, event.fact.error)).model_dump()
            case RunCancelled():
                yield error_body(problem(502, "run_cancelled", STOPPED)).model_dump()
            case _:
                pass

    def _sources(self, fact: AnswerCompleted) -> Iterator[JsonObject]:
        if found := self._answer.citations(fact):
            yield self._chunk({"annotations": [Annotation.of(citation).model_dump() for citation in found]})
        if self._sources_in_text and (below := source_list(fact.sources)):
            yield self._chunk({"content": below})

    def _chunk(self, delta: JsonObject, finish_reason: str | None = None) -> JsonObject:
        choice: JsonObject = {"index": 0, "delta": delta, "finish_reason": finish_reason, "logprobs": None}
        return {**self._head, "choices": [choice], **({"usage": None} if self._include_usage else {})}
