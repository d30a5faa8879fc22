"""Whatever the model does, there is an answer, and it says how it was made."""

import pytest

from agentic_search.domain.run import Usage
from agentic_search.errors import ModelError, ModelInterrupted, ModelMissing, ModelUnavailable
from agentic_search.events.facts import AnswerBlock, AnswerCompleted, AnswerDelta, AnswerStarted, Fact
from agentic_search.models.chat import Finish
from agentic_search.models.scripted import ScriptedModel
from agentic_search.synthesis.evidence.writer_input import WriterInput
from agentic_search.synthesis.writing.extractive_writer import NO_MODEL
from agentic_search.synthesis.writing.model_writer import NOTHING_FOUND, FallbackWriter
from agentic_search.synthesis.writing.writer import Writer
from tests.synthesis.evidence.samples import writer_input

QUESTION = writer_input("Which apples are red?", "Some apples are red.")


async def test_a_model_that_works_writes_the_answer() -> None:
    writer: Writer = FallbackWriter(ScriptedModel("m", ["Some [1]."]))
    written = await writer.write(QUESTION, lambda _: None)

    assert (written.answer.text, written.model, written.usage.model_calls) == ("Some [1].", "m", 1)


async def test_without_a_model_sources_are_quoted() -> None:
    written = await FallbackWriter(None).write(QUESTION, lambda _: None)

    assert written.answer.text.startswith(NO_MODEL)
    assert written.model is None


async def test_the_answer_says_why_there_is_no_model() -> None:
    reason = "No Ollama answers at http://127.0.0.1:11434."
    written = await FallbackWriter(None, reason).write(QUESTION, lambda _: None)

    assert written.answer.text.startswith(f"{NO_MODEL} {reason}\n\n")


@pytest.mark.parametrize(
    "failure", [ModelUnavailable("nobody answers"), ModelMissing("gone"), ModelInterrupted("broke off")]
)
async def test_a_model_that_fails_in_the_middle_is_superseded_cleanly(failure: ModelError) -> None:
    emitted: list[Fact] = []
    model = ScriptedModel("m", [["First block [1].\n\n", "Second", failure]])
    written = await FallbackWriter(model).write(QUESTION, emitted.append)
    again = max(place for place, fact in enumerate(emitted) if isinstance(fact, AnswerStarted))
    after = emitted[again + 1 :]

    assert [fact for fact in emitted if isinstance(fact, AnswerStarted)] == [AnswerStarted(model="m"), AnswerStarted()]
    assert [fact.index for fact in after if isinstance(fact, AnswerBlock)][:2] == [0, 1]
    assert "".join(fact.html for fact in after if isinstance(fact, AnswerBlock)) == written.answer.html
    assert "".join(fact.text for fact in after if isinstance(fact, AnswerDelta)).strip() == written.answer.text
    assert [fact for fact in emitted if isinstance(fact, AnswerCompleted)] == [emitted[-1]]
    assert f"{NO_MODEL} The model failed: {failure}" in written.answer.text
    assert (written.model, written.usage.model_calls) == (None, 1)


async def test_what_a_failed_call_used_is_counted() -> None:
    usage = Usage(model_calls=1, prompt_tokens=900, completion_tokens=300)
    written = await FallbackWriter(ScriptedModel(replies=[["", Finish("length", usage)]])).write(
        QUESTION, lambda _: None
    )

    assert written.usage == usage
    assert "wrote no answer" in written.answer.text


async def test_without_evidence_no_model_is_asked_to_invent_some() -> None:
    model = ScriptedModel()
    written = await FallbackWriter(model).write(WriterInput("anything", ()), lambda _: None)

    assert written.answer.text.startswith(f"{NO_MODEL} {NOTHING_FOUND}")
    assert model.prompts == []
