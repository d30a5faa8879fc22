"""Asks an embedding model which passages mean what the question asks, where they share too few words with it.

A question in one language may so be answered by a text in another. What counts as alike differs from model to model:
a passage must be nearer to the question than texts that have nothing to do with it.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace

from agentic_search.errors import ModelError
from agentic_search.models.embedding.cosine import cosine
from agentic_search.models.embedding.embedding_model import FindEmbedding, Vectors
from agentic_search.synthesis.evidence.writer_input import WriterInput, in_thread_if_large
from agentic_search.synthesis.extracts.choice import choose
from agentic_search.synthesis.extracts.question_form import need

VECTORS_WITHIN = 2.0
"""Seconds at most to find the model and for its one batch."""

MOST = 32
"""Passages that it is asked about: the first."""

LONGEST = 2_000
"""Characters of a passage, with its title, that it gets."""

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


async def with_meaning(
    writer_input: WriterInput, find: FindEmbedding, *, within: float = VECTORS_WITHIN
) -> WriterInput:
    """The input with what is alike in meaning; as it is where words suffice, or no vectors can be had in time."""
    evidence = writer_input.evidence[:MOST]
    if not evidence or need(writer_input.query):
        return writer_input
    by_words = await in_thread_if_large(writer_input, lambda: choose(writer_input))
    if not by_words.nothing_found:
        return writer_input
    passages = [f"{item.passage.title}\n{item.passage.text}"[:LONGEST] for item in evidence]
    vectors = await _vectors(find, [writer_input.query[:LONGEST], *UNRELATED, *passages], within)
    near = _near(vectors) if vectors else {}
    return replace(writer_input, alike={evidence[at].id: value for at, value in near.items()})


def _near(vectors: Vectors) -> Mapping[int, float]:
    """Positions of the passages that are near the question, each with its cosine."""
    asked, *others = vectors
    values = [cosine(asked, other) for other in others]
    unrelated = sorted(values[: len(UNRELATED)])[-2]
    found = enumerate(values[len(UNRELATED) :])
    return {at: value for at, value in found if value >= max(0.0, unrelated) + MARGIN}


async def _vectors(find: FindEmbedding, texts: Sequence[str], within: float) -> Vectors:
    """None where there is no model, or they cannot be had in time."""
    try:
        async with asyncio.timeout(within):
            model = await find()
            return await model.embed(texts) if model else []
    except (ModelError, TimeoutError) as failure:
        logger.warning("No vectors for the question: %s", str(failure) or f"it took longer than {within:g} s")
        return []
