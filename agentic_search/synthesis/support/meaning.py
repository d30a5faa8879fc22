"""A second judgement by an embedding model, where words alone do not show that a source says what a sentence says.

It can only raise a verdict by one step, and never one that a number, a name or a denial has lowered.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace

from agentic_search.domain.answer import Verdict
from agentic_search.errors import ModelError
from agentic_search.events.facts import Emit, SupportByWords
from agentic_search.models.embedding.embedding_model import FindEmbedding, cosine
from agentic_search.synthesis.support.matching import Match
from agentic_search.synthesis.support.statements import Statement

ALIKE = 0.75
"""Cosine from which two texts are taken to say the same."""

MOST = 32
"""Statements of an answer that it is asked about, in one batch."""

WITHIN = 3.0
"""Seconds that it may take."""

_RAISED: dict[Verdict, Verdict] = {"unsupported": "weak", "weak": "supported"}

logger = logging.getLogger(__name__)


class Meaning:
    """Judges by the vectors of an embedding model, which is looked for only where there is something to judge."""

    def __init__(self, find: FindEmbedding, emit: Emit, *, within: float = WITHIN) -> None:
        """`within`: seconds to find it and for the batch; a failure is told by one event, and changes nothing."""
        self._find = find
        self._emit = emit
        self._within = within

    async def revise(self, statements: Sequence[Statement], matches: Sequence[Match]) -> list[Match]:
        """The matches, raised where statement and span are alike in meaning; as they are where the model fails."""
        revised = list(matches)
        open_ = [
            index
            for index, match in enumerate(matches)
            if match.span and match.verdict in _RAISED and not match.contradicted
        ][:MOST]
        if not open_:
            return revised
        texts = [text for index in open_ for text in (statements[index].text, matches[index].span)]
        for index, (one, other) in zip(open_, await self._pairs(texts), strict=False):
            if cosine(one, other) >= ALIKE:
                revised[index] = replace(matches[index], verdict=_RAISED[matches[index].verdict])
        return revised

    async def _pairs(self, texts: Sequence[str]) -> list[tuple[list[float], list[float]]]:
        """The vectors of two neighbours each; none where they cannot be had."""
        model = None
        try:
            async with asyncio.timeout(self._within):
                model = await self._find()
                vectors = await model.embed(texts) if model else []
        except (ModelError, TimeoutError) as failure:
            reason = str(failure) or f"it took longer than {self._within:g} s"
            if model is not None:  # else it is not known that there is one
                logger.warning("%s gave no vectors: %s", model.name, reason)
                self._emit(SupportByWords(model=model.name, reason=reason))
            return []
        return [*zip(vectors[::2], vectors[1::2], strict=True)]
