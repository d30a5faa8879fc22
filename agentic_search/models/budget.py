"""How much fits a model's context: conservative token counts, and which of several texts go in."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_letters, ascii_lowercase, ascii_uppercase

# No tokeniser is shared by all models, and loading each model's own would cost more than it saves. So each kind of
# character is charged about what three tokenisers (Qwen's, Mistral's Tekken, a SentencePiece of 32k) made of samples in
# 13 languages, code, JSON, tables and URLs: the sums come to 0.85 to 1.5 times the worst of the three, 0.73 for base64.
# Capitals are dear because they fill codes, digits because most tokenisers make a token of each. A character is told
# by the first byte of its UTF-8 form: bytes are counted at C speed.
_CHARGES: tuple[tuple[bytes, float], ...] = (
    ((ascii_lowercase + " ").encode(), 1 / 3),
    (ascii_uppercase.encode(), 2 / 3),
    (bytes(byte for byte in range(0x80) if chr(byte) not in ascii_letters + " "), 1.0),
    (bytes(range(0xD0, 0xD4)), 1 / 2),  # Cyrillic
    (bytes(range(0xC2, 0xD0)) + bytes(range(0xD4, 0xE0)), 1.0),  # accents, Greek, Hebrew, Arabic
    (bytes(range(0xE0, 0xF0)), 1.5),  # Indic, Thai, Chinese, Japanese, Korean, typographic signs
    (bytes(range(0xF0, 0xF5)), 4.0),  # emoji, rare ideographs
)

TEMPLATE_TOKENS = 128
"""Tokens that a model's chat template adds around our messages: role marks, and in some a preamble of its own."""


def estimate_tokens(text: str) -> int:
    """Tokens that `text` may cost: for ordinary text hardly less than a tokeniser makes of it, often half more."""
    words = text.split()  # tokenisers make one token of a run of spaces, and at least one of a word
    data = " ".join(words).encode("utf-8", "replace")
    charges = sum(_count(data, members) * charge for members, charge in _CHARGES)
    return max(len(words), math.ceil(charges))


def _count(data: bytes, members: bytes) -> int:
    return len(data) - len(data.translate(None, members))


@dataclass(frozen=True, slots=True)
class Budget:
    """A context of `num_ctx` tokens, of which `reply` are kept free for what the model writes."""

    num_ctx: int
    reply: int

    @property
    def prompt(self) -> int:
        """Tokens that all messages of a prompt may take together."""
        return max(0, self.num_ctx - self.reply - TEMPLATE_TOKENS)


@dataclass(frozen=True, slots=True)
class PackedTexts:
    """Which of the offered texts fit; both are indices, in the order offered."""

    kept: tuple[int, ...]
    left_out: tuple[int, ...]
    tokens: int
    """What the kept ones take together."""


def pack(texts: Sequence[str], tokens: int) -> PackedTexts:
    """Take the texts in order, each whole or not at all; after one that does not fit, smaller ones may."""
    kept: list[int] = []
    left_out: list[int] = []
    used = 0
    for index, text in enumerate(texts):
        cost = estimate_tokens(text)
        if used + cost <= tokens:
            kept.append(index)
            used += cost
        else:
            left_out.append(index)
    return PackedTexts(tuple(kept), tuple(left_out), used)
