"""Whatever the model does, there is an answer, and it says how it was made."""

import asyncio
from dataclasses import replace

import pytest

from agentic_search.conversation.instructions import NOT_FOLLOWED
from agentic_search.domain.answer import LeftOut
from agentic_search.domain.run import Usage
from agentic_search.errors import ModelError, ModelInterrupted, ModelMissing, ModelUnavailable
from agentic_search.events.facts import AnswerBlock, AnswerCompleted, AnswerDelta, AnswerStarted, Fact
from agentic_search.models.chat import Finish
from agentic_search.models.scripted import ScriptedModel
from agentic_search.models.usage_counter import UsageCounter
from agentic_search.synthesis.evidence.writer_input import WriterInput
from agentic_search.synthesis.writing.extractive_writer import NO_MODEL
from agentic_search.synthesis.writing.fallback_writer import NOTHING_FOUND, FallbackWriter
from agentic_search.synthesis.writing.model_writer import BESIDE, NO_MARKS
from agentic_search.synthesis.writing.writer import Writer
from tests.synthesis.evidence.samples import writer_input

QUESTION = writer_input("Which apples are red?", "Some apples are red.")


async def test_a_model_that_works_writes_the_answer() -> None:
    writer: Writer = FallbackWriter(ScriptedModel("m", ["Some [1]."]))
    written = await writer.write(QUESTION, lambda _: None)

    assert (written.answer.text, written.model) == ("Some [1].", "m")


async def test_without_a_model_sources_are_quoted() -> None:
    written = await FallbackWriter(None).write(QUESTION, lambda _: None)

    assert written.answer.text.endswith(f"*{NO_MODEL}*")
    assert written.model is None


async def test_the_answer_says_why_there_is_no_model() -> None:
    reason = "No Ollama answers at http://127.0.0.1:11434."
    written = await FallbackWriter(None, reason).write(QUESTION, lambda _: None)

    assert written.answer.text.endswith(f"\n\n*{NO_MODEL} {reason}*")


@pytest.mark.parametrize(
    "failure", [ModelUnavailable("nobody answers"), ModelMissing("gone"), ModelInterrupted("broke off")]
)
async def test_a_model_that_fails_in_the_middle_is_superseded_cleanly(failure: ModelError) -> None:
    emitted: list[Fact] = []
    model = ScriptedModel("m", [["First block [1].\n\n", "Second", failure]])
    written = await FallbackWriter(model).write(QUESTION, emitted.append)
    again = max(place for place, fact in enumerate(emitted) if isinstance(fact, AnswerStarted))
    after = emitted[again + 1 :]

    assert [fact for fact in emitted if isinstance(fact, AnswerStarted)] == [
        AnswerStarted(model="m"),
        AnswerStarted(reason=f"The model failed: {failure}"),
    ]
    assert [fact.index for fact in after if isinstance(fact, AnswerBlock)][:2] == [0, 1]
    assert "".join(fact.html for fact in after if isinstance(fact, AnswerBlock)) == written.answer.html
    assert "".join(fact.text for fact in after if isinstance(fact, AnswerDelta)).strip() == written.answer.text
    assert [fact for fact in emitted if isinstance(fact, AnswerCompleted)] == [emitted[-1]]
    assert f"{NO_MODEL} The model failed: {failure}" in written.answer.text
    assert written.model is None
    assert written.answer.left_out == (LeftOut(what="the model's answer", why=str(failure)),)


async def test_of_an_answer_that_is_stopped_what_is_written_has_its_sources_and_is_judged() -> None:
    emitted: list[Fact] = []
    model = ScriptedModel("m", [["Some apples are red [1].\n\nAnd then", asyncio.Event()]])
    has_block = asyncio.Event()

    def emit(fact: Fact) -> None:
        emitted.append(fact)
        if isinstance(fact, AnswerBlock):
            has_block.set()

    writing = asyncio.create_task(FallbackWriter(model).write(QUESTION, emit))
    await has_block.wait()
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing

    completed = emitted[-1]
    assert isinstance(completed, AnswerCompleted)
    assert completed.answer == "Some apples are red [1].\n\nAnd then"
    assert completed.html == "".join(fact.html for fact in emitted if isinstance(fact, AnswerBlock))
    assert [source.id for source in completed.sources] == [1]
    assert [(row.source, row.verdict) for row in completed.support] == [(1, "supported")]


