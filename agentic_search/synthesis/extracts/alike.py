"""Asks an embedding model which passages mean what the question asks, where they share too few words with it.

A question in any language may so be answered by an English text. What counts as alike differs from model to model:
a passage must be nearer to the question than texts that have nothing to do with it. Those are English, and texts in
one language are near each other whatever they say: passages in other languages cannot be compared with them.
"""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace

from agentic_search.errors import ModelError
from agentic_search.models.embedding.embedding_model import FindEmbedding, Vectors, cosine
from agentic_search.synthesis.evidence.writer_input import WriterInput
from agentic_search.synthesis.extracts.question_form import need
from agentic_search.text.lexicon import ENGLISH_STOP_WORDS, words

VECTORS_WITHIN = 2.0
"""Seconds at most to find the model and for its one batch."""

MOST = 32
"""Passages that it is asked about: the first."""

LONGEST = 2_000
"""Characters of a passage, with its title, that it gets."""

ENGLISH = 0.2
"""Share of a text's words that are English stop words, from which it is English; a third or more are in most texts."""

MARGIN = 0.1
"""How much nearer to the question than any unrelated text a passage must be, in cosine."""

UNRELATED = (
    "Beat the eggs with the sugar until the mixture is pale.",
    "The treaty was signed by both kings after a long war.",
    "The goalkeeper saved a penalty in the last minute.",
    "Glaciers in the valley have grown thinner each summer.",
    "The function returns a list of strings.",
    "The court ruled that the tenant need not pay.",
)
"""Texts on six subjects; a question on one of them is compared with the five others."""

logger = logging.getLogger(__name__)


async def with_meaning(writer_input: WriterInput, find: FindEmbedding, *, within: float) -> WriterInput:
    """The input with what is alike in meaning, for where words find nothing; as it is without vectors in time."""
    evidence = [item for item in writer_input.evidence[:MOST] if _is_english(item.passage.text[:LONGEST])]
    if not evidence or need(writer_input.query):
        return writer_input
    passages = [f"{item.passage.title}\n{item.passage.text}"[:LONGEST] for item in evidence]
    vectors = await _vectors(find, [writer_input.query[:LONGEST], *UNRELATED, *passages], within)
    if not vectors:
        return writer_input
    return replace(writer_input, alike={evidence[at].id: value for at, value in _near(vectors)})


def _is_english(text: str) -> bool:
    found = [word.lower() for word in words(text) if word.isalpha()]
    return sum(word in ENGLISH_STOP_WORDS for word in found) >= ENGLISH * max(1, len(found))


def _near(vectors: Vectors) -> Iterator[tuple[int, float]]:
    """Positions of the passages that are near the question, each with its cosine."""
    asked, *others = vectors
    values = [cosine(asked, other) for other in others]
    unrelated = sorted(values[: len(UNRELATED)])[-2]
    for at, value in enumerate(values[len(UNRELATED) :]):
        if value >= max(0.0, unrelated) + MARGIN:
            yield at, value


async def _vectors(find: FindEmbedding, texts: Sequence[str], within: float) -> Vectors:
    """Empty where there is no model, or they cannot be had in time."""
    try:
        async with asyncio.timeout(within):
            model = await find()
            return await model.embed(texts) if model else []
    except (ModelError, TimeoutError) as failure:
        logger.warning("No vectors for the question: %s", str(failure) or f"it took longer than {within:g} s")
        return []
