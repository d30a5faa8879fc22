"""Sources are packed to the model's context: cut before dropped, and what was left out is listed."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentic_search.domain.answer import LeftOut
from agentic_search.models.budget import TokenEstimate
from agentic_search.synthesis.evidence.packing import pack_sources
from agentic_search.synthesis.writing.prompt import fixed_tokens, messages
from tests.synthesis.evidence.samples import bare, numbered

TOKENS = TokenEstimate()
LONG = " ".join(f"Sentence {n} speaks of something else." for n in range(100))


def test_what_fits_is_shown_whole_and_best_first() -> None:
    packed = pack_sources(
        "apples", numbered("Pears.", "Apples and apples.", "More apples, fewer pears."), 10_000, TOKENS
    )

    assert [item.id for item in packed.shown] == [2, 3, 1]
    assert packed.texts == ("Apples and apples.", "More apples, fewer pears.", "Pears.")
    assert packed.left_out == ()


def test_long_passages_are_cut_to_what_bears_on_the_question_before_any_is_dropped() -> None:
    texts = [f"{LONG} The apple number {n} is red. {LONG}" for n in range(6)]
    packed = pack_sources("Which apple is red?", numbered(*texts, "Apples."), 3_000, TOKENS)

    assert len(packed.shown) == 7
    assert all("The apple number" in text for text in packed.texts if text != "Apples.")
    assert packed.left_out == (
        LeftOut(
            what="parts of 6 passages",
            why="did not fit the model's context; what bears on the question was kept",
        ),
    )


def test_where_not_even_parts_fit_the_worst_passages_are_left_out_and_counted() -> None:
    texts = [f"{LONG} apple" for _ in range(10)] + [LONG] * 4
    packed = pack_sources("apple", numbered(*texts), 800, TOKENS)

    assert len(packed.shown) == 5
    assert packed.left_out[0] == LeftOut(what="9 of 14 passages", why="did not fit the model's context")


@pytest.mark.parametrize("tokens", [-5, 0, 10])
def test_too_small_a_budget_shows_nothing(tokens: int) -> None:
    assert pack_sources("apple", numbered(LONG), tokens, TOKENS).shown == ()


@given(st.lists(st.text("apple. \n`<>é本|x", max_size=1_500), min_size=1, max_size=8), st.integers(200, 2_000))
@settings(deadline=None)
def test_the_prompt_never_costs_more_than_its_budget(texts: list[str], tokens: int) -> None:
    packed = pack_sources("apple", numbered(*texts), tokens, TOKENS)
    prompt = messages("apple", packed, TOKENS)

    assert TOKENS.texts(message.content for message in prompt) <= tokens + fixed_tokens("apple", TOKENS)
    for item, text in zip(packed.shown, packed.texts, strict=True):
        assert all(bare(line) in bare(item.passage.text) for line in text.split("\n"))


def test_every_part_is_in_the_order_of_its_passage() -> None:
    packed = pack_sources("Sentence 5 Sentence 50", numbered(LONG), 400, TOKENS)
    places = [LONG.index(sentence) for sentence in packed.texts[0].split(". ")]

    assert all(before < after for before, after in pairwise(places))
