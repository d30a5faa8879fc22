"""A model that follows a script: it streams scripted replies as a real model streams its own.

It ships with the package: whoever builds on ChatModel or ModelSource tests against it, without Ollama.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Iterable, Sequence
from dataclasses import dataclass

from agentic_search.domain.data import JsonObject
from agentic_search.domain.run import Usage
from agentic_search.errors import ContextOverflow, ModelError, ModelMissing
from agentic_search.models.budget import TokenEstimate
from agentic_search.models.chat import (
    UNTOLD_SLOTS,
    ChatModel,
    Finish,
    GrammarLimits,
    Message,
    ModelInfo,
    ModelOutput,
    ModelReport,
    ModelServer,
    Retracted,
    Waiting,
)
from agentic_search.models.embedding.embedding_model import EmbeddingModel
from agentic_search.models.ollama.grammar import OLLAMA_GRAMMAR
from agentic_search.models.token_learner import TokenLearner

Step = str | ModelError | asyncio.Event | Waiting | Retracted | Finish
"""Text to stream, an error to raise, a gate to wait at, or another item of a stream."""


@dataclass(frozen=True, slots=True)
class ScriptedCall:
    """One call that a scripted model got."""

    messages: tuple[Message, ...]
    max_tokens: int
    schema: JsonObject | None
    temperature: float | None = None

    @property
    def text(self) -> str:
        """All messages as one text."""
        return "\n".join(message.content for message in self.messages)


class ScriptedModel:
    """A ChatModel that gives `replies` one a call, in order, and keeps the `prompts` it got.

    It counts as it estimates, so that there is nothing to learn but from a ContextOverflow in the script.
    """

    def __init__(
        self,
        name: str = "scripted",
        replies: Iterable[str | Sequence[Step]] = (),
        *,
        num_ctx: int = 16_384,
        grammar: GrammarLimits | None = OLLAMA_GRAMMAR,
        parameters: float = 0.0,
        slots: int = UNTOLD_SLOTS,
    ) -> None:
        """`slots`: of the model server that is its own."""
        self.name = name
        self.served_by = ModelServer(f"scripted:{name}", slots)
        self.parameters = parameters
        self._num_ctx = num_ctx
        self._learner = TokenLearner()
        self.grammar = grammar
        self.prompts: list[ScriptedCall] = []
        self._replies: deque[tuple[Step, ...]] = deque()
        for reply in replies:
            self.enqueue(*([reply] if isinstance(reply, str) else reply))

    def __repr__(self) -> str:
        return f"ScriptedModel({self.name!r}, {len(self.prompts)} calls, {len(self._replies)} replies left)"

    @property
    def num_ctx(self) -> int:
        """Tokens of context, fewer where a ContextOverflow said so."""
        return self._learner.num_ctx(self._num_ctx)

    @property
    def tokens(self) -> TokenEstimate:
        """The estimate by which it counts."""
        return self._learner.estimate

    def enqueue(self, *steps: Step) -> None:
        """Add one reply; without a Finish or an error at its end it stops in the ordinary way."""
        self._replies.append(steps)

    async def stream(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        schema: JsonObject | None = None,
        temperature: float | None = None,
    ) -> AsyncGenerator[ModelOutput]:
        """Give the next reply: see ChatModel. Raises LookupError when none is left: the script is too short."""
        prompt = ScriptedCall(tuple(messages), max_tokens, schema, temperature)
        self.prompts.append(prompt)
        if not self._replies:
            raise LookupError(f"{self!r} has no reply for: {prompt.text[-200:]}")
        written = ""
        for step in self._replies.popleft():
            if isinstance(step, ContextOverflow):
                self._learner.learn_refusal((each.content for each in messages), step, asked=self._num_ctx)
            if isinstance(step, ModelError):
                raise step
            if isinstance(step, asyncio.Event):
                await step.wait()
                continue
            yield step
            if isinstance(step, Finish):
                return
            written += step if isinstance(step, str) else ""
        count = self.tokens.count
        yield Finish("stop", Usage(model_calls=1, prompt_tokens=count(prompt.text), completion_tokens=count(written)))


class ScriptedSource:
    """A ModelSource of the given models; the first is the best. `error` makes it one where nobody answers."""

    def __init__(self, *models: ChatModel, error: ModelError | None = None) -> None:
        self._models = {model.name: model for model in models}
        self._error = error

    async def report(self) -> ModelReport:
        """The models; never raises."""
        if self._error:
            return ModelReport((), str(self._error))
        if not self._models:
            return ModelReport((), "There is no model.")
        infos = (ModelInfo(model.name, context=model.num_ctx) for model in self._models.values())
        return ModelReport(tuple(infos))

    async def open(self, name: str) -> ChatModel:
        """The model of that name, or the first. Raises the `error` or ModelMissing."""
        if self._error:
            raise self._error
        model = self._models.get(name) if name else next(iter(self._models.values()), None)
        if model is None:
            raise ModelMissing(f"There is no model {name!r}; there is: {', '.join(self._models) or 'none'}.")
        return model

    async def embedding(self, beside: str) -> EmbeddingModel | None:
        """None: it has chat models only."""
        return None
