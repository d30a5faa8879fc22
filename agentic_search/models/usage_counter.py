"""Counts what is asked of models, also by calls that break off: each call, in the spending of the run that makes it."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from urllib.parse import urlsplit

from agentic_search.domain.data import JsonObject
from agentic_search.domain.receipt.contacts import Contact
from agentic_search.domain.run import Usage
from agentic_search.domain.spending import spending_of_run
from agentic_search.models.chat import ChatModel, Finish, Message, ModelOutput, ModelReport, ModelSource
from agentic_search.models.embedding.embedding_model import EmbeddingModel
from agentic_search.models.wrapped_model import WrappedModel
from agentic_search.network.contacts import is_loopback

_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Price:
    """What a model costs, in the operator's currency."""

    prompt: float
    """A million tokens of prompts."""
    completion: float
    """A million tokens of replies."""

    def of(self, usage: Usage) -> float:
        """What this usage costs."""
        return (usage.prompt_tokens * self.prompt + usage.completion_tokens * self.completion) / _MILLION


class CountedSource:
    """A ModelSource whose models count their calls."""

    def __init__(self, source: ModelSource, prices: Mapping[str, Price]) -> None:
        """`prices` by the models' names."""
        self._source = source
        self._prices = prices

    async def report(self) -> ModelReport:
        """The source's."""
        return await self._source.report()

    async def open(self, name: str) -> ChatModel:
        """The source's model, counted; see ModelSource."""
        model = await self._source.open(name)
        return UsageCounter(model, self._prices.get(model.name))

    async def embedding(self, beside: str) -> EmbeddingModel | None:
        """The source's, which costs too little to be counted."""
        return await self._source.embedding(beside)


class UsageCounter(WrappedModel):
    """A ChatModel that knows what it was used for."""

    def __init__(self, model: ChatModel, price: Price | None = None) -> None:
        super().__init__(model)
        self._price = price
        self.usage = Usage()
        """All calls so far, of whatever run; of one that broke off only that it was made."""

    async def stream(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        schema: JsonObject | None = None,
        temperature: float | None = None,
    ) -> AsyncGenerator[ModelOutput]:
        """The model's stream, passed on."""
        self._count(Usage(model_calls=1))
        received, spending = 0, spending_of_run.get()
        stream = self._model.stream(messages, max_tokens=max_tokens, schema=schema, temperature=temperature)
        try:
            async with aclosing(stream) as pieces:
                async for piece in pieces:
                    if isinstance(piece, str):
                        received += len(piece.encode())
                    elif isinstance(piece, Finish):
                        self._count(piece.usage.model_copy(update={"model_calls": 0}))
                    yield piece
        finally:
            if spending is not None:
                spending.contact(self._contact(sum(len(message.content.encode()) for message in messages), received))

    def _contact(self, sent: int, received: int) -> Contact:
        host = urlsplit(self.served_by.url).hostname or ""
        elsewhere = bool(host) and not is_loopback(host)
        return Contact(host=host, model=self.name, sent=sent, received=received, elsewhere=elsewhere)

    def _count(self, usage: Usage) -> None:
        if self._price is not None:
            usage = usage.model_copy(update={"cost": self._price.of(usage)})
        self.usage = self.usage.plus(usage)
        if spending := spending_of_run.get():
            spending.count(self.name, usage)
