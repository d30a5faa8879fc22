"""What one server has: asks for its models, finds where its paths begin, keeps the answer for a few seconds."""

from contextlib import suppress
from dataclasses import dataclass

import httpx

from agentic_search.clock import Clock
from agentic_search.errors import ModelUnavailable
from agentic_search.models.chat import UNTOLD_SLOTS
from agentic_search.models.network.failures import NETWORK_ERRORS, explain_network
from agentic_search.models.network.recent_answer import RecentAnswer
from agentic_search.models.openai.address import candidates, root_of
from agentic_search.models.openai.errors import ServerAccess, explain_refused_listing, not_openai
from agentic_search.models.openai.listing import ServedModel, SlotProps, is_of_llama_cpp, read_models, read_props
from agentic_search.models.openai.refusals import read_refusal


@dataclass(frozen=True, slots=True)
class ServedModels:
    """What a server has at one moment."""

    url: str
    """What its paths follow: `http://127.0.0.1:8080/v1`."""
    models: tuple[ServedModel, ...]
    slots: int
    """Requests that it works on at once."""


class ServerInventory:
    """The models of one server."""

    def __init__(
        self, http: httpx.AsyncClient, server: ServerAccess, clock: Clock, *, prefix: str, fresh_for: float
    ) -> None:
        """`http` sends the server's key; `prefix` stands before the models' names; `fresh_for`: seconds."""
        self._http = http
        self._server = server
        self._prefix = prefix
        self._may_be_lm_studio = True
        self._answer = RecentAnswer(self._ask, clock, fresh_for=fresh_for)

    async def get(self, *, fresh: bool = False) -> ServedModels:
        """What is there, at most `fresh_for` seconds old, or new when `fresh`. Raises ModelUnavailable."""
        return await self._answer.get(fresh=fresh)

    async def _ask(self) -> ServedModels:
        first: ModelUnavailable | None = None
        for url in candidates(self._server.url):
            try:
                return await self._list(url)
            except ModelUnavailable as error:
                first = first or error
        raise first or not_openai(self._server)

    async def _list(self, url: str) -> ServedModels:
        response = await self._fetch(f"{url}/models")
        if not response.is_success:
            refusal = read_refusal(response.status_code, response.content)
            raise explain_refused_listing(refusal, self._server, retry_after=response.headers.get("retry-after", ""))
        try:
            models = read_models(response.content, prefix=self._prefix)
        except ValueError as error:
            raise not_openai(self._server) from error
        if len(models) == 1 and is_of_llama_cpp(response.content):
            return await self._with_slots(url, models[0])
        if not any(served.info.context for served in models):
            models = await self._of_lm_studio(url) or models
        return ServedModels(url, models, UNTOLD_SLOTS)

    async def _with_slots(self, url: str, served: ServedModel) -> ServedModels:
        """The model of llama.cpp's server with the context of each request: the list has only the sum of them."""
        props = SlotProps()
        with suppress(ModelUnavailable, ValueError):
            response = await self._fetch(f"{root_of(url)}/props")
            props = read_props(response.content) if response.is_success else props
        return ServedModels(url, (served.with_context(props.context),), props.count or UNTOLD_SLOTS)

    async def _of_lm_studio(self, url: str) -> tuple[ServedModel, ...]:
        """LM Studio's own list, which has contexts and kinds; nothing, and not asked for again, where there is none."""
        if not self._may_be_lm_studio:
            return ()
        with suppress(ModelUnavailable, ValueError):
            response = await self._fetch(f"{root_of(url)}/api/v0/models")
            if response.is_success:
                return read_models(response.content, prefix=self._prefix)
        self._may_be_lm_studio = False
        return ()

    async def _fetch(self, url: str) -> httpx.Response:
        try:
            return await self._http.get(url)
        except NETWORK_ERRORS as error:
            raise ModelUnavailable(str(explain_network(error, self._server.as_server))) from error
