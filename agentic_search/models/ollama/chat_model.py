"""One model on Ollama: sends it messages over HTTP, and gives its text as it is generated."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import cast

from ollama import AsyncClient, ChatResponse

from agentic_search.domain.data import JsonObject
from agentic_search.domain.run import Usage
from agentic_search.errors import ContextOverflow, ModelInterrupted
from agentic_search.models.budget import TokenEstimate, reply_limit
from agentic_search.models.chat import (
    SCHEMA_TEMPERATURE,
    Finish,
    GrammarLimits,
    Message,
    ModelOutput,
    ModelServer,
    Waiting,
)
from agentic_search.models.generated.reply import as_reply
from agentic_search.models.ollama.call_options import context_of_cut, thinking, was_cut
from agentic_search.models.ollama.errors import CLIENT_ERRORS, explain_call
from agentic_search.models.ollama.grammar import OLLAMA_GRAMMAR
from agentic_search.models.ollama.inventory import OllamaInventory, Version
from agentic_search.models.ollama.listing import OllamaModelInfo
from agentic_search.models.token_learner import TokenLearner


@dataclass(frozen=True, slots=True)
class OllamaModel:
    """A ChatModel; its connections belong to the OllamaSource that made it."""

    client: AsyncClient = field(repr=False)
    inventory: OllamaInventory = field(repr=False)
    served_by: ModelServer
    found: OllamaModelInfo
    version: Version
    configured_num_ctx: int
    keep_alive: str | int
    learner: TokenLearner = field(repr=False)
    """The one of all calls of this model."""

    @property
    def name(self) -> str:
        """As Ollama names it."""
        return self.found.info.name

    @property
    def num_ctx(self) -> int:
        """As configured, or what Ollama said that it has."""
        return self.learner.num_ctx(self.configured_num_ctx)

    @property
    def tokens(self) -> TokenEstimate:
        """What the calls of this model have taught until now."""
        return self.learner.estimate

    @property
    def parameters(self) -> float:
        """As Ollama says it."""
        return self.found.parameters

    @property
    def grammar(self) -> GrammarLimits:
        """That of every model on Ollama."""
        return OLLAMA_GRAMMAR

    def stream(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        schema: JsonObject | None = None,
        temperature: float | None = None,
    ) -> AsyncGenerator[ModelOutput]:
        """Generate: see ChatModel. Closing the iterator closes the connection, and Ollama stops at once."""
        texts = [message.content for message in messages]
        tokens = self.tokens
        estimated = tokens.prompt(texts)
        frames = self._frames(messages, max_tokens, schema, temperature, estimated)
        reading = self._read(frames, texts, estimated)
        return as_reply(reading, tokens, prompt_tokens=estimated, json=schema is not None)

    async def _read(
        self, frames: AsyncGenerator[ChatResponse], texts: Sequence[str], estimated: int
    ) -> AsyncGenerator[ModelOutput]:
        """What the frames say, up to the last."""
        async with aclosing(frames) as arriving:
            loading = await self.inventory.will_load(self.name, self.num_ctx)
            if loading:
                yield Waiting(loading=True)
            async for frame in arriving:
                if loading:
                    loading = False
                    yield Waiting()
                if text := frame.message.content:
                    yield text
                if frame.done:
                    yield self._finish(frame, texts, estimated)
                    return
        # Ollama does this, with status 200, when a model repeats one token over and over.
        raise ModelInterrupted(f"{self.name!r} stopped in the middle of its reply. Try again, or use another model.")

    async def _frames(
        self,
        messages: Sequence[Message],
        max_tokens: int,
        schema: JsonObject | None,
        temperature: float | None,
        estimated: int,
    ) -> AsyncGenerator[ChatResponse]:
        """Ollama's frames, its errors as ours."""
        mode = thinking(self.found, self.version, with_schema=schema is not None)
        options: dict[str, float] = {
            "num_ctx": self.num_ctx,
            "num_predict": reply_limit(max_tokens, mode.allowance, prompt=estimated, num_ctx=self.num_ctx),
        }
        if temperature is not None:
            options["temperature"] = temperature
        elif schema is not None:
            options["temperature"] = SCHEMA_TEMPERATURE
        try:
            frames = await self.client.chat(  # pyright: ignore[reportUnknownMemberType] - its `tools` is loosely typed
                self.name,
                [{"role": message.role, "content": message.content} for message in messages],
                stream=True,
                think=mode.think,
                format=schema,
                options=options,
                keep_alive=self.keep_alive,
            )
            # Declared as an iterator, it is a generator, and closing it is what closes the connection.
            async with aclosing(cast("AsyncGenerator[ChatResponse]", frames)) as closing:
                async for frame in closing:
                    yield frame
        except CLIENT_ERRORS as error:
            problem = explain_call(error, url=self.served_by.url, model=self.name)
            if isinstance(problem, ContextOverflow):
                texts = [message.content for message in messages]
                self.learner.learn_refusal(texts, problem, asked=self.configured_num_ctx)
            raise problem from error

    def _finish(self, frame: ChatResponse, texts: Sequence[str], estimated: int) -> Finish:
        usage = Usage(
            model_calls=1, prompt_tokens=frame.prompt_eval_count or 0, completion_tokens=frame.eval_count or 0
        )
        if was_cut(estimated=estimated, counted=usage.prompt_tokens, num_ctx=self.num_ctx):
            raise ContextOverflow(
                f"Ollama read only {usage.prompt_tokens} of about {estimated} tokens of the prompt for {self.name!r}:"
                " the rest it cut away silently. Take a newer Ollama, or a smaller AGENTIC_SEARCH_NUM_CTX.",
                num_ctx=context_of_cut(usage.prompt_tokens),
            )
        self.learner.learn(texts, usage.prompt_tokens)
        return Finish("length" if frame.done_reason == "length" else "stop", usage)
