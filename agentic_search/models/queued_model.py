"""Models whose calls wait for their turn at the model server, and say so while they wait."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress

from agentic_search.domain.data import JsonObject
from agentic_search.models.chat import ChatModel, Message, ModelOutput, Waiting
from agentic_search.models.queue import ModelQueue, ModelRequest, Purpose
from agentic_search.models.wrapped_model import WrappedModel

_NEAR = 3
"""Places at the head of the queue, each of which is told at once."""
_PACE = 0.25
"""Seconds after which a request further back looks at its place: of fifty each would hear fifty in a moment."""


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
        """The model's stream, after a Waiting for its places in the queue; `before` is 0 when its turn has come.

        Closing it, while it waits or in mid-stream, frees its place at once.
        """
        request: ModelRequest | None = None
        near = asyncio.Event()

        def moved() -> None:
            """Far back nobody is woken: to wake fifty for each that moves on takes longer than a short reply."""
            if request is None or self._queue.before(request) <= _NEAR:
                near.set()

        request = self._queue.enter(self._purpose, batch=self._batch, moved=moved)
        try:
            async with aclosing(self._places(request, near)) as places:
                async for before in places:
                    yield Waiting(before)
            stream = self._model.stream(messages, max_tokens=max_tokens, schema=schema, temperature=temperature)
            async with aclosing(stream) as pieces:
                async for piece in pieces:
                    yield piece
        finally:
            self._queue.leave(request)

    async def _places(self, request: ModelRequest, near: asyncio.Event) -> AsyncGenerator[int]:
        """The request's places, until its turn has come; none where it has a slot at once. `near`: it has moved."""
        told = 0
        while (before := self._queue.before(request)) or told:
            if before != told:
                yield before
                told = before
                continue
            near.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(_PACE if before > _NEAR else None):
                    await near.wait()


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
