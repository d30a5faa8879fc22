"""Sends one request for a chat, and gives what comes back as it comes: chunks, or why there is none."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

import httpx
from pydantic import TypeAdapter

from agentic_search.clock import Clock
from agentic_search.domain.data import JsonObject
from agentic_search.errors import ModelError, ModelInterrupted
from agentic_search.models.network.failures import NETWORK_ERRORS, explain_network
from agentic_search.models.network.transport import PACE, OverlongReply, read_whole
from agentic_search.models.openai.chunks import ChatChunk, read_chunk, together
from agentic_search.models.openai.errors import ServerAccess, explain_refusal
from agentic_search.models.openai.events import EventReader
from agentic_search.models.openai.refusals import Refusal, error_in, read_refusal

_OBJECT = TypeAdapter(JsonObject)
_COUNTS_WITHIN = 2.0
"""Seconds after the model's end in which the server may still tell the tokens."""
# An answer that is compressed comes late: the server waits until there is something to compress.
_HEADERS = {"accept": "text/event-stream", "accept-encoding": "identity"}


class CallRefused(Exception):
    """The server answered with an error; `error` is what it means."""

    def __init__(self, refusal: Refusal, error: ModelError) -> None:
        super().__init__(refusal.text)
        self.refusal = refusal
        self.error = error


class ReplyStream:
    """One request."""

    def __init__(self, http: httpx.AsyncClient, server: ServerAccess, clock: Clock, *, model: str) -> None:
        """`model`: its name in messages."""
        self._http = http
        self._server = server
        self._clock = clock
        self._model = model
        self._reader = EventReader(server.longest_line)
        self._said = self._finished = False

    async def chunks(self, url: str, body: JsonObject) -> AsyncGenerator[ChatChunk]:
        """Post the body, and give what arrives; the stream ends with the server's, or soon after the model's end.

        Raises CallRefused or ModelInterrupted.
        """
        try:
            async with self._http.stream("POST", url, json=body, headers=_HEADERS) as response:
                if not response.is_success:
                    await self._raise_refusal(response)
                async with aclosing(self._data(response)) as pieces:
                    async for data in pieces:
                        chunk, failure = self._read(data)
                        yield chunk
                        if failure is not None:
                            raise failure
                if self._reader.done and self._said and not self._finished:
                    yield ChatChunk(finish="stop")  # some servers say no more than that all was sent
        except NETWORK_ERRORS as error:
            if not self._finished:
                raise explain_network(error, self._server.as_server, model=self._model) from error
        except OverlongReply as error:
            raise ModelInterrupted(
                f"The model server {self._server.name!r} wrote {error}, while {self._model!r} was running."
            ) from error
        except ValueError as error:
            raise ModelInterrupted(
                f"The model server {self._server.name!r} sent no stream of a chat while {self._model!r} was running."
            ) from error

    async def _data(self, response: httpx.Response) -> AsyncGenerator[Sequence[bytes]]:
        """The data of the events that arrived together, or the whole body of a server that does not stream."""
        if "json" in response.headers.get("content-type", ""):
            yield [await read_whole(response, self._server.longest_line)]
            return
        pieces, until = response.aiter_bytes(), None
        while not self._reader.done:
            if self._finished and until is None:
                until = asyncio.get_running_loop().time() + _COUNTS_WITHIN
            try:
                async with asyncio.timeout_at(until):  # of all pieces: some servers send comments for ever
                    piece = await anext(pieces, None)
            except TimeoutError:
                return
            if piece is None:
                yield self._reader.end()
                return
            yield self._reader.feed(piece)
            await self._clock.sleep(PACE)

    def _read(self, data: Sequence[bytes]) -> tuple[ChatChunk, Exception | None]:
        """What the data says, up to the first that is an error, and that error."""
        chunks: list[ChatChunk] = []
        failure: Exception | None = None
        try:
            chunks.extend(self._chunk(_OBJECT.validate_json(each)) for each in data)
        except (CallRefused, ValueError) as error:
            failure = error
        chunk = together(chunks)
        self._said = self._said or bool(chunk.text)
        self._finished = self._finished or chunk.finish is not None
        return chunk, failure

    def _chunk(self, sent: JsonObject) -> ChatChunk:
        told = error_in(sent) if "choices" not in sent or sent.get("error") else None
        if told is not None:
            raise CallRefused(told, explain_refusal(told, self._server, model=self._model))
        return read_chunk(sent)

    async def _raise_refusal(self, response: httpx.Response) -> None:
        refusal = read_refusal(response.status_code, await read_whole(response, self._server.longest_line))
        retry_after = response.headers.get("retry-after", "")
        raise CallRefused(refusal, explain_refusal(refusal, self._server, model=self._model, retry_after=retry_after))