async def test_what_a_failed_call_used_is_counted() -> None:
    usage = Usage(model_calls=1, prompt_tokens=900, completion_tokens=300)
    model = UsageCounter(ScriptedModel(replies=[["", Finish("length", usage)]]))
    written = await FallbackWriter(model).write(QUESTION, lambda _: None)

    assert model.usage == usage
    assert "wrote no answer" in written.answer.text


async def test_without_evidence_no_model_is_asked_to_invent_some() -> None:
    model = ScriptedModel()
    written = await FallbackWriter(model).write(WriterInput("anything", ()), lambda _: None)

    assert written.answer.text.endswith(f"*{NO_MODEL} {NOTHING_FOUND}*") and written.answer.nothing_found
    assert model.prompts == []


async def test_below_an_answer_that_cites_nothing_stand_quotations() -> None:
    written = await FallbackWriter(ScriptedModel("m", ["Some apples are red, says one."])).write(
        QUESTION, lambda _: None
    )

    assert written.answer.text.startswith(f"Some apples are red, says one.\n\n{NO_MARKS}\n\n")
    assert "**Some apples are red.** [1]" in written.answer.text
    assert '<a href="#source-1" class="citation">1</a>' in written.answer.html
    assert ([source.id for source in written.answer.sources], written.model) == ([1], "m")
    assert [line.what for line in written.answer.left_out] == ["citations"]


@pytest.mark.parametrize("answer", ["Bananas are yellow and grow in the tropics.", "Blau.", "x " * 500, "…"])
async def test_instead_of_an_answer_that_no_source_supports_stand_quotations(answer: str) -> None:
    written = await FallbackWriter(ScriptedModel("m", [answer])).write(QUESTION, lambda _: None)

    assert f"*{NO_MODEL} The model failed: m cited no source" in written.answer.text
    assert "**Some apples are red.** [1]" in written.answer.text and answer not in written.answer.text
    assert written.model is None


async def test_a_model_whose_time_is_over_leaves_what_it_has_cited_or_else_quotations() -> None:
    cited = ScriptedModel("m", [["Some apples are red [1]. They", asyncio.Event()]])
    written = await FallbackWriter(cited, within=0.1).write(QUESTION, lambda _: None)
    assert written.answer.text == "Some apples are red [1]. They"
    assert written.answer.left_out == (
        LeftOut(what="the end of the answer", why="was not written before the deadline"),
    )

    uncited = ScriptedModel("m", [["Some apples are red. They", asyncio.Event()]])
    written = await FallbackWriter(uncited, within=0.1).write(QUESTION, lambda _: None)
    assert "m had cited no source when its time was over" in written.answer.text
    assert "**Some apples are red.** [1]" in written.answer.text


async def test_what_a_small_model_does_not_cite_is_quoted_below_its_answer() -> None:
    question = writer_input(
        "Which apples are red?", "Some apples are red.", "Red apples are sweet, and apples are fruit."
    )
    model = ScriptedModel("m", ["Apples can be red [2]."], parameters=135e6)
    written = await FallbackWriter(model).write(question, lambda _: None)
    own, _, quoted = written.answer.text.partition(f"\n\n{BESIDE}\n\n")
    assert own == "Apples can be red [1]." and "[2]" in quoted and "[1]" not in quoted
    assert [source.id for source in written.answer.sources] == [1, 2]
    assert {source.title for source in written.answer.sources} == {"Title 1", "Title 2"}
    assert '<a href="#source-2" class="citation">2</a>' in written.answer.html
    assert written.model == "m" and written.answer.left_out == ()


@pytest.mark.parametrize("model", [None, ScriptedModel("m", [[ModelInterrupted("broke off")]])])
async def test_where_no_model_writes_the_answer_it_says_that_instructions_were_not_followed(
    model: ScriptedModel | None,
) -> None:
    told = replace(QUESTION, instructions="Answer in German.")
    for asked in (told, replace(told, evidence=())):
        written = await FallbackWriter(model).write(asked, lambda _: None)
        assert NOT_FOLLOWED in written.answer.left_out
    assert NOT_FOLLOWED not in (await FallbackWriter(None).write(QUESTION, lambda _: None)).answer.left_out
