"""Token estimates are never far under, and packing keeps to a budget."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentic_search.models.budget import (
    MARGIN,
    TEMPLATE_TOKENS,
    THINKING_TOKENS,
    Budget,
    TokenEstimate,
    pack,
    reply_limit,
)

TOKENS = TokenEstimate()


# Each count is the worst that three tokenisers (Qwen's, Mistral's Tekken, a SentencePiece of 32k) made of the text.
@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", 0),
        ("The quick brown fox jumps over the lazy dog.", 12),
        ("a b c d e f g h", 8),
        ("2026-11-21T06:26:56", 20),
        ('{"id":"t1","tool":"search","arguments":{"query":"x"}}', 18),
        ("def estimate(self, text: str) -> int:\n        return len(text)", 19),
        ("Donaudampfschifffahrtsgesellschaft", 13),
        ("aGVsbG8gd29ybGQhIFRoaXMgaXMgYmFzZTY0Lg==", 33),
        ("Wszyscy ludzie rodzą się wolni i równi.", 19),
        ("Привет, как дела?", 7),
        ("Όλοι οι άνθρωποι γεννιούνται ελεύθεροι.", 40),
        ("今日は天気がいいですね", 12),
        ("नमस्ते दुनिया", 14),
        ("🎉🎉🎉", 12),
    ],
)
def test_an_estimate_is_never_far_under_what_a_tokeniser_makes_of_a_text(text: str, tokens: int) -> None:
    assert 0.7 * tokens <= TOKENS.count(text) <= 2 * tokens


def test_a_long_run_of_spaces_costs_little() -> None:
    assert 100 <= TOKENS.count("a" + " " * 10_000 + "b") <= 600


def test_text_that_is_not_valid_unicode_is_estimated_too() -> None:
    assert TOKENS.count("\ud800 broken") > 0


@given(st.text(), st.text())
def test_two_texts_together_cost_about_what_they_cost_apart(one: str, other: str) -> None:
    assert TOKENS.count(one + other) <= TOKENS.count(one) + TOKENS.count(other) + 1


def test_a_budget_keeps_room_for_the_reply_the_template_and_a_margin() -> None:
    assert Budget(4000, 1000, TOKENS).prompt == (1 - MARGIN) * 4000 - 1000 - TEMPLATE_TOKENS
    assert Budget(4000, 1000, TokenEstimate(template=20.5)).prompt == (1 - MARGIN) * 4000 - 1000 - 21
    assert Budget(4000, 1000, TokenEstimate(margin=0.25)).prompt == 3000 - 1000 - TEMPLATE_TOKENS
    assert Budget(512, 1000, TOKENS).prompt == 0


def test_what_does_not_fit_makes_room_for_smaller_texts_after_it() -> None:
    texts = ["aaaaaa", "b" * 300, "cccccc"]
    assert pack(texts, 4, TOKENS) == [0, 2]
    assert pack(texts, 3, TOKENS) == [0]


@given(st.lists(st.text(max_size=40)), st.integers(min_value=0, max_value=100))
def test_packing_never_exceeds_the_budget_and_leaves_out_only_what_would(texts: list[str], tokens: int) -> None:
    kept = pack(texts, tokens, TOKENS)
    assert TOKENS.texts(texts[index] for index in kept) <= tokens
    assert kept == sorted(set(kept))
    for index in set(range(len(texts))) - set(kept):
        before = [other for other in kept if other < index]
        assert TOKENS.texts(texts[other] for other in (*before, index)) > tokens


@pytest.mark.parametrize(
    ("prompt", "limit"), [(100, 1000 + THINKING_TOKENS), (6000, 1000 + 1192), (7192, 1000), (9000, 1000)]
)
def test_thinking_gets_only_the_room_that_prompt_and_text_leave(prompt: int, limit: int) -> None:
    assert reply_limit(1000, THINKING_TOKENS, prompt=prompt, num_ctx=8192) == limit
