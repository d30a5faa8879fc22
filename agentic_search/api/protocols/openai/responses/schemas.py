"""A response and its parts, as JSON."""

from collections.abc import Mapping
from typing import Literal, TypeAlias

from agentic_search.api.protocols.answer_text import STOPPED, Citation, citations
from agentic_search.api.protocols.openai.schemas import UrlCitation
from agentic_search.domain.data import Frozen
from agentic_search.domain.run import RunReport, RunStatus, Usage

ID = "resp_"
ResponseStatus = Literal["queued", "in_progress", "completed", "failed", "cancelled"]
ItemStatus: TypeAlias = Literal["in_progress", "completed", "incomplete"]
STATUS: dict[RunStatus, ResponseStatus] = {
    "queued": "queued",
    "running": "in_progress",
    "waiting": "in_progress",
    "completed": "completed",
    "partial": "completed",
    "failed": "failed",
    "cancelled": "cancelled",
}


class CachedTokens(Frozen):
    """Not counted."""

    cached_tokens: int = 0
    cache_write_tokens: int = 0


class ReasoningTokens(Frozen):
    """Not counted."""

    reasoning_tokens: int = 0


class ResponseUsage(Frozen):
    """Tokens of all models that the run has asked."""

    input_tokens: int
    input_tokens_details: CachedTokens = CachedTokens()
    output_tokens: int
    output_tokens_details: ReasoningTokens = ReasoningTokens()
    total_tokens: int

    @classmethod
    def of(cls, usage: Usage) -> "ResponseUsage":
        """The same as OpenAI counts it."""
        read, written = usage.prompt_tokens, usage.completion_tokens
        return cls(input_tokens=read, output_tokens=written, total_tokens=read + written)


class TextCitation(UrlCitation):
    """A citation in a response's text."""

    type: Literal["url_citation"] = "url_citation"

    @classmethod
    def of(cls, citation: Citation) -> "TextCitation":
        """The same as responses put it."""
        return cls.model_validate(UrlCitation.of(citation).model_dump())


class OutputText(Frozen):
    """The answer's text."""

    type: Literal["output_text"] = "output_text"
    text: str
    """Markdown with marks [n]."""
    annotations: tuple[TextCitation, ...] = ()
    logprobs: tuple[()] = ()


class AnswerItem(Frozen):
    """The answer."""

    id: str
    type: Literal["message"] = "message"
    role: Literal["assistant"] = "assistant"
    status: ItemStatus
    content: tuple[OutputText, ...]


class SummaryText(Frozen):
    """The thinking steps, a line each."""

    type: Literal["summary_text"] = "summary_text"
    text: str


class StepsItem(Frozen):
    """What the run has done before it answered."""

    id: str
    type: Literal["reasoning"] = "reasoning"
    summary: tuple[SummaryText, ...]


class ResponseFailure(Frozen):
    """Why there is no answer."""

    code: Literal["server_error"] = "server_error"
    message: str


class ResponseReport(Frozen):
    """A run as a response."""

    id: str
    """`resp_` and the run's id."""
    object: Literal["response"] = "response"
    created_at: int
    status: ResponseStatus
    background: bool | None = None
    error: ResponseFailure | None = None
    incomplete_details: None = None
    instructions: str | None = None
    metadata: Mapping[str, str] = {}
    model: str
    output: tuple[StepsItem | AnswerItem, ...] = ()
    parallel_tool_calls: bool = True
    previous_response_id: str | None = None
    store: bool = True
    temperature: None = None
    text: Mapping[str, Mapping[str, str]] = {"format": {"type": "text"}}
    tool_choice: Literal["none"] = "none"
    tools: tuple[()] = ()
    top_p: None = None
    truncation: Literal["disabled"] = "disabled"
    usage: ResponseUsage | None = None


class DeletedResponse(Frozen):
    """A response that was deleted."""

    id: str
    object: Literal["response"] = "response"
    deleted: Literal[True] = True


def steps_item(run_id: str, *texts: str) -> StepsItem:
    """The thinking steps; without a text they have only begun."""
    return StepsItem(id=f"rs_{run_id}", summary=tuple(SummaryText(text=text) for text in texts))


def answer_item(
    run_id: str, *content: OutputText, status: Literal["in_progress", "completed", "incomplete"]
) -> AnswerItem:
    """The answer; without content it has only begun."""
    return AnswerItem(id=f"msg_{run_id}", status=status, content=content)


def as_response(run: RunReport, head: ResponseReport) -> ResponseReport:
    """The run as far as it has come; `head` has what its caller asked for."""
    output: list[StepsItem | AnswerItem] = []
    if run.thinking_steps:
        output.append(steps_item(run.id, "\n".join(run.thinking_steps)))
    if run.answer is not None:
        cited = tuple(TextCitation.of(each) for each in citations(run.answer, run.sources))
        output.append(answer_item(run.id, OutputText(text=run.answer, annotations=cited), status="completed"))
    status = STATUS[run.status]
    has_failed = status in {"failed", "cancelled"}
    changes = {
        "status": status,
        "output": tuple(output),
        "error": ResponseFailure(message=run.error or STOPPED) if has_failed else None,
        "usage": ResponseUsage.of(run.usage) if status == "completed" else None,
    }
    return head.model_copy(update=changes)
