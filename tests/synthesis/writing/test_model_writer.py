"""A model's answer is emitted as it is written, cites only real sources, and says what it had to do without."""

import asyncio
import re

import pytest

from agentic_search.domain.answer import Answer, LeftOut
from agentic_search.domain.run import Usage
from agentic_search.errors import ContextOverflow, ModelInterrupted
from agentic_search.events.facts import AnswerBlock, AnswerCompleted, AnswerDelta, AnswerStarted, Fact, ModelWaiting
from agentic_search.models.budget import TokenEstimate
from agentic_search.models.chat import Finish, Retracted, Waiting
from agentic_search.models.scripted import ScriptedModel, Step
from agentic_search.models.usage_counter import UsageCounter
from agentic_search.synthesis.evidence.writer_input import WriterInput
from agentic_search.synthesis.writing.model_writer import ModelWriter
from agentic_search.synthesis.writing.prompt import INSTRUCTIONS
from tests.support.watched_model import WatchedModel
from tests.synthesis.evidence.samples import numbered, writer_input

QUESTION = writer_input("Which apples are red?", "Some apples are red.", "Pears are green.", "Red apples are sweet.")


async def write(model: ScriptedModel, given_input: WriterInput = QUESTION) -> tuple[Answer, list[Fact]]:
    emitted: list[Fact] = []
    written = await ModelWriter(model).write(given_input, emitted.append)
    assert written.model == model.name
    return written.answer, emitted


def deltas(emitted: list[Fact]) -> str:
    return "".join(fact.text for fact in emitted if isinstance(fact, AnswerDelta))


async def test_an_answer_is_emitted_piece_by_piece_and_block_by_block() -> None:
    model = ScriptedModel("qwen3:8b", [["Some app", "les [1", "].\n", "\n- swe", "et [2]\n", "\nPears [3] too."]])
    answer, emitted = await write(model)
    blocks = [fact for fact in emitted if isinstance(fact, AnswerBlock)]

    assert emitted[0] == AnswerStarted(model="qwen3:8b")
    assert answer.text == "Some apples [1].\n\n- sweet [2]\n\nPears [3] too." == deltas(emitted)
    assert [block.index for block in blocks] == [0, 1, 2]
    assert "".join(block.html for block in blocks) == answer.html
    assert emitted[-1] == AnswerCompleted(answer=answer.text, html=answer.html, sources=answer.sources)
    assert emitted.index(blocks[0]) < len(emitted) - 4


async def test_why_the_model_has_not_begun_is_emitted_while_it_waits() -> None:
    waits = [Waiting(2), Waiting(1), Waiting(), Waiting(loading=True), Waiting()]
    answer, emitted = await write(ScriptedModel("m", [[*waits, "Some apples [1]."]]))

    told = [fact for fact in emitted if isinstance(fact, ModelWaiting)]
    assert [(fact.before, fact.loading) for fact in told] == [(each.before, each.loading) for each in waits]
    assert {(fact.model, fact.purpose) for fact in told} == {("m", "answer")}
    assert emitted[1:6] == told and answer.text == "Some apples [1]."


async def test_marks_follow_the_order_of_the_answer_and_name_what_the_model_saw() -> None:
    model = ScriptedModel(replies=["Sweet [2], red [1], sweet again [2], invented [8]."])
    answer, _ = await write(model)
    shown = re.findall(r'<source id="\d+" title="([^"]*)"', model.prompts[0].text)

    assert answer.text == "Sweet [1], red [2], sweet again [1], invented."
    assert [source.title for source in answer.sources] == [shown[1], shown[0]]
    assert [source.id for source in answer.sources] == [1, 2]


async def test_usage_is_what_the_model_server_counted() -> None:
    usage = Usage(model_calls=1, prompt_tokens=700, completion_tokens=5)
    model = UsageCounter(ScriptedModel(replies=[["Red [1].", Finish("stop", usage)]]))
    await ModelWriter(model).write(QUESTION, lambda _: None)

    assert model.usage == usage


async def test_an_answer_that_was_cut_says_so() -> None:
    answer, _ = await write(ScriptedModel(replies=[["Red [1] and", Finish("length", Usage(model_calls=1))]]))

    assert answer.left_out == (LeftOut(what="the end of the answer", why="was cut at the limit of 1500 tokens"),)


