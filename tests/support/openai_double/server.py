"""The double itself: an ASGI application on uvicorn that answers as such servers do, and remembers its requests."""

import asyncio
import json
import socket
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from types import TracebackType
from typing import Any, Self

import uvicorn
from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from tests.support.ollama_double import Model, Step
from tests.support.ollama_double.embedding import vector_of
from tests.support.ollama_double.improvise import improvise
from tests.support.ollama_double.server import Received
from tests.support.ollama_double.steps import Reply, reply
from tests.support.openai_double.dialect import Dialect
from tests.support.openai_double.generation import Answer, Generation, Send

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
_NEWEST = (99,)


class OpenAIDouble:
    """`async with OpenAIDouble([Model("qwen3-8b")]) as server:` listens at `server.url` until the block ends."""

    def __init__(
        self,
        models: Iterable[Model] = (Model("qwen3-8b"),),
        *,
        dialect: Dialect | None = None,
        pages: dict[str, JsonObject] | None = None,
        port: int = 0,
    ) -> None:
        """`models` and `dialect` may change while it runs; `pages` are further answers, by path."""
        self.models = {model.name: model for model in models}
        self.dialect = dialect or Dialect()
        self.requests: list[Received] = []
        self._pages = pages or {}
        self._replies: deque[Reply] = deque()
        self._port = port

    async def __aenter__(self) -> Self:
        listener = socket.create_server(("127.0.0.1", self._port))
        self._port = listener.getsockname()[1]
        config = uvicorn.Config(
            self._application, interface="asgi3", log_level=100, lifespan="off", timeout_graceful_shutdown=1
        )
        self._server = uvicorn.Server(config)
        self._serving = asyncio.create_task(self._server.serve(sockets=[listener]))
        while not self._server.started:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.should_exit = True
        await self._serving

    @property
    def root(self) -> str:
        """Where it listens, without the path."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def url(self) -> str:
        """What its paths follow."""
        return self.root + self.dialect.path

    @property
    def chats(self) -> list[Received]:
        """The requests for chats."""
        return [request for request in self.requests if request.path.endswith("/chat/completions")]

    def enqueue(self, *steps: str | Step) -> None:
        """Script the next reply that has none yet; a plain text is one token of answer."""
        self._replies.append(reply(steps))

    async def _application(self, scope: Scope, receive: Receive, send: Send) -> None:
        content = b""
        while (message := await receive())["type"] == "http.request":
            content += message["body"]
            if not message.get("more_body"):
                break
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        received = Received(scope["method"], scope["path"], headers, json.loads(content or b"{}"))
        self.requests.append(received)
        answering = asyncio.ensure_future(self._answer(received, Answer(send)))
        leaving = asyncio.ensure_future(_left(receive))
        await asyncio.wait((answering, leaving), return_when=asyncio.FIRST_COMPLETED)
        received.outcome = "answered" if answering.done() else "cancelled"
        for task in (answering, leaving):
            task.cancel()
        await asyncio.wait((answering, leaving))
        received.ended.set()

    async def _answer(self, received: Received, answer: Answer) -> None:
        shown, base = received.headers.get("authorization"), self.dialect.path
        if self.dialect.key and shown != f"Bearer {self.dialect.key}":
            await answer.error(401, f"Incorrect API key provided: {shown}", code="invalid_api_key")
        elif received.path == f"{base}/models":
            listed: list[JsonValue] = [self.dialect.listed(model) for model in self.models.values()]
            await answer.whole(200, {"object": "list", "data": listed})
        elif received.path == f"{base}/chat/completions":
            await self._chat(received.body, answer)
        elif received.path == f"{base}/embeddings":
            await answer.whole(200, self._embedded(received.body))
        elif page := self._pages.get(received.path):
            await answer.whole(200, page)
        else:
            await answer.whole(404, {"detail": "Not Found"})

    def _embedded(self, body: Any) -> JsonObject:
        """Vectors, the last first: their order is told by their index."""
        model = self.models[body["model"]]
        rows: list[JsonValue] = [
            {"index": index, "embedding": vector_of(text, model)} for index, text in enumerate(body["input"])
        ]
        return {"object": "list", "data": rows[::-1]}

    async def _chat(self, body: Any, answer: Answer) -> None:
        model = self.models.get(body["model"])
        if model is None:
            await answer.error(404, f"The model `{body['model']}` does not exist.", code="model_not_found")
            return
        tokens = model.tokens("".join(message["content"] for message in body["messages"]))
        if refusal := self.dialect.refusal(body):
            await answer.error(400, refusal)
        elif tokens > model.context:
            message = f"request ({tokens} tokens) exceeds the available context size ({model.context} tokens)"
            await answer.error(400, message, n_prompt_tokens=tokens, n_ctx=model.context)
        else:
            steps = self._replies.popleft() if self._replies else improvise(self._as_ollama(body), model, _NEWEST)
            await Generation(body, tokens, self.dialect).run(steps, answer)

    def _as_ollama(self, body: Any) -> JsonObject:
        """The body as the other double's improvising reads it."""
        heeded = "json_schema" in self.dialect.formats and "response_format" in body
        wanted: dict[str, Any] = body["response_format"] if heeded else {}
        schema: JsonValue = wanted["json_schema"]["schema"] if "json_schema" in wanted else None
        return {"messages": body["messages"], "think": False, "format": schema}


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
