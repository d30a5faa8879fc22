"""What every ModelSource does, real or a double: one suite over all of them."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from agentic_search.errors import ModelMissing, ModelUnavailable
from agentic_search.models.chat import ModelSource
from agentic_search.models.ollama.source import OllamaSource
from agentic_search.models.openai.address import server_access
from agentic_search.models.openai.source import OpenAISource
from agentic_search.models.scripted import ScriptedModel, ScriptedSource
from agentic_search.models.sources import ModelSources
from tests.models.asking import ask, text_of
from tests.support.ollama_double import Model, OllamaDouble
from tests.support.openai_double import OpenAIDouble
from tests.support.service import NOBODY

BEST = "best:8b"
"""The best of the models: for Ollama the largest that a laptop runs, for the scripted source the first."""
OTHER = "other:1b"

Opened = Callable[[Sequence[str]], AbstractAsyncContextManager[ModelSource]]


@asynccontextmanager
async def ollama(names: Sequence[str]) -> AsyncGenerator[ModelSource]:
    """An Ollama with these models."""
    models = [Model(name, parameter_size=name.partition(":")[2].upper()) for name in names]
    async with OllamaDouble(models) as server, OllamaSource(server.url) as source:
        yield source


@asynccontextmanager
async def scripted(names: Sequence[str]) -> AsyncGenerator[ModelSource]:
    """The double that ships with the package."""
    yield ScriptedSource(*(ScriptedModel(name, ["Hello."]) for name in names))


@asynccontextmanager
async def openai(names: Sequence[str]) -> AsyncGenerator[ModelSource]:
    """An OpenAI-compatible server with these models."""
    async with (
        OpenAIDouble(map(Model, names)) as server,
        OpenAISource(server_access("lab", server.url, "")) as source,
    ):
        yield source


@asynccontextmanager
async def several(names: Sequence[str]) -> AsyncGenerator[ModelSource]:
    """That Ollama, as the only one of several sources."""
    models = [Model(name, parameter_size=name.partition(":")[2].upper()) for name in names]
    async with OllamaDouble(models) as server, ModelSources(OllamaSource(server.url), {}) as source:
        yield source


@asynccontextmanager
async def no_ollama() -> AsyncGenerator[ModelSource]:
    """An address where nobody answers."""
    async with OllamaSource(NOBODY) as source:
        yield source


@asynccontextmanager
async def no_server() -> AsyncGenerator[ModelSource]:
    """Another such address."""
    async with OpenAISource(server_access("lab", NOBODY, "")) as source:
        yield source


@asynccontextmanager
async def nobody_at_all() -> AsyncGenerator[ModelSource]:
    """Both."""
    server = OpenAISource(server_access("lab", NOBODY, ""), prefix="lab/")
    async with ModelSources(OllamaSource(NOBODY), {"lab": server}) as source:
        yield source


@asynccontextmanager
async def failing_script() -> AsyncGenerator[ModelSource]:
    """The double, told that nobody answers."""
    yield ScriptedSource(error=ModelUnavailable("Nobody answers."))


every_source = pytest.mark.parametrize("opened", [ollama, openai, several, scripted])
every_source_where_nobody_answers = pytest.mark.parametrize(
    "opened", [no_ollama, no_server, nobody_at_all, failing_script]
)


@every_source
async def test_the_report_tells_every_model_in_order(opened: Opened) -> None:
    async with opened([BEST, OTHER]) as source:
        report = await source.report()
        assert report.error is None
        assert [model.name for model in report.models] == [BEST, OTHER]
        assert all(model.usable and model.reason is None and model.context for model in report.models)


@every_source
async def test_a_model_is_opened_by_its_name_and_can_be_called(opened: Opened) -> None:
    async with opened([BEST, OTHER]) as source:
        for name in (OTHER, BEST):
            model = await source.open(name)
            assert model.name == name
            assert await text_of(ask(model))


@every_source
async def test_no_name_takes_the_best_each_time(opened: Opened) -> None:
    async with opened([BEST, OTHER]) as source:
        assert [(await source.open("")).name for _ in range(2)] == [BEST, BEST]


@every_source
async def test_a_model_that_is_not_there_is_missing_and_those_that_are_there_are_named(opened: Opened) -> None:
    async with opened([BEST, OTHER]) as source:
        with pytest.raises(ModelMissing, match=f"'unknown'.*{BEST}.*{OTHER}"):
            await source.open("unknown")


@every_source
async def test_a_source_without_models_says_why_there_is_none(opened: Opened) -> None:
    async with opened([]) as source:
        report = await source.report()
        assert report.models == ()
        assert report.error
        for name in ("", "unknown"):
            with pytest.raises(ModelMissing):
                await source.open(name)


@every_source_where_nobody_answers
async def test_where_nobody_answers_the_report_says_so_and_nothing_opens(
    opened: Callable[[], AbstractAsyncContextManager[ModelSource]],
) -> None:
    async with opened() as source:
        for _ in range(2):
            report = await source.report()
            assert report.models == ()
            assert report.error
            for name in ("", BEST):
                with pytest.raises(ModelUnavailable, match=r"[Nn]o.* answers"):
                    await source.open(name)
