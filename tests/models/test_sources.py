"""Several sources as one, over real HTTP: whose model a name means, and what one that is down takes from the rest."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from agentic_search.errors import ModelMissing, ModelUnavailable
from agentic_search.models.ollama.source import OllamaSource
from agentic_search.models.openai.address import server_access
from agentic_search.models.openai.source import OpenAISource
from agentic_search.models.sources import ModelSources
from tests.support.ollama_double import Model, OllamaDouble
from tests.support.openai_double import OpenAIDouble
from tests.support.service import NOBODY
from tests.support.serving import says, serving


@asynccontextmanager
async def sources(ollama: str = NOBODY, *, within: float = 8.0, **servers: str) -> AsyncGenerator[ModelSources]:
    """An Ollama, and servers by name."""
    others = {name: OpenAISource(server_access(name, url, ""), prefix=f"{name}/") for name, url in servers.items()}
    async with ModelSources(OllamaSource(ollama), others, within=within) as opened:
        yield opened


@pytest.mark.parametrize(
    ("name", "opened"),
    [
        ("", "small:1b"),
        ("small", None),
        ("small:1b", "small:1b"),
        ("ollama/small:1b", "small:1b"),
        ("hf.co/someone/x:1b", "hf.co/someone/x:1b"),
        ("ollama/hf.co/someone/x:1b", "hf.co/someone/x:1b"),
        ("lab/big", "lab/big"),
        ("lab/qwen/qwen3-8b", "lab/qwen/qwen3-8b"),
        ("lab/small:1b", None),
        ("nowhere/big", None),
    ],
)
async def test_a_name_is_ollamas_unless_a_source_stands_before_it(name: str, opened: str | None) -> None:
    ours = [Model("small:1b", parameter_size="1B"), Model("hf.co/someone/x:1b", parameter_size="0.5B")]
    theirs = [Model("big"), Model("qwen/qwen3-8b")]
    async with OllamaDouble(ours) as ollama, OpenAIDouble(theirs) as lab, sources(ollama.url, lab=lab.url) as source:
        report = await source.report()
        assert [model.name for model in report.models] == [
            "small:1b", "hf.co/someone/x:1b", "lab/big", "lab/qwen/qwen3-8b",
        ]  # fmt: skip
        assert report.error is None
        if opened is None:
            with pytest.raises(ModelMissing):
                await source.open(name)
        else:
            assert (await source.open(name)).name == opened


async def test_without_ollama_the_first_model_of_the_others_is_taken() -> None:
    async with (
        OpenAIDouble([Model("nomic-embed-text")]) as one,
        OpenAIDouble([Model("whisper"), Model("x"), Model("y")]) as two,
        sources(down=f"{NOBODY}/v1", one=one.url, two=two.url) as source,
    ):
        assert (await source.open("")).name == "two/x"
        report = await source.report()
        assert [model.name for model in report.models if model.usable] == ["two/x", "two/y"]
        assert "'down'" in (report.error or "") and "'one'" in (report.error or "")
        assert "Ollama" not in (report.error or ""), "nobody said that there is one"


async def test_with_nobody_anywhere_each_says_what_to_do() -> None:
    async with sources(lab=f"{NOBODY}/v1") as source:
        error = (await source.report()).error or ""
        assert "ollama serve" in error and "'lab' in AGENTIC_SEARCH_MODELS" in error
        with pytest.raises(ModelUnavailable, match=r"ollama serve.*'lab'"):
            await source.open("")


async def test_a_plain_name_that_another_source_has_is_told_with_its_full_name() -> None:
    async with OpenAIDouble([Model("x")]) as lab, sources(lab=lab.url) as source:
        with pytest.raises(ModelUnavailable, match="Another source has it: write lab/x"):
            await source.open("x")
        with pytest.raises(ModelUnavailable, match="named SOURCE/MODEL; the sources are: lab"):
            await source.open("y")


async def test_a_silent_source_is_asked_beside_the_others_and_hides_nothing() -> None:
    async with (
        asyncio.timeout(20),
        serving(says()) as silent,
        OllamaDouble() as ollama,
        OpenAIDouble([Model("x")]) as lab,
        sources(ollama.url, within=0.5, silent=f"{silent.url}/v1", quiet=f"{silent.url}/v1", lab=lab.url) as source,
    ):
        assert (await source.open("")).name == "qwen3:8b"
        report = await source.report()
        assert [model.name for model in report.models] == ["qwen3:8b", "lab/x"]
        assert "'silent' did not say within 0.5 s" in (report.error or "")
        with pytest.raises(ModelUnavailable, match="did not say within"):
            await source.open("silent/x")


async def test_a_server_that_comes_later_is_noticed() -> None:
    async with OpenAIDouble() as first:
        port, url = int(first.root.rpartition(":")[2]), first.url
    async with sources(lab=url) as source:
        assert (await source.report()).models == ()
        async with OpenAIDouble([Model("x")], port=port):
            assert (await source.open("")).name == "lab/x"
            assert [model.name for model in (await source.report()).models] == ["lab/x"]
