"""Models whose calls wait for their turn at the model server, and say so while they wait."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from agentic_search.domain.data import JsonObject
from agentic_search.models.chat import ChatModel, Message, ModelOutput, Waiting
from agentic_search.models.queue import ModelQueue, Purpose
from agentic_search.models.wrapped_model import WrappedModel


class QueuedModel(WrappedModel):
    """A ChatModel for one purpose: the model is called when its server has a free slot and nobody else goes first."""

    def __init__(self, model: ChatModel, queue: ModelQueue, purpose: Purpose, *, batch: bool) -> None:
        super().__init__(model)
        self._queue = queue
        self._purpose: Purpose = purpose
        self._batch = batch

    async def stream(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        schema: JsonObject | None = None,
        temperature: float | None = None,
    ) -> AsyncGenerator[ModelOutput]:
        """The model's stream, after a Waiting for each place in the queue; `before` is 0 when its turn has come.

        Closing it, while it waits or in mid-stream, frees its place at once.
        """
        moved = asyncio.Event()
        request = self._queue.enter(self._purpose, batch=self._batch, moved=moved.set)
        try:
            told = 0
            while (before := self._queue.before(request)) or told:
                if before != told:
                    yield Waiting(before)
                    told = before
                else:
                    moved.clear()
                    await moved.wait()
            stream = self._model.stream(messages, max_tokens=max_tokens, schema=schema, temperature=temperature)
            async with aclosing(stream) as pieces:
                async for piece in pieces:
                    yield piece
        finally:
            self._queue.leave(request)


class ModelQueues:
    """The queues of this process, one for each model server."""

    def __init__(self, slots: int = 0) -> None:
        """`slots` of every model server; 0: as many as each says."""
        self._slots = slots
        self._queues: dict[str, ModelQueue] = {}

    def queued(self, model: ChatModel, purpose: Purpose, *, batch: bool = False) -> QueuedModel:
        """The model, called through the queue of its server."""
        slots = self._slots or model.served_by.slots
        queue = self._queues.setdefault(model.served_by.url, ModelQueue(slots))
        queue.slots = slots
        return QueuedModel(model, queue, purpose, batch=batch)
