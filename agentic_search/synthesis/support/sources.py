"""Finds the whole passages behind the sources of an answer, which show only a part of them."""

from collections.abc import Iterable, Sequence

from agentic_search.domain.answer import Source
from agentic_search.domain.outcome import Evidence
from agentic_search.synthesis.support.matching import SourceText

_PROBE = 60
"""Characters of a snippet by which its passage is known among several of one address."""


def passages_of(sources: Iterable[Source], evidence: Sequence[Evidence]) -> dict[int, Evidence]:
    """The passage of each source, by its number, as far as the evidence holds it."""
    found = {source.id: _passage_of(source, evidence) for source in sources}
    return {number: item for number, item in found.items() if item is not None}


def texts_of(sources: Iterable[Source], passages: dict[int, Evidence]) -> dict[int, SourceText]:
    """What each source says, by its number: of one that an earlier answer cited, only the snippet is known."""
    return {
        source.id: SourceText(passages[source.id].passage.text if source.id in passages else source.snippet, source.title)
        for source in sources
    }


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
    texts = [_flat(item.passage.text) for item in same]
    holding = (item for probe in probes for item, text in zip(same, texts, strict=True) if probe in text)
    return next(holding, None)


def _flat(text: str) -> str:
    return " ".join(text.split())
