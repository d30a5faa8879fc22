"""Learns what texts cost a model in tokens, from the prompts that its server counted.

A prompt mixes kinds of characters, English rules with Russian sources and code, so one ratio will not do: this is a
least-squares fit of a charge for each kind, updated by each count (a Kalman filter). Charges of kinds that a model has
not been sent stay as they were at the start.
"""

import math
from collections.abc import Iterable
from operator import mul

from agentic_search.errors import ContextOverflow
from agentic_search.models.budget import START_CHARGES, TEMPLATE_TOKENS, TokenEstimate
from agentic_search.models.characters import KINDS, count_characters

_START = (*START_CHARGES, float(TEMPLATE_TOKENS))
_LEAST = (*(charge / 10 for charge in START_CHARGES), 0.0)
_MOST = (*(kind.most for kind in KINDS), 4.0 * TEMPLATE_TOKENS)

_UNSURE = 0.5
"""How far a charge of the start may be off, as a share of it: one standard deviation, as all of these."""
_NOISE = 0.05
"""How far texts of one kind differ among each other."""
_DRIFT = 0.01
"""By how much a charge may change from one call to the next: what was learnt is forgotten that slowly."""
_SURPRISE = 4.0
"""Standard deviations beyond which a count cannot be chance."""
_LEAST_OF_START = 1 / 4
"""The start's estimate of texts may be twice the truth, hardly four times: a count below this share is none of them."""


class TokenLearner:
    """What is known of one model's tokens, for as long as the service lives; every run of it reads and teaches this."""

    def __init__(self) -> None:
        self._charges = _START
        self._covariance = _start_covariance()
        self._num_ctx: int | None = None

    @property
    def estimate(self) -> TokenEstimate:
        """As it is now."""
        *charges, template = self._charges
        return TokenEstimate(tuple(charges), template)

    def num_ctx(self, asked: int) -> int:
        """The context that the model has where `asked` tokens are asked for: fewer, if its server once said so."""
        return min(asked, self._num_ctx) if self._num_ctx else asked

    def learn(self, texts: Iterable[str], counted: int) -> None:
        """Learn that the server counted a prompt of messages with these texts as so many tokens.

        An implausible count is ignored. So is one that is far below what is known by now: some servers report only
        what they evaluated, and leave out what they had kept of the prompt before.
        """
        self._learn(_numbers(texts), counted)

    def learn_refusal(self, texts: Iterable[str], refusal: ContextOverflow, *, asked: int) -> None:
        """Learn that such a prompt was refused where `asked` tokens of context were asked for.

        A refusal without a count says that the prompt is longer than the context.
        """
        counted = refusal.counted
        num_ctx = refusal.num_ctx or 0
        if 0 < num_ctx <= (counted or num_ctx):
            self._num_ctx = self.num_ctx(min(asked, num_ctx))
        numbers = _numbers(texts)
        counted = counted or max(self.num_ctx(asked), math.ceil(_dot(self._charges, numbers))) + 1
        self._learn(numbers, min(counted, math.floor(_dot(_MOST, numbers))))

    def _learn(self, numbers: tuple[float, ...], counted: int) -> None:
        if not max(1, _LEAST_OF_START * _dot(START_CHARGES, numbers)) <= counted <= _dot(_MOST, numbers):
            return
        surprise = self._surprise(numbers, counted)
        if surprise > _SURPRISE:
            self._covariance = _start_covariance()  # what was believed is wrong
        if surprise >= -_SURPRISE:
            self._update(numbers, counted)

    def _surprise(self, numbers: tuple[float, ...], counted: int) -> float:
        """By how many standard deviations the count is above the estimate."""
        return (counted - _dot(self._charges, numbers)) / math.sqrt(self._variance(numbers, counted))

    def _variance(self, numbers: tuple[float, ...], counted: int) -> float:
        """Of the difference between the estimate of a prompt and its count."""
        return _dot(numbers, self._uncertain(numbers)) + (_NOISE * counted) ** 2 + 1

    def _uncertain(self, numbers: tuple[float, ...]) -> list[float]:
        return [_dot(row, numbers) for row in self._covariance]

    def _update(self, numbers: tuple[float, ...], counted: int) -> None:
        missing = counted - _dot(self._charges, numbers)
        uncertain, variance = self._uncertain(numbers), self._variance(numbers, counted)
        moved = (charge + missing * each / variance for charge, each in zip(self._charges, uncertain, strict=True))
        self._charges = tuple(
            min(most, max(least, charge)) for least, charge, most in zip(_LEAST, moved, _MOST, strict=True)
        )
        for index, row in enumerate(self._covariance):
            for other, each in enumerate(uncertain):
                row[other] -= uncertain[index] * each / variance
            row[index] += (_DRIFT * _START[index]) ** 2


def _numbers(texts: Iterable[str]) -> tuple[float, ...]:
    """How many characters of each of KINDS the texts have together; one template."""
    sums = [sum(each) for each in zip(*map(count_characters, texts), strict=True)] or [0] * len(KINDS)
    return (*map(float, sums), 1.0)


def _start_covariance() -> list[list[float]]:
    size = range(len(_START))
    return [[(_UNSURE * _START[row]) ** 2 if row == column else 0.0 for column in size] for row in size]


def _dot(one: Iterable[float], other: Iterable[float]) -> float:
    return sum(map(mul, one, other))
