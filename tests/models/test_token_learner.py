"""What texts cost a model is learnt from counted prompts, of whatever tokeniser; absurd counts teach nothing."""

import random
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentic_search.errors import ContextOverflow
from agentic_search.models.budget import START_CHARGES, TEMPLATE_TOKENS, TokenEstimate
from agentic_search.models.characters import KINDS, count_characters
from agentic_search.models.token_learner import TokenLearner
from tests.models.samples import PROMPTS, TEXTS, prompt

Tokenizer = Callable[[str], int]

ENGLISH = TEXTS["English"]


def charging(charges: Sequence[float]) -> Tokenizer:
    """A tokeniser that makes so many tokens of a character of each kind."""
    return lambda text: round(sum(map(float.__mul__, charges, map(float, count_characters(text)))))


def by_words(text: str) -> int:
    """One that cuts words into pieces, as no charge a character describes it exactly."""
    return sum(1 + len(word.encode()) // 5 for word in text.split()) + text.count("\n")


def by_scripts(text: str) -> int:
    """A third of a token a Latin character, one for any other."""
    return -(-sum(1 if character.isascii() else 3 for character in text) // 3)


def by_bytes(text: str) -> int:
    return len(text.encode()) // 2


def taught(learner: TokenLearner, tokenizer: Tokenizer, *prompts: Sequence[str], template: int = 20) -> None:
    for texts in prompts:
        learner.learn(texts, sum(map(tokenizer, texts)) + template)


def error(learner: TokenLearner, tokenizer: Tokenizer, texts: Sequence[str], *, template: int = 20) -> float:
    """By which share the estimate of a prompt is off."""
    return abs(learner.estimate.prompt(texts) / (sum(map(tokenizer, texts)) + template) - 1)


@pytest.mark.parametrize("language", TEXTS)
@pytest.mark.parametrize("tokenizer", [by_words, by_scripts, by_bytes, len])
def test_after_five_calls_an_estimate_is_within_ten_percent(language: str, tokenizer: Tokenizer) -> None:
    learner = TokenLearner()
    *calls, later, last = (prompt(language, seed) for seed in range(7))
    taught(learner, tokenizer, *calls)
    assert error(learner, tokenizer, later) <= 0.1
    assert error(learner, tokenizer, last) <= 0.1


@given(
    st.lists(st.floats(0.4, 2.0), min_size=len(KINDS), max_size=len(KINDS)),
    st.sampled_from(list(TEXTS)),
    st.integers(0, 200),
)
@settings(deadline=None)
def test_any_charges_are_learnt(factors: list[float], language: str, template: int) -> None:
    tokenizer = charging([min(kind.most, factor * kind.charge) for factor, kind in zip(factors, KINDS, strict=True)])
    learner = TokenLearner()
    *calls, last = (prompt(language, seed) for seed in range(6))
    taught(learner, tokenizer, *calls, template=template)
    assert error(learner, tokenizer, last, template=template) <= 0.1


def test_what_was_learnt_of_one_language_leaves_the_others_as_they_were() -> None:
    learner = TokenLearner()
    taught(learner, by_scripts, *([ENGLISH] for _ in range(10)))
    for language in ("Russian", "Chinese"):
        letters = "".join(character for character in TEXTS[language] if not character.isascii())
        assert learner.estimate.count(letters) == TokenEstimate().count(letters)


def test_languages_that_take_turns_are_all_learnt() -> None:
    learner = TokenLearner()
    for seed in range(4):
        taught(learner, by_words, *(prompt(language, seed) for language in TEXTS))
    for language in TEXTS:
        assert error(learner, by_words, prompt(language, 9)) <= 0.1


def test_the_template_is_learnt_from_short_prompts() -> None:
    learner = TokenLearner()
    taught(learner, by_scripts, *([f"Who was number {number}?"] for number in range(20)), template=9)
    assert 4 * learner.estimate.template < TEMPLATE_TOKENS


@given(st.lists(st.integers(), max_size=30) | st.just([2**70, -(2**70), 0]))
@settings(deadline=None)
def test_whatever_a_server_counts_estimates_stay_sane(counts: list[int]) -> None:
    learner = TokenLearner()
    for count in counts:
        learner.learn([ENGLISH], count)
    assert TokenEstimate().count(ENGLISH) / 10 <= learner.estimate.count(ENGLISH) <= len(ENGLISH)
    assert 0 <= learner.estimate.template <= 4 * TEMPLATE_TOKENS


@given(st.lists(st.tuples(st.sampled_from(PROMPTS), st.floats(0.2, 4.0)), max_size=40))
@settings(deadline=None)
def test_counts_that_contradict_each_other_do_no_lasting_harm(calls: list[tuple[Sequence[str], float]]) -> None:
    learner = TokenLearner()
    for texts, factor in calls:
        learner.learn(texts, round(factor * learner.estimate.prompt(texts)))
    taught(learner, by_scripts, *(prompt("English", seed) for seed in range(5)))
    high = learner.estimate.prompt(prompt("English", 9)) / by_scripts("".join(prompt("English", 9)))
    assert high >= 0.9  # a prompt that is overrun is refused; one that has room to spare is not


@pytest.mark.parametrize("count", [0, -1, 3, 10**9, 2**70])
def test_a_count_that_cannot_be_one_of_the_prompt_is_ignored(count: int) -> None:
    learner = TokenLearner()
    learner.learn([ENGLISH], count)
    assert learner.estimate == TokenEstimate()


def test_a_prompt_of_nothing_teaches_nothing_but_the_template() -> None:
    learner = TokenLearner()
    learner.learn([], 20)
    learner.learn([""], 20)
    assert learner.estimate.charges == START_CHARGES


def test_a_server_that_leaves_out_what_it_kept_of_the_prompt_does_not_lower_the_estimate() -> None:
    learner = TokenLearner()
    taught(learner, by_scripts, *(prompt("English", seed) for seed in range(5)))
    before = learner.estimate
    for seed in range(5):
        texts = prompt("English", seed)
        learner.learn(texts, by_scripts("".join(texts)) // 2)
    assert learner.estimate == before


def test_a_count_far_above_the_estimate_is_believed_at_once() -> None:
    learner = TokenLearner()
    taught(learner, by_scripts, *(prompt("English", seed) for seed in range(20)))
    taught(learner, lambda text: 2 * by_scripts(text), prompt("English", 21))
    assert learner.estimate.prompt(prompt("English", 22)) > 1.9 * by_scripts("".join(prompt("English", 22)))


def test_a_refusal_teaches_the_prompt_s_count_and_the_context_that_there_is() -> None:
    learner, texts = TokenLearner(), prompt("Russian", 1)
    before = learner.estimate.prompt(texts)
    learner.learn_refusal(texts, ContextOverflow("too long", counted=2 * before, num_ctx=before), asked=8_192)
    assert learner.estimate.prompt(texts) > 1.8 * before
    assert learner.num_ctx(8_192) == before
    assert learner.num_ctx(100) == 100


def test_a_refusal_without_a_count_says_that_the_prompt_is_longer_than_the_context() -> None:
    learner, texts = TokenLearner(), prompt("Russian", 1)
    before = learner.estimate.prompt(texts)
    learner.learn_refusal(texts, ContextOverflow("too long"), asked=before * 3 // 2)
    assert learner.estimate.prompt(texts) > 1.4 * before
    assert learner.num_ctx(8_192) == 8_192


@pytest.mark.parametrize(("counted", "num_ctx"), [(900, 1_000), (None, 0), (None, -5), (5_000, 9_000)])
def test_a_context_that_cannot_have_refused_the_prompt_is_ignored(counted: int | None, num_ctx: int) -> None:
    learner = TokenLearner()
    learner.learn_refusal([ENGLISH], ContextOverflow("no", counted=counted, num_ctx=num_ctx), asked=8_192)
    assert learner.num_ctx(8_192) == 8_192


def test_an_estimate_that_was_taken_does_not_change_under_its_holder() -> None:
    learner = TokenLearner()
    taken = learner.estimate
    taught(learner, by_words, *(prompt("German", seed) for seed in range(random.Random(1).randint(3, 5))))
    assert taken == TokenEstimate() != learner.estimate
