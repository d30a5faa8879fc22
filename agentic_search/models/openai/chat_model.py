"""One model of an OpenAI-compatible server: calls it in the form that its server takes, and gives its text."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace

import httpx

from agentic_search.clock import Clock
from agentic_search.domain.data import JsonObject
from agentic_search.domain.run import Usage
from agentic_search.errors import ContextOverflow, ModelError, ModelInterrupted
from agentic_search.models.budget import Budget, TokenEstimate
from agentic_search.models.chat import Finish, GrammarLimits, Message, ModelOutput, ModelServer, Waiting, parameters_in
from agentic_search.models.generated.reader import ReplyReader
from agentic_search.models.generated.reply import as_reply
from agentic_search.models.openai.call_form import CallForm, CallForms, ChatCall
from agentic_search.models.openai.chunks import ChatChunk, together
from agentic_search.models.openai.errors import ServerAccess
from agentic_search.models.openai.listing import ServedModel
from agentic_search.models.openai.reply import CallRefused, ReplyStream
from agentic_search.models.token_learner import TokenLearner

_LEAST_THOUGHTS = len("<think></think>")
"""Characters more that were sent than shown, from which on the model thinks in its text."""

_LOADING_PAUSE = 0.5
"""Seconds after which a server is asked again that was loading the model."""


@dataclass(frozen=True, slots=True)
class OpenAIModel:
    """A ChatModel; its connections belong to the OpenAISource that made it."""

    http: httpx.AsyncClient = field(repr=False)
    access: ServerAccess
    served_by: ModelServer
    """Its URL is what the server's paths follow."""
    served: ServedModel
    configured_num_ctx: int
    forms: CallForms = field(repr=False)
    learner: TokenLearner = field(repr=False)
    """The one of all calls of this model."""
    clock: Clock = field(repr=False)

    @property
    def name(self) -> str:
        """The source's name and the server's for the model: `lab/qwen3-8b`."""
        return self.served.info.name

    @property
    def num_ctx(self) -> int:
        """As configured or listed, or what the server said when it refused a prompt."""
        return self.learner.num_ctx(self.configured_num_ctx)

    @property
    def tokens(self) -> TokenEstimate:
        """What the calls of this model have taught until now."""
        return self.learner.estimate

    @property
    def parameters(self) -> float:
        """As the server counts them, or its name for the model says."""
        return parameters_in(self.served.info.size)

    @property
    def grammar(self) -> GrammarLimits | None:
        """That of every such server, until this one turns out to know no way to ask for JSON."""
        return self.forms.of(self.served.id).grammar

    def stream(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        schema: JsonObject | None = None,
        temperature: float | None = None,
    ) -> AsyncGenerator[ModelOutput]:
        """Generate: see ChatModel. Closing the iterator closes the connection, and the server stops.

        What the server refuses for a field that it does not take is asked again without it; what works is remembered.
        """
        call = ChatCall(messages, max_tokens, schema, temperature)
        estimated = self.tokens.prompt(message.content for message in messages)
        return as_reply(self._reply(call), self.tokens, prompt_tokens=estimated, json=schema is not None)

    async def _reply(self, call: ChatCall) -> AsyncGenerator[ModelOutput]:
        form = self.forms.of(self.served.id)
        first: ModelError | None = None
        begun = False
        while True:
            try:
                async with aclosing(self._when_loaded(call, form)) as pieces:
                    async for piece in pieces:
                        begun = begun or not isinstance(piece, Waiting)
                        yield piece
                return
            except CallRefused as refused:
                first = first or refused.error
                again = None if begun else self._next_form(form, refused, call)
                if again is None:
                    raise first from refused
                form = again

    def _next_form(self, form: CallForm, refused: CallRefused, call: ChatCall) -> CallForm | None:
        """How to ask again; none where it would not help."""
        if not isinstance(refused.error, ModelInterrupted):
            return None
        return form.after(refused.refusal, with_schema=call.schema is not None)

    async def _when_loaded(self, call: ChatCall, form: CallForm) -> AsyncGenerator[ModelOutput]:
        """One request, made again as long as the server says that it is loading the model; raises CallRefused."""
        loading = begun = False
        while True:
            try:
                async with aclosing(self._attempt(call, form)) as pieces:
                    async for piece in pieces:
                        if loading and not begun:
                            yield Waiting()
                        begun = True
                        yield piece
                return
            except CallRefused as refused:
                if begun or not refused.refusal.is_loading:
                    raise
            if not loading:
                loading = True
                yield Waiting(loading=True)
            await self.clock.sleep(_LOADING_PAUSE)

    async def _attempt(self, call: ChatCall, form: CallForm) -> AsyncGenerator[ModelOutput]:
        """One request; raises CallRefused."""
        budget = Budget(self.num_ctx, call.max_tokens, self.tokens)
        messages = form.messages(call, budget)
        texts = [message.content for message in messages]
        written, ended = "", ChatChunk()
        async with aclosing(self._chunks(form.body(self.served.id, call, messages, budget), texts)) as chunks:
            async for chunk in chunks:
                if not written:
                    self.forms.learn(self.served.id, form)  # it was taken
                ended = together([ended, replace(chunk, text="")])
                if chunk.text:
                    written += chunk.text
                    yield chunk.text
        if ended.finish is None or ended.was_stopped:
            why = ended.was_stopped or "try again, or use another model"
            raise ModelInterrupted(f"{self.name!r} stopped in the middle of its reply: {why}.")
        text = _without_thoughts(written, json=call.schema is not None)
        thought = ended.thought or len(written) > len(text) + _LEAST_THOUGHTS
        whole = bool(text) and not ended.was_cut
        learnt = form.after_reply(text, schema=call.schema, thought=thought, whole=whole)
        self.forms.learn(self.served.id, learnt)
        usage = ended.usage or Usage(model_calls=1)
        self.learner.learn(texts, usage.prompt_tokens)
        yield Finish("length" if ended.was_cut else "stop", usage)

    async def _chunks(self, body: JsonObject, texts: Sequence[str]) -> AsyncGenerator[ChatChunk]:
        """What the server sends; a refusal teaches what `texts`, those of the messages, cost."""
        reply = ReplyStream(self.http, self.access, self.clock, model=self.name)
        try:
            async with aclosing(reply.chunks(f"{self.served_by.url}/chat/completions", body)) as chunks:
                async for chunk in chunks:
                    yield chunk
        except CallRefused as refused:
            if isinstance(error := refused.error, ContextOverflow):
                self.learner.learn_refusal(texts, error, asked=self.configured_num_ctx)
            raise


def _without_thoughts(written: str, *, json: bool) -> str:
    reader, text = ReplyReader(json=json), ""
    for given in (*reader.feed(written), *reader.finish()):
        text = text + given if isinstance(given, str) else ""
    return text
