"""What runs the models: it loads them, lets few generate at once, and cuts or refuses prompts that are too long."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from dataclasses import dataclass

from agentic_search.domain.data import JsonObject
from tests.support.ollama_double import refusals
from tests.support.ollama_double.generation import Generation, Pace, now
from tests.support.ollama_double.improvise import improvise
from tests.support.ollama_double.models import Model
from tests.support.ollama_double.refusals import Refused
from tests.support.ollama_double.steps import Reply, Step
from tests.support.ollama_double.wire import Connection

_DEFAULT_NUM_CTX = 4096
_CUT_FRAME_TOKENS = 3


@dataclass(frozen=True)
class Limits:
    """How an Ollama is set up."""

    parallel: int = 1
    """OLLAMA_NUM_PARALLEL: generations at once."""
    max_queue: int = 512
    """OLLAMA_MAX_QUEUE: requests that may wait for a model to load."""
    load_time: float = 0.0
    """Seconds to load a model."""
    num_ctx: int = 0
    """The longest context, where that is less than the models have; 0: no limit."""
    knows_truncate: bool = True
    """False: an Ollama too old to know `truncate` of /api/chat, which cuts long prompts silently."""


class Engine:
    """Models in memory."""

    def __init__(self, version: tuple[int, ...], limits: Limits, pace: Pace) -> None:
        self.replies: deque[Reply] = deque()
        self.loads: list[tuple[str, int]] = []
        self._version = version
        self._limits = limits
        self._pace = pace
        self._loading = 0
        self._loaded: dict[str, tuple[Model, int]] = {}
        self._slots = asyncio.Semaphore(limits.parallel)

    def loaded(self) -> JsonObject:
        """The body of GET /api/ps: the latest loaded first."""
        latest_first = reversed(self._loaded.values())
        return {"models": [model.in_ps(num_ctx, now()) for model, num_ctx in latest_first]}

    def load_or_unload(self, name: str, model: Model, body: JsonObject) -> JsonObject:
        """The answer to a chat without messages."""
        if unload := body.get("keep_alive") == 0:
            self._loaded.pop(model.full_name, None)
        else:
            self._loaded[model.full_name] = (model, _DEFAULT_NUM_CTX)
        message: JsonObject = {"role": "assistant", "content": ""}
        reason = "unload" if unload else "load"
        return {"model": name, "created_at": now(), "message": message, "done": True, "done_reason": reason}

    async def generate(self, name: str, model: Model, body: JsonObject, connection: Connection, *, chat: bool) -> None:
        """Check the call, wait for the model and for a turn, then stream the next reply."""
        refusals.check_abilities(name, model, body)
        given = body.get("options")
        options = given if isinstance(given, dict) else {}
        refusals.check_num_ctx(options)
        longest = min(model.context, self._limits.num_ctx or model.context)
        num_ctx = min(_whole(options.get("num_ctx")) or _DEFAULT_NUM_CTX, longest)
        load_ns = await self._load(model, num_ctx)
        refusals.check_format(body.get("format"))
        generation = Generation(
            name,
            chat=chat,
            streamed=body.get("stream") is not False,
            limit=_whole(options.get("num_predict")),
            prompt_tokens=await self.fit(model, body, num_ctx),
            load_ns=load_ns,
        )
        async with self._slots, aclosing(self.reply(model, body, num_ctx)) as steps:
            await generation.run(steps, connection, self._pace)

    async def _load(self, model: Model, num_ctx: int) -> int:
        """Have the model loaded with that context; nanoseconds that took."""
        if self._loaded.get(model.full_name) == (model, num_ctx):
            return 0
        if self._loading > self._limits.max_queue:
            raise Refused(503, "server busy, please try again.  maximum pending requests exceeded")
        self._loading += 1
        try:
            await asyncio.sleep(self._limits.load_time)
        finally:
            self._loading -= 1
        if self._loaded.get(model.full_name) != (model, num_ctx):
            self._loaded[model.full_name] = (model, num_ctx)
            self.loads.append((model.full_name, num_ctx))
        return int(self._limits.load_time * 1e9)

    async def fit(self, model: Model, body: JsonObject, num_ctx: int) -> int:
        """Tokens of the prompt, or what is left of them once it was cut to the context."""
        tokens = model.tokens(_prompt_text(body))
        if tokens <= num_ctx:
            return tokens
        if body.get("truncate") is False and self._limits.knows_truncate:
            raise refusals.too_long(tokens, num_ctx)
        return num_ctx // 2 + _CUT_FRAME_TOKENS

    async def reply(self, model: Model, body: JsonObject, num_ctx: int) -> AsyncGenerator[Step]:
        """The steps of the reply to a call; closed when the client leaves."""
        for step in self._next_reply(model, body):
            yield step

    def _next_reply(self, model: Model, body: JsonObject) -> Iterable[Step]:
        if self.replies:
            return self.replies.popleft()
        if model.script:
            return model.script(body)
        return improvise(body, model, self._version)


def _prompt_text(body: JsonObject) -> str:
    messages = body.get("messages")
    told = messages if isinstance(messages, list) else []
    parts = [message.get("content") for message in told if isinstance(message, dict)]
    return "".join(str(part or "") for part in (*parts, body.get("prompt")))


def _whole(value: object) -> int:
    return int(value) if isinstance(value, int | float) else 0
