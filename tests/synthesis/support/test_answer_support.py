"""Every writer's answer is compared with its sources before it is complete, an embedding model helping or failing."""

import asyncio
from collections.abc import Sequence
from functools import partial

import pytest

from agentic_search.events.facts import AnswerBlock, AnswerCompleted, AnswerDelta, AnswerStarted, Fact, SupportByWords
from agentic_search.models.chat import ChatModel
from agentic_search.models.embedding.embedding_model import EmbeddingModel
from agentic_search.models.ollama.source import OllamaSource
from agentic_search.models.openai.address import server_access
from agentic_search.models.openai.source import OpenAISource
from agentic_search.synthesis.support.matching import Match
from agentic_search.synthesis.support.meaning import Meaning
from agentic_search.synthesis.support.statements import Statement
from agentic_search.synthesis.writing.extractive_writer import NO_MODEL
from agentic_search.synthesis.writing.fallback_writer import FallbackWriter
from agentic_search.synthesis.writing.writer import Written
from tests.support.ollama_double import Model, OllamaDouble
from tests.support.ollama_double import written as tokens
from tests.support.openai_double import OpenAIDouble
from tests.synthesis.evidence.samples import writer_input

EMBEDDING = Model("nomic-embed", capabilities=("embedding",))
POOL = "The pool of the server holds the work of the day."
LIKE_POOL = "The pool of the server keeps the jobs of the day [1]."


async def answered(
    text: str, question: str, *sources: str, models: Sequence[Model] = (Model("qwen3:8b"),), chats: bool = True
) -> tuple[Written, list[Fact]]:
    """What is written, and emitted, where the model writes `text`."""
    emitted: list[Fact] = []
    async with OllamaDouble(models) as ollama, OllamaSource(ollama.url) as source:
        model: ChatModel = await source.open("qwen3:8b")
        ollama.enqueue(*tokens(text))
        writer = FallbackWriter(model if chats else None, embedding=partial(source.embedding, model.name))
        return await writer.write(writer_input(question, *sources), emitted.append), emitted


def verdicts(result: Written) -> list[tuple[int, str]]:
    """Source and verdict of each mark."""
    return [(each.source, each.verdict) for each in result.answer.support]


async def test_a_models_answer_has_the_support_of_each_mark() -> None:
    text = "Some apples are red [1]. Pears are blue and grow in caves [2]."
    written, emitted = await answered(text, "Which apples are red?", "Some apples are red.", "Pears are green.")
    assert verdicts(written) == [(1, "supported"), (2, "unsupported")]
    assert written.answer.support[0].span == "Some apples are red."
    completed = [fact for fact in emitted if isinstance(fact, AnswerCompleted)]
    assert [fact.support for fact in completed] == [written.answer.support]
    assert emitted[-1] is completed[0]


async def test_quotations_are_supported() -> None:
    sources = ("Some apples are red. Others are green.", "Red apples keep for a month.")
    written, _ = await answered("", "Which apples are red?", *sources, chats=False)
    assert written.model is None
    assert written.answer.support
    assert {each.verdict for each in written.answer.support} == {"supported"}


@pytest.mark.parametrize("chats", [True, False])
async def test_sources_that_disagree_are_said_to_also_where_the_answer_cites_only_one(chats: bool) -> None:
    sources = ("The default timeout is 60 s.", "The default timeout is 30 s.")
    written, emitted = await answered("It is 60 s [1].", "What is the default timeout?", *sources, chats=chats)
    answer = written.answer
    assert "The sources disagree: [1] says " in answer.text
    assert "60 s" in answer.text and "30 s" in answer.text
    assert [source.id for source in answer.sources] == [1, 2]
    assert verdicts(written)[-2:] == [(1, "supported"), (2, "supported")]
    begun = max(index for index, fact in enumerate(emitted) if isinstance(fact, AnswerStarted))
    blocks = [fact for fact in emitted[begun:] if isinstance(fact, AnswerBlock)]
    assert [block.index for block in blocks] == [*range(len(blocks))]
    assert "".join(block.html for block in blocks) == answer.html
    deltas = [fact.text for fact in emitted[begun:] if isinstance(fact, AnswerDelta)]
    assert "".join(deltas).split() == answer.text.split()
    assert answer.text.endswith(("The sources disagree: [1] says 60 s, [2] says 30 s.", f"\n\n*{NO_MODEL}*"))
    assert answer.html.endswith("</em></p>\n") == (not chats)


