"""Deltas that come faster than they can be read are joined; nothing is lost, kept or put out of order."""

import asyncio

import pytest

from agentic_search.events.facts import AnswerBlock, AnswerDelta, Fact
from agentic_search.models.scripted import ScriptedModel
from agentic_search.synthesis.writing.deltas import EVERY, PacedDeltas
from agentic_search.synthesis.writing.model_writer import ModelWriter
from tests.synthesis.evidence.samples import writer_input

BLOCK = AnswerBlock(index=0, html="<p>x</p>")


def texts(facts: list[Fact]) -> list[str]:
    return [fact.text if isinstance(fact, AnswerDelta) else "|" for fact in facts]


async def test_the_first_goes_at_once_and_the_rest_before_another_fact() -> None:
    facts: list[Fact] = []
    with PacedDeltas(facts.append) as paced:
        for text in ("a", "b", "c"):
            paced.emit(AnswerDelta(text=text))
        assert texts(facts) == ["a"]
        paced.emit(BLOCK)
        assert texts(facts) == ["a", "bc", "|"]
        paced.emit(AnswerDelta(text="d"))
    assert texts(facts) == ["a", "bc", "|", "d"]


async def test_a_model_that_pauses_keeps_nothing_back() -> None:
    facts: list[Fact] = []
    whole = asyncio.Event()

    def emit(fact: Fact) -> None:
        facts.append(fact)
        if texts(facts) == ["a", "bc"]:
            whole.set()

    with PacedDeltas(emit) as paced:
        for text in ("a", "b", "c"):
            paced.emit(AnswerDelta(text=text))
        async with asyncio.timeout(5):
            await whole.wait()


async def test_there_are_no_more_of_them_than_fit_the_time() -> None:
    facts: list[Fact] = []
    began = asyncio.get_running_loop().time()
    with PacedDeltas(facts.append) as paced:
        for number in range(400):
            paced.emit(AnswerDelta(text=f"{number} "))
            await asyncio.sleep(0.0005)
    took = asyncio.get_running_loop().time() - began
    assert "".join(texts(facts)) == "".join(f"{number} " for number in range(400))
    assert len(facts) <= took / EVERY + 2


async def test_after_an_error_nothing_comes_any_more() -> None:
    facts: list[Fact] = []
    with pytest.raises(KeyError), PacedDeltas(facts.append) as paced:
        paced.emit(AnswerDelta(text="a"))
        paced.emit(AnswerDelta(text="b"))
        raise KeyError
    await asyncio.sleep(2 * EVERY)
    assert texts(facts) == ["a"]


async def test_an_answer_of_a_thousand_tokens_at_once_is_a_few_events() -> None:
    facts: list[Fact] = []
    words = [f"{word}{number} " for number in range(500) for word in ("red", "sweet")]
    began = asyncio.get_running_loop().time()
    written = await ModelWriter(ScriptedModel(replies=[["Red [1]. ", *words]])).write(
        writer_input("Which apples are red?", "Some apples are red."), facts.append
    )
    took = asyncio.get_running_loop().time() - began
    deltas = [fact for fact in facts if isinstance(fact, AnswerDelta)]
    assert len(deltas) <= took / EVERY + 2
    assert "".join(delta.text for delta in deltas).strip() == written.answer.text
