"""Whether Ollama will load the model before a call: it is told where it is so, and nowhere else."""

import pytest

from agentic_search.models.chat import Message, ModelOutput, Waiting
from agentic_search.models.ollama.source import OllamaSource
from tests.support.ollama_double import Limits, Model, OllamaDouble

LOADING = Waiting(loading=True)


async def called(source: OllamaSource, name: str = "") -> list[ModelOutput]:
    """All that one call gives."""
    model = await source.open(name)
    return [part async for part in model.stream([Message("user", "hi")], max_tokens=9)]


async def test_the_first_call_says_that_the_model_is_loaded_and_the_next_does_not() -> None:
    async with OllamaDouble(limits=Limits(load_time=0.05)) as ollama, OllamaSource(ollama.url) as source:
        first, second = await called(source), await called(source)
    assert first[:2] == [LOADING, Waiting()]
    assert not any(isinstance(part, Waiting) for part in [*first[2:], *second])


async def test_each_model_is_loaded_by_itself() -> None:
    models = [Model("a:8b"), Model("b:8b")]
    async with OllamaDouble(models) as ollama, OllamaSource(ollama.url) as source:
        told = [LOADING in await called(source, name) for name in ("a:8b", "b:8b", "a:8b", "B:8B")]
    assert told == [True, True, False, False]


@pytest.mark.parametrize(("loaded_with", "loads"), [(2_048, True), (8_192, False)])
async def test_a_model_that_another_program_loaded_with_less_context_is_loaded_anew(
    loaded_with: int, loads: bool
) -> None:
    async with OllamaDouble() as ollama:
        async with OllamaSource(ollama.url, num_ctx=loaded_with) as other:
            await called(other)
        async with OllamaSource(ollama.url, num_ctx=8_192) as source:
            assert (LOADING in await called(source)) is loads


async def test_where_ollama_does_not_tell_what_is_loaded_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {"/api/version": "GET", "/api/tags": "GET", "/api/show": "POST", "/api/chat": "POST"}
    monkeypatch.setattr("tests.support.ollama_double.server._METHODS", known)
    async with OllamaDouble() as ollama, OllamaSource(ollama.url) as source:
        parts = await called(source)
    assert parts and LOADING not in parts
