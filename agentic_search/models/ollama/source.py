"""The models of one Ollama: gives the ChatModel of a name, or says why there is none."""

from collections import defaultdict
from collections.abc import AsyncGenerator
from contextlib import aclosing
from types import TracebackType
from typing import Self

import httpx
from ollama import AsyncClient

from agentic_search.clock import Clock, SystemClock
from agentic_search.errors import ModelError, ModelMissing
from agentic_search.models.chat import UNTOLD_SLOTS, ChatModel, ModelReport, ModelServer, PullProgress
from agentic_search.models.embedding.embedding_model import EmbeddingModel
from agentic_search.models.embedding.over_http import OllamaEmbedding
from agentic_search.models.network.address import is_on_this_machine
from agentic_search.models.network.transport import CONNECT_TIMEOUT, LONGEST_LINE
from agentic_search.models.ollama.address import base_url, is_cloud
from agentic_search.models.ollama.call_options import context_size, parse_keep_alive
from agentic_search.models.ollama.chat_model import OllamaModel
from agentic_search.models.ollama.errors import missing
from agentic_search.models.ollama.inventory import OllamaInventory
from agentic_search.models.ollama.listing import IN_CLOUD, OllamaModelInfo, best, find, runs_in_cloud
from agentic_search.models.ollama.pulling import memory_of_this_machine, pull, suggested
from agentic_search.models.ollama.transport import OllamaTransport
from agentic_search.models.token_learner import TokenLearner

_DEFAULT_PARALLEL = 1
"""OLLAMA_NUM_PARALLEL, where it is not set."""


class OllamaSource:
    """A ModelSource: the models of one Ollama. An async context manager; leaving it closes every connection."""

    def __init__(
        self,
        host: str,
        *,
        num_ctx: int = 0,
        keep_alive: str = "30m",
        parallel: int = 0,
        read_timeout: float = 120.0,
        list_timeout: float = 5.0,
        fresh_for: float = 5.0,
        longest_line: int = LONGEST_LINE,
        clock: Clock | None = None,
    ) -> None:
        """`host`: any form of OLLAMA_HOST. `num_ctx`: tokens; 0 chooses from the model.

        `parallel`: OLLAMA_NUM_PARALLEL as that Ollama has it, which it does not tell; 0: its default. The others are
        seconds.

        `read_timeout` is the longest silence: Ollama's queue, loading the model and reading the prompt are all silent.
        `list_timeout` is the same for anything but generating; `fresh_for` is how long a list of models is believed.
        `longest_line`: bytes of a line of a streamed chat.
        Raises ConfigurationError.
        """
        self.url = base_url(host)
        self._server = ModelServer(self.url, parallel or (UNTOLD_SLOTS if is_cloud(self.url) else _DEFAULT_PARALLEL))
        self._suggestion = suggested(memory_of_this_machine() if is_on_this_machine(self.url) else None)
        self._num_ctx = num_ctx
        self._keep_alive = parse_keep_alive(keep_alive)
        clock = clock or SystemClock()
        transport = OllamaTransport(self.url, clock, longest_line=longest_line)
        listing = httpx.Timeout(list_timeout, connect=CONNECT_TIMEOUT)
        generating = httpx.Timeout(list_timeout, connect=CONNECT_TIMEOUT, read=read_timeout, pool=read_timeout)
        self._http = httpx.AsyncClient(base_url=self.url, transport=transport, timeout=listing)
        self._client = AsyncClient(self.url, transport=transport, timeout=generating)
        self._inventory = OllamaInventory(self._http, clock, fresh_for=fresh_for)
        self._learners: defaultdict[str, TokenLearner] = defaultdict(TokenLearner)

    def __repr__(self) -> str:
        return f"OllamaSource({self.url!r})"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.close()
        await self._http.aclose()

    async def report(self) -> ModelReport:
        """What Ollama has now, in its own order; never raises."""
        try:
            inventory = await self._inventory.get()
        except ModelError as error:
            return ModelReport((), str(error))
        models = tuple(found.info for found in inventory.models)
        if best(inventory.models) is None:
            return ModelReport(models, self._nothing_usable(), self._suggestion)
        return ModelReport(models)

    async def open(self, name: str) -> ChatModel:
        """The model of that name (`:latest` may be left out), or the best for an empty name: see `best`.

        Raises ModelUnavailable or ModelMissing.
        """
        if runs_in_cloud(name) and not is_cloud(self.url):
            raise ModelMissing(f"The model {name!r} cannot be used. {IN_CLOUD}")
        inventory = await self._inventory.get()
        found = self._pick(name, inventory.models)
        if found is None:
            # It may have been pulled a moment ago.
            inventory = await self._inventory.get(fresh=True)
            found = self._pick(name, inventory.models)
        if found is None:
            names = [one.info.name for one in inventory.models if one.info.usable]
            raise missing(name, names) if name else ModelMissing(self._nothing_usable())
        if not found.info.usable:
            raise ModelMissing(f"The model {found.info.name!r} cannot be used. {found.info.reason}")
        return OllamaModel(
            client=self._client,
            inventory=self._inventory,
            served_by=self._server,
            found=found,
            version=inventory.version,
            configured_num_ctx=context_size(self._num_ctx, found.info.context),
            keep_alive=self._keep_alive,
            learner=self._learners[found.info.name],
        )

    async def embedding(self, beside: str) -> EmbeddingModel | None:
        """The first embedding model that runs here, in the order of the alphabet; raises ModelError."""
        inventory = await self._inventory.get()
        names = sorted(
            one.info.name
            for one in inventory.models
            if "embedding" in one.info.capabilities and one.info.reason != IN_CLOUD
        )
        return OllamaEmbedding(self._http, names[0], self._keep_alive) if names else None

    async def pull(self, name: str) -> AsyncGenerator[PullProgress]:
        """Have Ollama fetch a model: see `pulling`; it can be used at once when the generator has ended."""
        async with aclosing(pull(self._client, name, url=self.url)) as steps:
            async for step in steps:
                yield step
        await self._inventory.get(fresh=True)

    @staticmethod
    def _pick(name: str, found: tuple[OllamaModelInfo, ...]) -> OllamaModelInfo | None:
        return find(name, found) if name else best(found)

    def _nothing_usable(self) -> str:
        return f"Ollama at {self.url} has no model that can chat. Get one with `ollama pull {self._suggestion.name}`."
