"""Whatever a model writes, readers get an answer without what is none of it, or quotations."""

import random
import re
from itertools import pairwise

import pytest

from agentic_search.events.facts import AnswerCompleted, Fact
from agentic_search.models.ollama.source import OllamaSource
from agentic_search.synthesis.writing.fallback_writer import FallbackWriter
from agentic_search.synthesis.writing.prompt import INSTRUCTIONS
from agentic_search.synthesis.writing.writer import Written
from tests.support.ollama_double import OllamaDouble
from tests.synthesis.evidence.samples import writer_input
from tests.synthesis.writing.hostile import CONTROL, HOSTILE_KINDS, SECRET, hostile_texts

QUESTION = writer_input("Which apples are red?", "Some apples are red.", "Pears are green.")
_CODE = re.compile(r"(?ms)^[ >]*(```|~~~).*?(?:^[ >]*\1|\Z)|(`+)(?!`).+?(?<!`)\2(?!`)")
_NEVER = (*CONTROL.split(), "</think>", "◁/think▷", "[/THINK]", "<|channel|>", "</source>", "[n]", "[N]", SECRET)
_LINES = [line.removeprefix("- ") for line in INSTRUCTIONS.splitlines() if len(line) > 20]


def pieces(text: str, chance: random.Random) -> list[str]:
    """The text as tokens of chance lengths, at most a few thousand."""
    longest = max(5, len(text) // 500)
    cuts, at = [0], 0
    while at < len(text):
        at += chance.randrange(1, longest)
        cuts.append(min(at, len(text)))
    return [text[start:end] for start, end in pairwise(cuts)]


def check(written: Written, text: str) -> None:
    """The answer is one, and holds nothing that is none."""
    answer = written.answer
    outside_code = _CODE.sub("", answer.text)
    assert answer.text.strip() and answer.html.strip(), text
    assert written.model or "No language model wrote" in answer.text, text
    assert [mark for mark in _NEVER if mark in outside_code] == [], text
    assert [line for line in _LINES if line in outside_code] == [], text
    cited = {int(number) for number in re.findall(r"\[(\d+)\]", outside_code)}
    assert cited <= {source.id for source in answer.sources}, text


@pytest.mark.parametrize("kind", HOSTILE_KINDS)
async def test_an_answer_or_an_honest_step_down(kind: str) -> None:
    chance = random.Random(kind)
    async with OllamaDouble() as ollama, OllamaSource(ollama.url) as source:
        writer = FallbackWriter(await source.open(""))
        for text in hostile_texts(kind):
            emitted: list[Fact] = []
            ollama.enqueue(*pieces(text, chance))
            written = await writer.write(QUESTION, emitted.append)
            assert isinstance(emitted[-1], AnswerCompleted)
            check(written, text)
