"""Ollama's protocol in front of the real engine: its templates, token counts, grammars and sampling are real.

    python -m tests.real_model.ollama_front

runs both, prints where each listens, and ends when told to.
"""

import asyncio
import contextlib
import signal
import tempfile
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import httpx

from agentic_search.domain.data import JsonObject
from tests.real_model.engine import CONTEXT, NAME, llama_server
from tests.real_model.set_up import default_folder, set_up
from tests.support.ollama_double import Fail, Length, Limits, Model, OllamaDouble, Pace, Say, Silent, Step
from tests.support.ollama_double.engine import Engine
from tests.support.ollama_double.refusals import ENGINE, Refused, too_long
from tests.support.sse import messages

MODEL = Model(NAME, ("completion",), "134.52M", context=CONTEXT, embedding_length=576, size=98_362_432)
_SAMPLING: JsonObject = {"temperature": 0.8, "top_k": 40, "top_p": 0.9, "min_p": 0.0, "repeat_penalty": 1.0}
"""Ollama's defaults, for what a request leaves open."""
_MOST_SECONDS = 900


class LlamaEngine(Engine):
    """An engine of the double that has llama.cpp's server generate."""

    def __init__(self, url: str, *, slots: int = 1, pace: Pace | None = None) -> None:
        """As many `slots` as the server has; a `pace` makes the model slower than it is."""
        super().__init__((0, 33, 0), Limits(parallel=slots), pace or Pace())
        self.forced: JsonObject = {}
        """Options that win over those of a request."""
        self._url = url

    async def fit(self, model: Model, body: JsonObject, num_ctx: int) -> int:
        """Tokens of the prompt; one that does not fit is refused, whatever the call says of cutting it."""
        async with self._client() as client:
            _, tokens = await _prompt(client, body)
        if tokens >= num_ctx:
            raise too_long(tokens, num_ctx)
        return tokens

    async def reply(self, model: Model, body: JsonObject, num_ctx: int) -> AsyncGenerator[Step]:
        """What the server generates, token by token."""
        given = body.get("options")
        options = {**(given if isinstance(given, dict) else {}), **self.forced}
        async with self._client() as client:
            prompt, tokens = await _prompt(client, body)
            most, room = int(str(options.get("num_predict") or 0)), num_ctx - tokens
            request: JsonObject = {
                **_SAMPLING,
                **{key: value for key, value in options.items() if key in {*_SAMPLING, "seed", "stop"}},
                **({"json_schema": body["format"]} if isinstance(body.get("format"), dict) else {}),
                "prompt": prompt,
                "stream": True,
                "cache_prompt": True,
                "n_predict": min(most, room) if most > 0 else room,
            }
            async with client.stream("POST", "/completion", json=request) as response:
                if response.is_error:
                    raise Refused(400, (await response.aread()).decode(errors="replace"), ENGINE)
                async for message in messages(response):
                    piece: dict[str, Any] = message.data
                    if piece["content"]:
                        yield Say(piece["content"])
                    elif not piece["stop"]:
                        yield Silent()  # a token that is no whole character yet counts all the same
                    if piece["stop"]:
                        if piece["stop_type"] == "limit":
                            yield Length()
                        return
        yield Fail("an error was encountered while running the model: unexpected EOF")

    def _client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self._url, timeout=_MOST_SECONDS)


async def _prompt(client: httpx.AsyncClient, body: JsonObject) -> tuple[str, int]:
    """The messages in the model's own template, and how many tokens that is."""
    applied = await client.post("/apply-template", json={"messages": body["messages"]})
    prompt: str = applied.raise_for_status().json()["prompt"]
    asked = {"content": prompt, "add_special": True, "parse_special": True}
    tokens = (await client.post("/tokenize", json=asked)).raise_for_status().json()["tokens"]
    return prompt, len(tokens)


async def _serve() -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    with tempfile.TemporaryDirectory() as folder:
        async with (
            llama_server(set_up(default_folder()), Path(folder) / "engine") as server,
            OllamaDouble([MODEL], engine=LlamaEngine(server.url)) as ollama,
        ):
            print(f"OpenAI's protocol: {server.url}/v1\nOllama's protocol: {ollama.url}", flush=True)
            await stopped.wait()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve())
