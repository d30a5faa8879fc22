"""The models of one OpenAI-compatible server: gives the ChatModel of a name, or says why there is none."""

from collections import defaultdict
from types import TracebackType
from typing import Self

import httpx

from agentic_search.clock import Clock, SystemClock
from agentic_search.errors import ModelError, ModelMissing, ModelUnavailable
from agentic_search.models.chat import ChatModel, ModelReport, ModelServer
from agentic_search.models.embedding.embedding_model import EmbeddingModel
from agentic_search.models.embedding.over_http import OpenAIEmbedding
from agentic_search.models.network.transport import CONNECT_TIMEOUT, ModelTransport
from agentic_search.models.openai.call_form import CallForms
from agentic_search.models.openai.chat_model import OpenAIModel
from agentic_search.models.openai.errors import ServerAccess, missing_model, nothing_usable
from agentic_search.models.openai.inventory import ServedModels, ServerInventory
from agentic_search.models.openai.listing import ServedModel, best_served
from agentic_search.models.token_learner import TokenLearner


class OpenAISource:
    """A ModelSource: the models of one server. An async context manager; leaving it closes every connection."""

    def __init__(
        self,
        server: ServerAccess,
        *,
        prefix: str = "",
        num_ctx: int = 0,
        read_timeout: float = 120.0,
        list_timeout: float = 5.0,
        fresh_for: float = 5.0,
        clock: Clock | None = None,
    ) -> None:
        """`prefix` stands before the names of its models. `num_ctx`: tokens; 0 chooses from the model.

        The others are seconds. `read_timeout` is the longest silence: the server's queue, loading the model and reading
        the prompt are all silent. `list_timeout` is the same for anything but generating; `fresh_for` is how long a
        list of models is believed. Raises ConfigurationError for a proxy that cannot be used.
        """
        self._server = server
        self._prefix = prefix
        self._num_ctx = num_ctx
        self._clock = clock or SystemClock()
        self._forms = CallForms()
        self._learners: defaultdict[str, TokenLearner] = defaultdict(TokenLearner)
        headers = {"authorization": f"Bearer {server.key}"} if server.key else {}
        transport = ModelTransport(server.url, self._clock)
        listing = httpx.Timeout(list_timeout, connect=CONNECT_TIMEOUT)
        generating = httpx.Timeout(list_timeout, connect=CONNECT_TIMEOUT, read=read_timeout, pool=read_timeout)
        self._listing = httpx.AsyncClient(transport=transport, timeout=listing, headers=headers)
        self._generating = httpx.AsyncClient(transport=transport, timeout=generating, headers=headers)
        self._inventory = ServerInventory(self._listing, server, self._clock, prefix=prefix, fresh_for=fresh_for)

    def __repr__(self) -> str:
        return f"OpenAISource({self._server!r})"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._generating.aclose()
        await self._listing.aclose()

    async def report(self) -> ModelReport:
        """What the server has now, in its own order; never raises."""
        try:
            inventory = await self._get()
        except ModelError as error:
            return ModelReport((), str(error))
        models = tuple(served.info for served in inventory.models)
        return ModelReport(models, None if best_served(inventory.models) else nothing_usable(self._server))

    async def open(self, name: str) -> ChatModel:
        """The model of that name, with or without the prefix, or the first for an empty name.

        Raises ModelUnavailable or ModelMissing.
        """
        wanted = name.removeprefix(self._prefix)
        inventory = await self._get()
        served = _pick(wanted, inventory)
        if served is None:
            # It may have been loaded a moment ago.
            inventory = await self._get(fresh=True)
            served = _pick(wanted, inventory)
        if served is None:
            names = [one.info.name for one in inventory.models if one.info.usable]
            raise missing_model(name, names, self._server) if wanted else ModelMissing(nothing_usable(self._server))
        if not served.info.usable:
            raise ModelMissing(f"The model {served.info.name!r} cannot be used. {served.info.reason}")
        return OpenAIModel(
            http=self._generating,
            access=self._server,
            served_by=ModelServer(inventory.url, inventory.slots),
            served=served,
            configured_num_ctx=served.num_ctx(self._num_ctx),
            forms=self._forms,
            learner=self._learners[served.id],
            clock=self._clock,
        )

    async def embedding(self, beside: str) -> EmbeddingModel | None:
        """The server's first embedding model, in its order, if it tells of one; raises ModelError."""
        inventory = await self._get()
        found = next((one for one in inventory.models if "embedding" in one.info.capabilities), None)
        if found is None:
            return None
        return OpenAIEmbedding(self._listing, inventory.url, found.id, found.info.name)

    async def _get(self, *, fresh: bool = False) -> ServedModels:
        try:
            return await self._inventory.get(fresh=fresh)
        except ModelUnavailable:
            self._forms.forget()
            raise


def _pick(wanted: str, inventory: ServedModels) -> ServedModel | None:
    if not wanted:
        return best_served(inventory.models)
    return next((served for served in inventory.models if served.id == wanted), None)
