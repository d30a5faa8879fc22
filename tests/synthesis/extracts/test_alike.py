"""Quotations that an embedding model chooses, where question and passages are in different languages."""

import asyncio
from collections.abc import Sequence
from functools import partial

import pytest

from agentic_search.errors import ModelUnavailable
from agentic_search.models.embedding.embedding_model import EmbeddingModel, FindEmbedding
from agentic_search.models.ollama.source import OllamaSource
from agentic_search.models.openai.address import server_access
from agentic_search.models.openai.source import OpenAISource
from agentic_search.synthesis.extracts.alike import MOST, with_meaning
from agentic_search.synthesis.writing.extractive_writer import BY_MEANING, ExtractiveWriter
from agentic_search.synthesis.writing.fallback_writer import FallbackWriter
from agentic_search.synthesis.writing.writer import Written
from tests.support.ollama_double import Model, OllamaDouble
from tests.support.ollama_double.embedding import by_concept
from tests.support.openai_double import OpenAIDouble
from tests.synthesis.evidence.samples import writer_input

MODELS = (Model("qwen3:8b"), Model("nomic-embed", ("embedding",), vector=by_concept))
BILL = "A bill may be paid within thirty days. Who is late owes a small fee."
WHALE = "A whale sings for hours, and others learn the tune."
OTHER = "Glaciers move down a valley."
QUESTION = "Muss ich die Rechnung sofort bezahlen?"


async def quoted(question: str, *texts: str, models: Sequence[Model] = MODELS) -> Written:
    """What quotes these texts, with the models of an Ollama."""
    async with OllamaDouble(models) as ollama, OllamaSource(ollama.url) as source:
        writer = FallbackWriter(None, embedding=partial(source.embedding, ""))
        return await writer.write(writer_input(question, *texts), lambda _: None)


@pytest.mark.parametrize(
    ("question", "best"),
    [
        (QUESTION, 2),
        ("Combien de temps pour payer une facture en retard ?", 2),
        ("Wie lange dauert der Gesang der Wale?", 3),
        ("Pourquoi le chant des baleines ?", 3),
    ],
)
async def test_a_question_finds_the_passage_of_another_language(question: str, best: int) -> None:
    found = (await quoted(question, OTHER, BILL, WHALE)).answer
    assert not found.nothing_found
    assert [source.url for source in found.sources] == [f"https://docs.example/{best}"]
    assert BY_MEANING in found.text


async def test_a_server_that_is_compatible_with_openais_chooses_too() -> None:
    models = (Model("qwen3-8b"), Model("bge-m3", vector=by_concept))
    async with OpenAIDouble(models) as server, OpenAISource(server_access("lab", server.url, "")) as source:
        writer = FallbackWriter(None, embedding=partial(source.embedding, ""))
        found = (await writer.write(writer_input(QUESTION, OTHER, BILL), lambda _: None)).answer
        asked = [request.body["input"] for request in server.requests if request.path.endswith("/embeddings")]
    assert not found.nothing_found and found.sources[0].url == "https://docs.example/2"
    assert len(asked) == 1, "one batch"


@pytest.mark.parametrize(
    ("question", "texts", "models"),
    [
        (QUESTION, (OTHER, WHALE), MODELS),
        (QUESTION, (OTHER, BILL), MODELS[:1]),
        ("Wer hat die Brücke gebaut?", (OTHER, BILL, WHALE), MODELS),
        ("Hallo!", (OTHER, BILL), MODELS),
        ("How is an invoice paid?", ("Eine Rechnung wird per Überweisung bezahlt.",), MODELS),
    ],
    ids=["nothing alike", "no embedding model", "unlike anything", "no question", "not comparable"],
)
async def test_nothing_is_found_where_nothing_is_alike(
    question: str, texts: Sequence[str], models: Sequence[Model]
) -> None:
    found = (await quoted(question, *texts, models=models)).answer
    assert found.nothing_found and BY_MEANING not in found.text


async def test_no_model_is_looked_for_where_words_suffice() -> None:
    looked: list[str] = []

    async def find() -> EmbeddingModel | None:
        looked.append("now")
        return None

    writer = ExtractiveWriter(embedding=find)
    found = await writer.write(writer_input("When may a bill be paid?", BILL, OTHER), lambda _: None)
    assert not found.answer.nothing_found and not looked
    await writer.write(writer_input(QUESTION), lambda _: None)
    assert not looked, "there is nothing to choose from"


async def _gone() -> EmbeddingModel | None:
    raise ModelUnavailable("It has gone.")


async def _silent() -> EmbeddingModel | None:
    await asyncio.Event().wait()


@pytest.mark.parametrize("find", [_gone, _silent])
async def test_a_model_that_fails_costs_nothing_but_itself(find: FindEmbedding) -> None:
    asked = writer_input(QUESTION, OTHER, BILL)
    assert (await with_meaning(asked, find, within=0.05)).alike == {}


async def test_a_model_gets_a_bounded_batch_of_bounded_texts() -> None:
    batches: list[Sequence[str]] = []

    class Remembering:
        name = "remembering"

        async def embed(self, texts: Sequence[str]) -> list[list[float]]:
            batches.append(texts)
            return [[1.0] for _ in texts]

    async def find() -> EmbeddingModel | None:
        return Remembering()

    texts = [f"{number} {BILL} " * 500 for number in range(3 * MOST)]
    await with_meaning(writer_input(QUESTION * 1_000, *texts), find, within=30)
    assert len(batches) == 1 and len(batches[0]) < 2 * MOST and max(map(len, batches[0])) <= 2_000
