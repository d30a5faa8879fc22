"""A double of a model that knows whether its caller left it before the end of a reply."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from agentic_search.domain.data import JsonObject
from agentic_search.models.chat import Message, ModelOutput
from agentic_search.models.scripted import ScriptedModel, Step


class WatchedModel(ScriptedModel):
    """A scripted model whose `begun` is set when it is called, `stopped` when a call was closed before its end."""

    def __init__(self, *steps: Step) -> None:
        """With steps they are its one reply."""
        super().__init__(replies=[steps] if steps else ())
        self.begun, self.stopped = asyncio.Event(), asyncio.Event()

    async def stream(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        schema: JsonObject | None = None,
        temperature: float | None = None,
    ) -> AsyncGenerator[ModelOutput]:
        """The script, watched."""
        self.begun.set()
        script = super().stream(messages, max_tokens=max_tokens, schema=schema, temperature=temperature)
        try:
            async with aclosing(script) as parts:
                async for part in parts:
                    yield part
        except (GeneratorExit, asyncio.CancelledError):
            self.stopped.set()
            raise