async def test_an_embedding_model_raises_what_words_alone_leave_weak() -> None:
    alone, _ = await answered(LIKE_POOL, "What does the pool hold?", POOL)
    helped, _ = await answered(LIKE_POOL, "What does the pool hold?", POOL, models=(Model("qwen3:8b"), EMBEDDING))
    assert (verdicts(alone), verdicts(helped)) == ([(1, "weak")], [(1, "supported")])


async def test_an_embedding_model_does_not_raise_what_is_contradicted() -> None:
    text = "The pool of the server holds 40 jobs of the day [1]."
    models = (Model("qwen3:8b"), EMBEDDING)
    written, _ = await answered(
        text, "What does the pool hold?", "The pool of the server holds 30 jobs of the day.", models=models
    )
    assert verdicts(written) == [(1, "unsupported")]


async def test_where_the_embedding_model_fails_words_decide_and_it_is_told_once() -> None:
    emitted: list[Fact] = []
    async with OllamaDouble([Model("qwen3:8b"), EMBEDDING]) as ollama, OllamaSource(ollama.url) as source:
        embedding = await source.embedding("qwen3:8b")
        assert embedding is not None
        ollama.models.clear()
        weak = Match("weak", "A span.")

        async def find() -> EmbeddingModel | None:
            return embedding

        revised = await Meaning(find, emitted.append).revise([Statement("A statement.", 1)] * 3, [weak] * 3)
    assert revised == [weak] * 3
    assert [type(fact) for fact in emitted] == [SupportByWords]


async def test_an_embedding_model_is_looked_for_only_where_words_alone_do_not_decide() -> None:
    looked: list[str] = []

    async def find() -> EmbeddingModel | None:
        looked.append("now")
        return None

    right, weak = Match("supported", "A span."), Match("weak", "A span.")
    meaning = Meaning(find, lambda fact: None)
    assert await meaning.revise([Statement("A statement.", 1)], [right]) == [right] and not looked
    assert await meaning.revise([Statement("A statement.", 1)], [weak]) == [weak] and looked


async def test_a_model_server_that_does_not_say_what_it_has_costs_no_more_than_its_time() -> None:
    async def find() -> EmbeddingModel | None:
        await asyncio.Event().wait()
        raise AssertionError("it never answers")

    weak = Match("weak", "A span.")
    assert await Meaning(find, lambda fact: None, within=0.05).revise([Statement("A statement.", 1)], [weak]) == [weak]


async def test_both_kinds_of_model_servers_give_one_vector_a_text_in_order() -> None:
    texts = ["one text", "another text", "one text"]
    async with (
        OllamaDouble([EMBEDDING, Model("qwen3:8b")]) as ollama,
        OpenAIDouble([EMBEDDING, Model("qwen3:8b")]) as server,
        OllamaSource(ollama.url) as first,
        OpenAISource(server_access("lab", server.url, ""), prefix="lab/") as second,
    ):
        given = [await first.embedding("qwen3:8b"), await second.embedding("lab/qwen3:8b")]
        models: list[EmbeddingModel] = [model for model in given if model is not None]
        assert [model.name for model in models] == ["nomic-embed:latest", "lab/nomic-embed"]
        for model in models:
            one, other, same = await model.embed(texts)
            assert one == same != other
            assert len(one) == EMBEDDING.embedding_length


async def test_a_server_without_an_embedding_model_has_none() -> None:
    async with OllamaDouble([Model("qwen3:8b")]) as ollama, OllamaSource(ollama.url) as source:
        assert await source.embedding("qwen3:8b") is None
