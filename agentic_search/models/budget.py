"""How much fits a model's context: what texts cost it in tokens, and which of several go in."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import mul

from agentic_search.models.characters import KINDS, count_characters

TEMPLATE_TOKENS = 128
"""Tokens that a chat template may add around our messages: role marks, and in some a preamble of its own."""

MARGIN = 0.05

MOST_REPACKS = 3
"""How often a prompt that a model refused is packed again, each time by what the refusal taught."""

THINKING_TOKENS = 2048
"""Added to a reply's limit where a model cannot be kept from thinking: servers count thinking as part of the reply."""

START_CHARGES = tuple(kind.charge for kind in KINDS)


@dataclass(frozen=True, slots=True)
class TokenEstimate:
    """What texts cost one model, as far as it is known now; it never changes, so threads may share it.

    No tokeniser is shared by all models, and loading each model's own would cost more than it saves. So each kind of
    character is charged a number of tokens: conservative ones here, those of the model from a TokenLearner.
    """

    charges: tuple[float, ...] = START_CHARGES
    """Tokens a character, for each of KINDS."""
    template: float = TEMPLATE_TOKENS
    """Tokens that the chat template adds to a prompt."""
    margin: float = MARGIN
    """Share of a context that no prompt is given, as this is hardly ever exact."""

    def count(self, text: str) -> int:
        """Tokens that `text` costs."""
        return math.ceil(sum(map(mul, self.charges, count_characters(text))))

    def texts(self, texts: Iterable[str]) -> int:
        """Tokens that several texts cost together."""
        return sum(map(self.count, texts))

    def prompt(self, texts: Iterable[str]) -> int:
        """Tokens that a prompt of messages with these texts costs, the chat template's included."""
        return math.ceil(self.template) + self.texts(texts)


@dataclass(frozen=True, slots=True)
class Budget:
    """A context of `num_ctx` tokens, of which `reply` are kept free for what the model writes."""

    num_ctx: int
    reply: int
    tokens: TokenEstimate

    @property
    def prompt(self) -> int:
        """Tokens that all messages of a prompt may take together."""
        return max(
            0, math.floor((1 - self.tokens.margin) * self.num_ctx) - self.reply - math.ceil(self.tokens.template)
        )


def reply_limit(max_tokens: int, allowance: int, *, prompt: int, num_ctx: int) -> int:
    """Tokens of the text and, as far as the context has room beside the prompt, of the thinking before it."""
    return max_tokens + max(0, min(allowance, num_ctx - prompt - max_tokens))


def pack(texts: Sequence[str], room: int, tokens: TokenEstimate) -> list[int]:
    """The indices of the texts that fit, taken in order, each whole; after one that does not fit, smaller ones may."""
    kept: list[int] = []
    for index, cost in enumerate(map(tokens.count, texts)):
        if cost <= room:
            kept.append(index)
            room -= cost
    return kept
