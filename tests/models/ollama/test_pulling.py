"""An Ollama without a model: one that fits the machine is suggested, and is fetched with progress."""

import pytest

from agentic_search.errors import ModelError, ModelUnavailable
from agentic_search.models.ollama.pulling import memory_of_this_machine, suggested
from agentic_search.models.ollama.source import OllamaSource
from tests.support.ollama_double import OllamaDouble

GIB = 1 << 30


@pytest.mark.parametrize(
    ("memory", "name"),
    [
        (64 * GIB, "qwen3:8b"),
        (15.5 * GIB, "qwen3:8b"),
        (8 * GIB, "qwen3:4b"),
        (5 * GIB, "qwen3:1.7b"),
        (GIB, "qwen3:0.6b"),
        (None, "qwen3:8b"),
    ],
)
def test_the_model_fits_the_machine(memory: int | None, name: str) -> None:
    assert suggested(memory).name == name


def test_the_memory_of_this_machine_is_known() -> None:
    assert (memory_of_this_machine() or 0) > 100_000_000


async def test_a_fetched_model_can_be_used_at_once() -> None:
    async with OllamaDouble([]) as ollama, OllamaSource(ollama.url, fresh_for=600) as source:
        report = await source.report()
        assert report.suggestion == suggested(memory_of_this_machine())
        assert report.suggestion is not None and f"ollama pull {report.suggestion.name}" in (report.error or "")
        steps = [step async for step in source.pull(report.suggestion.name)]
        assert [(step.completed, step.total) for step in steps if step.total] == [
            (1_000, 3_000),
            (2_000, 3_000),
            (3_000, 3_000),
        ]
        assert (await source.open("")).name == report.suggestion.name
        assert (await source.report()).suggestion is None


async def test_a_model_that_the_library_does_not_have_is_said() -> None:
    async with OllamaDouble([]) as ollama, OllamaSource(ollama.url) as source:
        with pytest.raises(ModelError, match="file does not exist"):
            _ = [step async for step in source.pull("missing")]


async def test_without_an_ollama_nothing_is_fetched() -> None:
    async with OllamaSource("http://127.0.0.1:9") as source:
        assert (await source.report()).suggestion is None
        with pytest.raises(ModelUnavailable):
            _ = [step async for step in source.pull("qwen3:4b")]
