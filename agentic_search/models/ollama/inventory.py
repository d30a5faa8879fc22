"""What one Ollama has: asks it for its version and its models, and keeps what it said for a few seconds."""

import asyncio
import re
from dataclasses import dataclass
from typing import TypeVar

import httpx
from ollama import ResponseError
from pydantic import BaseModel

from agentic_search.clock import Clock
from agentic_search.models.network.recent_answer import RecentAnswer
from agentic_search.models.ollama.address import is_cloud
from agentic_search.models.ollama.errors import CLIENT_ERRORS, explain_listing
from agentic_search.models.ollama.listing import (
    ListedModel,
    LoadedModels,
    OllamaModelInfo,
    ShownModel,
    Tags,
    describe,
)

Version = tuple[int, ...]
"""`(0, 31, 2)`; empty where it cannot be told."""

_Reply = TypeVar("_Reply", bound=BaseModel)


class _VersionReply(BaseModel):
    version: str


@dataclass(frozen=True, slots=True)
class Inventory:
    """What an Ollama has at one moment."""

    version: Version
    models: tuple[OllamaModelInfo, ...]


class OllamaInventory:
    """The models of the Ollama behind `http`, whose base URL is Ollama's.

    The `ollama` client's own list leaves out capabilities and context lengths, so this asks by itself.
    """

    def __init__(self, http: httpx.AsyncClient, clock: Clock, *, fresh_for: float) -> None:
        self._http = http
        self._clock = clock
        self._fresh_for = fresh_for
        self._answer = RecentAnswer(self._ask, clock, fresh_for=fresh_for)
        self._shown: dict[tuple[str, str], ShownModel] = {}
        self._seen_loaded: dict[tuple[str, int], float] = {}
        """When a model was seen to be loaded with at least so much context."""

    async def get(self, *, fresh: bool = False) -> Inventory:
        """What is there, at most `fresh_for` seconds old, or new when `fresh`. Raises ModelUnavailable."""
        return await self._answer.get(fresh=fresh)

    async def will_load(self, name: str, num_ctx: int) -> bool:
        """Whether Ollama would load the model before a call with that context; False where it cannot be told.

        A model that is loaded with less context is loaded anew. That one is loaded is believed for `fresh_for` seconds.
        """
        seen, now = self._seen_loaded.get((name, num_ctx)), self._clock.now()
        if is_cloud(str(self._http.base_url)) or (seen is not None and now - seen < self._fresh_for):
            return False
        try:
            loaded = (await self._fetch("GET", "/api/ps", LoadedModels)).models or ()
        except CLIENT_ERRORS:
            return False
        contexts = [one.context_length or num_ctx for one in loaded if one.name.lower() == name.lower()]
        if max(contexts, default=0) < num_ctx:
            return True
        self._seen_loaded[name, num_ctx] = now
        return False

    async def _ask(self) -> Inventory:
        url = str(self._http.base_url)
        try:
            version = parse_version((await self._fetch("GET", "/api/version", _VersionReply)).version)
            listed = (await self._fetch("GET", "/api/tags", Tags)).models or ()
        except CLIENT_ERRORS as error:
            raise explain_listing(error, url=url) from error
        async with asyncio.TaskGroup() as group:
            shown = [group.create_task(self._show(one)) for one in listed]
        in_cloud = is_cloud(url)
        described = (describe(one, task.result(), in_cloud=in_cloud) for one, task in zip(listed, shown, strict=True))
        return Inventory(version, tuple(described))

    async def _show(self, listed: ListedModel) -> ShownModel | None:
        """What else there is to know of a model; none where nothing is missing or Ollama cannot tell."""
        key = (listed.name, listed.digest)
        if not listed.needs_show or key in self._shown:
            return self._shown.get(key)
        try:
            shown = await self._fetch("POST", "/api/show", ShownModel, model=listed.name)
        except CLIENT_ERRORS:
            return None
        self._shown[key] = shown
        return shown

    async def _fetch(self, method: str, path: str, shape: type[_Reply], **body: str) -> _Reply:
        response = await self._http.request(method, path, json=body or None)
        if not response.is_success:
            raise ResponseError(response.text, response.status_code)
        return shape.model_validate_json(response.content)


def parse_version(text: str) -> Version:
    """The leading numbers of a version; empty for none, and for the 0.0.0 of a build without one."""
    match = re.match(r"v?(\d+(?:\.\d+)*)", text)
    numbers = tuple(int(number) for number in match.group(1).split(".")) if match else ()
    return numbers if any(numbers) else ()