LOOP = Finish("loop", Usage(model_calls=1))


@pytest.mark.parametrize(
    ("pieces", "answer"),
    [
        (["Red ones [1]. ", *["They are red [2]. "] * 30], "Red ones [1]. They are red [2]."),
        (
            ["Red ones [2].\n\n", *[f"{place}. Sweet apples.\n" for place in range(1, 60)]],
            "Red ones [1].\n\n1. Sweet apples.",
        ),
        (["Red ones [1]. And so", *[" on and on"] * 50], "Red ones [1]."),
        (["红苹果 [1]。", *["苹果是红的 [1]。"] * 60], "红苹果 [1]。苹果是红的 [1]。"),
        (["Red ones [1]: " + "sweet " * 200], "Red ones [1]:"),
    ],
)
async def test_an_answer_that_repeats_itself_ends_before_it_does_and_says_so(pieces: list[str], answer: str) -> None:
    written, emitted = await write(ScriptedModel(replies=[[*pieces, LOOP]]))

    assert written.text == answer
    assert written.left_out[0].what == "the end of the answer" and "repeat" in written.left_out[0].why
    assert {source.id for source in written.sources} == {int(number) for number in re.findall(r"\[(\d)\]", answer)}
    last = max(index for index, fact in enumerate(emitted) if isinstance(fact, AnswerStarted))
    assert deltas(emitted[last:]).strip() == answer
    assert "".join(fact.html for fact in emitted[last:] if isinstance(fact, AnswerBlock)) == written.html


async def test_an_answer_of_nothing_but_a_repetition_is_none() -> None:
    with pytest.raises(ModelInterrupted, match="only repeated itself"):
        await write(ScriptedModel(replies=[["red " * 100, LOOP]]))


async def test_what_turns_out_to_be_a_thought_is_taken_back() -> None:
    pieces = ["Let me see [2].\n\n- one [7]\n\n", Retracted(), "Red ", "[1]."]
    answer, emitted = await write(ScriptedModel(replies=[pieces]))

    assert answer.text == "Red [1]."
    assert [source.id for source in answer.sources] == [1]
    second = [index for index, fact in enumerate(emitted) if isinstance(fact, AnswerStarted)][1]
    assert deltas(emitted[second:]) == "Red [1]."


async def test_what_is_copied_from_the_prompt_is_no_answer() -> None:
    text = f'{INSTRUCTIONS}\n<source id="1">\nx\n</source>\nRed [n][1].\nUser: And?'
    answer, _ = await write(ScriptedModel(replies=[text]))

    assert answer.text == "Red [1]."


async def test_an_answer_without_a_mark_is_kept_and_says_that_nothing_is_cited() -> None:
    answer, _ = await write(ScriptedModel(replies=["Apples are red, believe me [9]."]))

    assert answer.text.startswith("Apples are red, believe me.\n\n")
    assert [line.what for line in answer.left_out] == ["citations"]


@pytest.mark.parametrize("fence", ["```", "~~~~", "- apples\n\n```", "- ```"])
async def test_quotations_below_an_answer_stand_outside_of_code_that_it_left_open(fence: str) -> None:
    answer, emitted = await write(ScriptedModel(replies=[f"Apples are red.\n\n{fence}python\nred = 1\n\n  apples"]))

    assert "<code" not in answer.html.rpartition("</pre>")[2] and "</strong> <a href" in answer.html
    assert 'href="#source-1"' in answer.html
    assert deltas(emitted).strip() == answer.text


async def test_what_was_missing_before_comes_first_among_what_is_left_out() -> None:
    failed = LeftOut(what="t2: read", why="failed")
    answer, _ = await write(ScriptedModel(replies=["Red [1]."]), WriterInput("q", numbered("Red apples."), (failed,)))

    assert answer.left_out[0] == failed


@pytest.mark.parametrize("steps", [("",), ("\n \n",), ("[7]", " [8]"), ("", Finish("length", Usage()))])
async def test_an_answer_without_words_is_no_answer(steps: tuple[Step, ...]) -> None:
    emitted: list[Fact] = []

    with pytest.raises(ModelInterrupted, match="wrote no answer"):
        await ModelWriter(ScriptedModel(replies=[steps])).write(QUESTION, emitted.append)

    assert not any(isinstance(fact, AnswerCompleted) for fact in emitted)


