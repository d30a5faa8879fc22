"""Several sources of models as one: Ollama's under their own names, those of the others as `source/model`."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Mapping
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Protocol, Self, TypeVar

from agentic_search.errors import ModelError, ModelMissing, ModelUnavailable
from agentic_search.models.chat import ChatModel, ModelReport, ModelSource, PullProgress
from agentic_search.models.embedding.embedding_model import EmbeddingModel

OLLAMA = "ollama"
"""The name of the source whose models need none before theirs."""

_GivenT = TypeVar("_GivenT")


class OpenedSource(ModelSource, Protocol):
    """A source with connections of its own, which leaving it closes."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class PullingSource(OpenedSource, Protocol):
    """One that can fetch models."""

    def pull(self, name: str) -> AsyncGenerator[PullProgress, None]:
        """Fetch a model, with progress; raises ModelError."""
        ...


class ModelSources:
    """A ModelSource: Ollama, and others by name. An async context manager of all of them.

    The others report their models as `name/model`, and open them by that. All are asked at the same time, and one that
    is down hides nothing of the rest.
    """

    def __init__(self, ollama: PullingSource, others: Mapping[str, OpenedSource], *, within: float = 8.0) -> None:
        """`within`: seconds that one source may take to say what it has."""
        self.pull = ollama.pull
        """Fetches a model for Ollama: see PullingSource."""
        self._others = dict(others)
        self._all: dict[str, OpenedSource] = {OLLAMA: ollama, **others}
        self._within = within
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        for source in self._all.values():
            await self._stack.enter_async_context(source)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def report(self) -> ModelReport:
        """What all have, Ollama's first; never raises.

        The error tells of the sources that were configured and have nothing, and of Ollama where nobody has anything.
        """
        ollama, *others = await self._reports(*self._all)
        models = tuple(model for report in (ollama, *others) for model in report.models)
        told = [report.error for report in others]
        if not any(model.usable for model in models):
            told.insert(0, ollama.error)
        suggestion = None if any(model.usable for model in models) else ollama.suggestion
        return ModelReport(models, " ".join(filter(None, told)) or None, suggestion)

    async def open(self, name: str) -> ChatModel:
        """The model of that name, `source/model` or of Ollama; for an empty name Ollama's best, else another's.

        Raises ModelUnavailable or ModelMissing.
        """
        if not name:
            return await self._open_best()
        source, slash, rest = name.partition("/")
        if slash and source in self._others:
            return await self._bounded(source, self._others[source].open(name))
        try:
            plain = rest if slash and source == OLLAMA else name
            return await self._bounded(OLLAMA, self._all[OLLAMA].open(plain))
        except ModelError as error:
            raise type(error)(" ".join(filter(None, (str(error), await self._hint(name))))) from error

    async def embedding(self, beside: str) -> EmbeddingModel | None:
        """An embedding model of the source that has the model `beside`: no text goes to another; raises ModelError."""
        source, slash, _ = beside.partition("/")
        name = source if slash and source in self._others else OLLAMA
        return await self._bounded(name, self._all[name].embedding(beside))

    async def _open_best(self) -> ChatModel:
        """The first in order that opens: all are asked, and who comes after it is not waited for."""
        async with asyncio.TaskGroup() as group:
            opening = [group.create_task(self._try(name)) for name in self._all]
            errors: list[ModelError] = []
            for task in opening:
                outcome = await task
                if not isinstance(outcome, ModelError):
                    for later in opening:
                        later.cancel()
                    return outcome
                errors.append(outcome)
        text = " ".join(str(error) for error in errors)
        kind = ModelMissing if any(isinstance(error, ModelMissing) for error in errors) else ModelUnavailable
        raise kind(text)

    async def _try(self, name: str) -> ChatModel | ModelError:
        try:
            return await self._bounded(name, self._all[name].open(""))
        except ModelError as error:
            return error

    async def _reports(self, *names: str) -> list[ModelReport]:
        async with asyncio.TaskGroup() as group:
            asking = [group.create_task(self._report(name)) for name in names]
        return [task.result() for task in asking]

    async def _report(self, name: str) -> ModelReport:
        try:
            return await self._bounded(name, self._all[name].report())
        except ModelUnavailable as error:
            return ModelReport((), str(error))

    async def _bounded(self, name: str, asking: Awaitable[_GivenT]) -> _GivenT:
        try:
            async with asyncio.timeout(self._within):
                return await asking
        except TimeoutError as error:
            raise ModelUnavailable(
                f"The model server {name!r} did not say within {self._within:g} s what it has. Restart it."
            ) from error

    async def _hint(self, name: str) -> str:
        """What to write for a name that Ollama does not know, where another source has such a model."""
        if not self._others:
            return ""
        reports = await self._reports(*self._others)
        full = [model.name for report in reports for model in report.models if model.name.partition("/")[2] == name]
        if full:
            return f"Another source has it: write {' or '.join(full)}."
        return f"Models of the other sources are named SOURCE/MODEL; the sources are: {', '.join(self._others)}."
