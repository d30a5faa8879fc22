"""The double itself: it listens, answers as Ollama does, and remembers what it was asked."""

import asyncio
import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Literal, Self

from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from tests.support.ollama_double import refusals
from tests.support.ollama_double.embedding import embed
from tests.support.ollama_double.engine import Engine, Limits
from tests.support.ollama_double.generation import Pace
from tests.support.ollama_double.models import Model
from tests.support.ollama_double.refusals import Refused
from tests.support.ollama_double.steps import Step, reply
from tests.support.ollama_double.wire import JSON, Connection, Request, encode

_METHODS = {
    "/": "GET",
    "/api/version": "GET",
    "/api/tags": "GET",
    "/api/ps": "GET",
    "/api/show": "POST",
    "/api/chat": "POST",
    "/api/generate": "POST",
    "/api/embed": "POST",
    "/api/delete": "DELETE",
    "/api/pull": "POST",
}


@dataclass(eq=False)
class Received:
    """One request, and what became of it."""

    method: str
    path: str
    headers: dict[str, str]
    """By lower-case name."""
    body: JsonObject = field(default_factory=dict[str, JsonValue])
    """Empty where there was none, or none that is a JSON object."""
    outcome: Literal["under way", "answered", "refused", "cancelled"] = "under way"
    """`cancelled`: the client left, and the generation was stopped."""
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once `outcome` is final."""


class OllamaDouble:
    """`async with OllamaDouble([Model("qwen3:8b")]) as ollama:` listens at `ollama.url` until the block ends."""

    def __init__(
        self,
        models: Iterable[Model] = (Model("qwen3:8b"),),
        *,
        version: str = "0.33.0-rc2",
        limits: Limits | None = None,
        pace: Pace | None = None,
        port: int = 0,
        engine: Engine | None = None,
    ) -> None:
        """`models` may change while it runs; `port` 0 takes a free one; an `engine` has its own limits and pace."""
        self.models = {model.full_name: model for model in models}
        self.requests: list[Received] = []
        self._version = version
        self._engine = engine or Engine(_numbers(version), limits or Limits(), pace or Pace())
        self._port = port
        self._clients: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._group = await asyncio.TaskGroup().__aenter__()
        self._server = await asyncio.start_server(self._welcome, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for client in self._clients:
            client.cancel()
        # The group is not told of the block's own error: it would wrap it in an exception group.
        await self._group.__aexit__(None, None, None)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def loads(self) -> list[tuple[str, int]]:
        """Each (re)load of a model, with its context size."""
        return self._engine.loads

    @property
    def chats(self) -> list[Received]:
        """The requests to /api/chat."""
        return [request for request in self.requests if request.path == "/api/chat"]

    def enqueue(self, *steps: str | Step) -> None:
        """Script the next reply that has none yet; a plain text is one token of answer."""
        self._engine.replies.append(reply(steps))

    def forget_replies(self) -> None:
        """Drop what is scripted and was not asked for."""
        self._engine.replies.clear()

    def enqueue_all(self, replies: Iterable[Sequence[str | Step]]) -> None:
        """Script several replies, in order."""
        for steps in replies:
            self.enqueue(*steps)

    def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        client = self._group.create_task(self._converse(Connection(reader, writer)))
        self._clients.add(client)
        client.add_done_callback(self._clients.discard)

    async def _converse(self, connection: Connection) -> None:
        try:
            while request := await connection.next():
                received = Received(request.method, request.path, request.headers)
                self.requests.append(received)
                stayed = await connection.serve(self._answer(request, received, connection))
                # The client may also be found to have left by what is written to it.
                left = not stayed or received.outcome == "under way"
                received.outcome = "cancelled" if left else received.outcome
                received.ended.set()
        finally:
            connection.close()

    async def _answer(self, request: Request, received: Received, connection: Connection) -> None:
        with contextlib.suppress(ConnectionError):
            try:
                await self._route(request, received, connection)
                received.outcome = "answered"
            except Refused as refusal:
                received.outcome = "refused"
                is_json = "json" in refusal.content_type
                body = encode({"error": refusal.text}) if is_json else refusal.text.encode()
                await connection.respond(refusal.status, refusal.content_type, body)

    async def _route(self, request: Request, received: Received, connection: Connection) -> None:
        method = _METHODS.get(request.path)
        if method is None:
            raise Refused(404, "404 page not found", "text/plain")
        if request.method != method:
            raise Refused(405, "405 method not allowed", "text/plain")
        if request.path == "/":
            await connection.respond(200, "text/plain; charset=utf-8", b"Ollama is running")
        elif method == "GET":
            await connection.respond(200, JSON, encode(self._emit(request.path)))
        else:
            received.body = refusals.parse(request.body)
            if request.path == "/api/pull":
                await self._pull(str(received.body.get("model", "")), connection)
                return
            await self._use_model(request.path, received.body, connection)

    def _emit(self, path: str) -> JsonObject:
        if path == "/api/version":
            return {"version": self._version}
        if path == "/api/ps":
            return self._engine.loaded()
        before_0_30 = _numbers(self._version) < (0, 30)
        return {"models": [model.in_tags(before_0_30=before_0_30) for model in self.models.values()]}

    async def _pull(self, name: str, connection: Connection) -> None:
        """Any model but `missing` is in the library; of three parts it takes three steps."""
        await connection.frame({"status": "pulling manifest"})
        if name == "missing":
            await connection.frame({"error": "pull model manifest: file does not exist"})
        else:
            for completed in (1_000, 2_000, 3_000):
                await connection.frame(
                    {
                        "status": "pulling 8eeb52dfb3bb",
                        "digest": "sha256:8eeb52",
                        "total": 3_000,
                        "completed": completed,
                    }
                )
            self.models[name] = Model(name)
            await connection.frame({"status": "success"})
        await connection.end_frames()

    async def _use_model(self, path: str, body: JsonObject, connection: Connection) -> None:
        name = refusals.check_name(path, body)
        refusals.check_values(body)
        model = refusals.check_model(path, name, self.models)
        match path:
            case "/api/show":
                await connection.respond(200, JSON, encode(model.in_show()))
            case "/api/embed":
                await connection.respond(200, JSON, encode(embed(name, model, body)))
            case "/api/delete":
                del self.models[model.full_name]
                await connection.respond(200, JSON, b"")
            case "/api/chat" if not body.get("messages"):
                await connection.respond(200, JSON, encode(self._engine.load_or_unload(name, model, body)))
            case _:
                await self._engine.generate(name, model, body, connection, chat=path == "/api/chat")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in version.partition("-")[0].split("."))
