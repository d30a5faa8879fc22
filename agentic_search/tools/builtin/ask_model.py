"""The tool `ask_model`: a task whose result is a language model's reply to a prompt."""

from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from agentic_search.domain.data import JsonObject
from agentic_search.domain.outcome import OnProgress, Passage, ToolResult
from agentic_search.domain.query import OFFLINE
from agentic_search.domain.tool import BUILT_IN, Tool
from agentic_search.errors import (
    ConnectionLost,
    ModelError,
    ModelInterrupted,
    ModelUnavailable,
    ServerUnavailable,
    ToolError,
    ToolFailed,
)
from agentic_search.models.budget import Budget
from agentic_search.models.chat import ChatModel, Finish, Message, ModelSource, Retracted, Waiting
from agentic_search.models.generated.repetition import without_repetition
from agentic_search.setting_values.tables import ModelProfile

_WITHIN = 300.0
"""Seconds: a model without a graphics card writes a thousand tokens in minutes."""
_REPORTED_EVERY = 160
"""Characters of a reply between two reports of progress."""
_CUT = {
    "length": "The reply was cut at its limit of tokens.",
    "loop": "The model repeated itself from here on, and was stopped.",
}
"""What is said at the end of a reply that did not end by itself."""
_TITLE = 80
"""Characters of the prompt that a passage is called by."""


@dataclass(frozen=True, slots=True)
class _Reply:
    text: str
    finish: Finish


class AskModel:
    """Calls a model, by a profile where one is named."""

    def __init__(self, models: ModelSource, *, writer: str, profiles: Mapping[str, ModelProfile]) -> None:
        """`writer` is the model of a profile that names none: empty for the best there is, `offline` for none."""
        self._models = models
        self._writer = writer
        self._profiles = dict(profiles)

    @property
    def tool(self) -> Tool:
        """How plans see it."""
        return Tool(
            name="ask_model",
            server=BUILT_IN,
            remote_name="ask_model",
            title="Ask a language model",
            description="Have a language model answer a prompt; it knows nothing else of the search.",
            input_schema=_schema(sorted(self._profiles)),
            read_only=True,
            approved=True,
            plannable=False,
            timeout=_WITHIN,
        )

    async def call(self, arguments: JsonObject, on_progress: OnProgress) -> ToolResult:
        """Ask; raises ToolFailed, ServerUnavailable or ConnectionLost, each saying what to do."""
        prompt, name = str(arguments.get("prompt", "")), str(arguments.get("profile", ""))
        if not prompt:
            raise ToolFailed("the prompt is missing or empty")
        profile = self._profile(name)
        system = str(arguments.get("system", "")) or profile.system
        try:
            model = await self._open(profile)
            messages = _messages(prompt, system)
            reply = await _ask(model, messages, profile, on_progress)
        except ModelError as error:
            raise _as_tool_error(error) from error
        return _result(reply, model, prompt=prompt, profile=name)

    def _profile(self, name: str) -> ModelProfile:
        if not name:
            return ModelProfile()
        if name not in self._profiles:
            known = ", ".join(sorted(self._profiles)) or "none"
            raise ToolFailed(f"there is no model profile {name!r}; configured under [profiles] are: {known}")
        return self._profiles[name]

    async def _open(self, profile: ModelProfile) -> ChatModel:
        name = profile.model or self._writer
        if name == OFFLINE:
            raise ToolFailed(
                "no language model is configured: AGENTIC_SEARCH_MODEL is 'offline'. Set it to a model, or give the"
                " profile one."
            )
        return await self._models.open(name)


def _schema(profiles: Sequence[str]) -> JsonObject:
    properties: JsonObject = {
        "prompt": {"type": "string", "minLength": 1, "description": "What the model is asked."},
        "system": {"type": "string", "description": "What it is told to be; stronger than the profile's."},
    }
    if profiles:
        properties["profile"] = {"enum": [*profiles], "description": "Which model is asked, and how."}
    return {"type": "object", "properties": properties, "required": ["prompt"], "additionalProperties": False}


def _messages(prompt: str, system: str) -> list[Message]:
    asked = Message("user", prompt)
    return [Message("system", system), asked] if system else [asked]


async def _ask(model: ChatModel, messages: Sequence[Message], profile: ModelProfile, on_progress: OnProgress) -> _Reply:
    limit = min(profile.max_tokens, model.num_ctx // 2)
    _check_length(model, messages, reply=limit)
    pieces: list[str] = []
    written = next_report = 0
    stream = model.stream(messages, max_tokens=limit, temperature=profile.temperature)
    # Closed at once, so that the model stops when the task does.
    async with aclosing(stream) as arriving:
        async for piece in arriving:
            if isinstance(piece, Finish):
                text = "".join(pieces)
                return _Reply((without_repetition(text) if piece.reason == "loop" else text).strip(), piece)
            if isinstance(piece, Waiting):
                on_progress(0, None, _why_it_waits(model, piece))
                continue
            if isinstance(piece, Retracted):
                pieces.clear()
                continue
            pieces.append(piece)
            written += len(piece)
            if written >= next_report:
                on_progress(written, None, f"{model.name} is writing")
                next_report = written + _REPORTED_EVERY
    raise ModelInterrupted(f"{model.name!r} stopped in the middle of its reply.")


def _why_it_waits(model: ChatModel, waiting: Waiting) -> str:
    if waiting.loading:
        return f"{model.name} is being loaded"
    return f"waiting for {model.name}, {waiting.before} before" if waiting.before else f"{model.name} has begun"


def _check_length(model: ChatModel, messages: Sequence[Message], *, reply: int) -> None:
    tokens = model.tokens.texts(each.content for each in messages)
    free = Budget(model.num_ctx, reply, model.tokens).prompt
    if tokens > free:
        raise ToolFailed(
            f"the prompt has about {tokens} tokens; the context of {model.name!r} has room for {free} and the reply."
            " Pass on less of a result, as in ${found.results[:3]}, or raise AGENTIC_SEARCH_NUM_CTX."
        )


def _result(reply: _Reply, model: ChatModel, *, prompt: str, profile: str) -> ToolResult:
    if not reply.text:
        raise ToolFailed(f"{model.name!r} replied nothing; ask in other words, or allow more max_tokens")
    cut = _CUT.get(reply.finish.reason)
    text = f"{reply.text}\n\n({cut})" if cut else reply.text
    first_line = prompt.strip().partition("\n")[0]
    title = f"{profile or model.name}: {first_line[:_TITLE]}" + ("…" if len(first_line) > _TITLE else "")
    passage = Passage(title=title, url=f"model:{model.name}", text=text)
    return ToolResult(value=reply.text, text=text, passages=(passage,))


def _as_tool_error(error: ModelError) -> ToolError:
    """What the scheduler acts on: whether nothing was sent, or the call may be made again, or is pointless."""
    match error:
        case ModelUnavailable():
            return ServerUnavailable(str(error))
        case ModelInterrupted():
            return ConnectionLost(str(error))
        case _:
            return ToolFailed(str(error))
