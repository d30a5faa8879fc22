"""Finds the whole passages behind the sources of an answer, which show only a part of them."""

from collections.abc import Iterable, Sequence

from agentic_search.domain.answer import Source
from agentic_search.domain.outcome import Evidence
from agentic_search.synthesis.support.matching import SourceText

_PROBE = 60
"""Characters of a snippet by which its passage is known among several of one address."""


def texts_of(sources: Iterable[Source], evidence: Sequence[Evidence]) -> tuple[dict[int, SourceText], list[Evidence]]:
    """What each source says, by its number, and the evidence that none of them is.

    Of a source that only an earlier answer had found, the snippet is all that is known.
    """
    texts: dict[int, SourceText] = {}
    rest = list(evidence)
    for source in sources:
        item = _passage_of(source, evidence)
        texts[source.id] = SourceText(source.snippet if item is None else item.passage.whole, source.title)
        rest = [other for other in rest if other is not item]
    return texts, rest


def _passage_of(source: Source, evidence: Sequence[Evidence]) -> Evidence | None:
    same = [
        item
        for item in evidence
        if (item.task_id, item.passage.title, item.passage.url) == (source.task_id, source.title, source.url)
    ]
    if len(same) < 2:
        return same[0] if same else None
    snippet = _flat(source.snippet)
    probes = (snippet, snippet[-_PROBE:], snippet[:_PROBE])
    texts = [_flat(item.passage.whole) for item in same]
    holding = (item for probe in probes for item, text in zip(same, texts, strict=True) if probe in text)
    return next(holding, None)


def _flat(text: str) -> str:
    return " ".join(text.split())