async def test_a_prompt_that_is_too_long_after_all_is_packed_again_by_what_the_refusal_taught() -> None:
    long = writer_input("apple", *[f"{'Filler words here. ' * 200} An apple."] * 5)
    model = ScriptedModel(replies=[[ContextOverflow("too long")], "Red [1]."], num_ctx=4_096)
    answer, _ = await write(model, long)

    assert answer.text == "Red [1]."
    assert len(model.prompts[1].text) < 0.75 * len(model.prompts[0].text)


async def test_a_context_that_holds_no_source_is_an_overflow() -> None:
    with pytest.raises(ContextOverflow):
        await write(ScriptedModel(num_ctx=256))


async def test_prompt_and_reply_together_fit_the_context() -> None:
    model = ScriptedModel(replies=["Red [1]."], num_ctx=2_048)
    await write(model, writer_input("apple", *["An apple is red. " * 300] * 9))
    (prompt,) = model.prompts

    assert prompt.max_tokens == 682
    assert len(prompt.text) / 4 < 2_048 - 682


async def test_when_the_reader_goes_the_model_is_stopped_at_once() -> None:
    model = WatchedModel("word ", asyncio.Event())  # it never ends
    started = asyncio.Event()

    def emit(fact: Fact) -> None:
        if isinstance(fact, AnswerDelta):
            started.set()

    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        task = group.create_task(ModelWriter(model).write(QUESTION, emit))
        await started.wait()
        task.cancel()

    assert task.cancelled()
    assert model.stopped.is_set()


async def test_a_failure_of_ours_in_the_middle_closes_the_stream() -> None:
    model = WatchedModel("word ", asyncio.Event())

    def emit(fact: Fact) -> None:
        assert not isinstance(fact, AnswerDelta), "the listener broke"

    with pytest.raises(AssertionError, match="the listener broke"):
        await ModelWriter(model).write(QUESTION, emit)

    assert model.stopped.is_set()


async def test_html_of_the_models_own_stays_text() -> None:
    answer, _ = await write(ScriptedModel(replies=['<img src=x onerror=alert(1)> [x](javascript:alert(1)) "[1]"']))

    assert "<img" not in answer.html
    assert "javascript" not in answer.html


LONG = "Some apples are red, and of those that are red most are sweet. " * 60


async def test_a_small_model_is_given_fewer_sources_and_every_model_a_low_temperature() -> None:
    small, other = (ScriptedModel(replies=["Red [1]."], parameters=size) for size in (135e6, 0.0))
    for model in (small, other):
        await write(model, writer_input("Which apples are red?", *[f"{LONG}{number}" for number in range(8)]))
    assert TokenEstimate().count(small.prompts[0].text) < 2_500 < TokenEstimate().count(other.prompts[0].text)
    assert small.prompts[0].temperature == other.prompts[0].temperature == 0.2


@pytest.mark.parametrize(("num_ctx", "used"), [(16_384, True), (2_048, False)])
async def test_the_beginning_of_the_planners_prompt_is_used_where_it_leaves_most_of_the_context_to_sources(
    num_ctx: int, used: bool
) -> None:
    opening = "You plan and answer with many tools. " * 60
    model = ScriptedModel(replies=["Red [1]."], num_ctx=num_ctx)
    await ModelWriter(model, opening=opening).write(QUESTION, lambda _: None)
    assert (model.prompts[0].messages[0].content == opening) == used
    assert "six sentences" in model.prompts[0].messages[1].content


async def test_nothing_that_a_model_writes_turns_a_line_around() -> None:
    answer, emitted = await write(ScriptedModel(replies=["Red \u202eand\u2066 sweet [1]."]))

    assert answer.text == "Red and sweet [1]." == deltas(emitted)


async def test_a_model_that_says_that_nothing_was_found_is_taken_at_its_word() -> None:
    answer, emitted = await write(ScriptedModel(replies=["**Nothing found.** The sources speak of apples only [1]."]))
    said = [fact for fact in emitted if isinstance(fact, AnswerCompleted)]

    assert answer.nothing_found and said[0].nothing_found
