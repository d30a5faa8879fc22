"""What a run found and says beside what the last one did: sources and statements added, gone, changed. No model needed.

Sources are told apart by their address, or else by tool and title; the same one with other text has changed. A
statement has changed where the same is said with other numbers or dates, or in mostly the same words.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence, Set
from typing import NamedTuple

from agentic_search.domain.data import Frozen
from agentic_search.domain.outcome import Evidence, Passage
from agentic_search.domain.run import RunReport
from agentic_search.schedules.schedule import (
    ChangedSource,
    ChangedStatement,
    News,
    NewsSource,
    NewsStatement,
    SourceNews,
    StatementNews,
)
from agentic_search.schedules.times import iso_time
from agentic_search.synthesis.evidence.support import bears_on
from agentic_search.synthesis.support.quantities import plain, without_quantities
from agentic_search.text.lexicon import stems
from agentic_search.text.sentences import shortened

MOST_SOURCES = 1_000
MOST_STATEMENTS = 300
"""Of one run that are compared: each of one run may be like each of the other."""
_SHOWN = 300
"""Characters of a source."""
_ALIKE = 0.7
"""Share of the words of two statements, numbers aside, that are the same: from there on one is the other, changed."""


class KnownSource(Frozen):
    """One thing that was found."""

    key: str
    """By which it is found again."""
    hashes: tuple[str, ...]
    """Of the texts that were found of it, sorted."""
    bears: bool
    """It bears on the question, or is cited: only such ones are told. Tools find much else."""
    shown: NewsSource


class Known(Frozen):
    """What is known of a standing question: what the next run is compared with."""

    run_id: str
    asked_at: float
    sources: tuple[KnownSource, ...]
    statements: tuple[NewsStatement, ...]


def known_of(
    run: RunReport, passages: Mapping[str, Sequence[Passage]], asked_at: float, *, chosen: bool = False
) -> Known:
    """What a run with an answer found and says; `passages`: what its tasks found, by their ids.

    `chosen`: somebody wrote the run's plan, so that all that it finds bears on the question.
    """
    tools = {task.id: task.tool for task in run.tasks}
    cited = {(source.url, source.title) for source in run.sources}
    found: dict[str, list[tuple[Passage, str]]] = {}
    for task_id, each in passages.items():
        tool = tools.get(task_id, "")
        for passage in each:
            found.setdefault(passage.url or f"{tool} {passage.title}", []).append((passage, tool))
    sources = (
        _known_source(key, parts, bears=chosen or any(_bears(run.query, part, cited) for part, _ in parts))
        for key, parts in list(found.items())[:MOST_SOURCES]
    )
    return Known(run_id=run.id, asked_at=asked_at, sources=tuple(sources), statements=tuple(_statements(run)))


def compare(before: Known | None, now: Known, *, whole: bool) -> News:
    """What is new. Of a run that is not `whole`, what it lacks may be there all the same: nothing is told as gone."""
    sources = _compare_sources(before.sources if before else (), now.sources, whole=whole)
    statements = _compare_statements(before.statements if before else (), now.statements, whole=whole)
    told = sources if sources != SourceNews() or now.sources else statements
    return News(
        since=iso_time(before.asked_at) if before else None,
        since_run=before.run_id if before else None,
        # From the same sources nothing new can be known: the answer is only put otherwise.
        found=any((told.added, told.gone, told.changed)),
        whole=whole,
        sources=sources,
        statements=statements,
    )


def still_known(before: Known | None, now: Known, *, whole: bool) -> Known:
    """What the next run is compared with."""
    if before is None or whole:
        return now
    keys = {source.key for source in now.sources}
    sources = (*now.sources, *(source for source in before.sources if source.key not in keys))
    kept = _pair(before.statements, now.statements).left
    return now.model_copy(update={"sources": sources, "statements": (*now.statements, *kept)})


def _bears(query: str, passage: Passage, cited: Set[tuple[str, str]]) -> bool:
    """Judged of each by itself: what else there is in an archive changes nothing."""
    return (passage.url, passage.title) in cited or bears_on(query, (Evidence(1, passage, ""),))


def _known_source(key: str, parts: Sequence[tuple[Passage, str]], *, bears: bool) -> KnownSource:
    passage, tool = parts[0]
    texts = {hashlib.sha256(part.whole.encode(errors="replace")).hexdigest()[:32] for part, _ in parts}
    shown = NewsSource(
        title=passage.title, url=passage.url, tool=tool, text=shortened(passage.text or passage.whole, _SHOWN)
    )
    return KnownSource(key=key, hashes=tuple(sorted(texts)), bears=bears, shown=shown)


def _statements(run: RunReport) -> Iterable[NewsStatement]:
    """The sentences that cite something, each once; others say nothing of the sources."""
    names = {source.id: source.url or source.title for source in run.sources}
    titles = {source.id: source.title for source in run.sources}
    cited: dict[str, dict[str, None]] = {}
    for support in run.support:
        # A list or a table of several puts the title in front of what its source says; an answer from one does not.
        said = support.sentence.removeprefix(f"{titles.get(support.source, '')}: ")
        cited.setdefault(said, {})[names.get(support.source, "")] = None
    for text, sources in list(cited.items())[:MOST_STATEMENTS]:
        yield NewsStatement(text=text, sources=tuple(filter(None, sources)))


def _compare_sources(before: Sequence[KnownSource], now: Sequence[KnownSource], *, whole: bool) -> SourceNews:
    old, new = ({source.key: source for source in each} for each in (before, now))
    return SourceNews(
        added=tuple(source.shown for key, source in new.items() if source.bears and key not in old),
        gone=tuple(source.shown for key, source in old.items() if source.bears and key not in new) if whole else (),
        changed=tuple(
            ChangedSource(before=old[key].shown, after=source.shown)
            for key, source in new.items()
            if key in old and (source.bears or old[key].bears) and source.hashes != old[key].hashes
        ),
    )


def _compare_statements(before: Sequence[NewsStatement], now: Sequence[NewsStatement], *, whole: bool) -> StatementNews:
    paired = _pair(before, now)
    return StatementNews(
        added=tuple(paired.new),
        gone=tuple(paired.left) if whole else (),
        changed=tuple(ChangedStatement(before=one, after=other) for one, other in paired.changed),
    )


class _Paired(NamedTuple):
    left: list[NewsStatement]
    """Of before, without a counterpart."""
    new: list[NewsStatement]
    changed: list[tuple[NewsStatement, NewsStatement]]


def _pair(before: Sequence[NewsStatement], now: Sequence[NewsStatement]) -> _Paired:
    """Each statement with that which says the same; then, the likest first, with one that says it otherwise."""
    old, new = ({_words(each): each for each in statements} for statements in (before, now))
    left = [each for key, each in old.items() if key not in new]
    added = [each for key, each in new.items() if key not in old]
    bare = {each.text: frozenset(stems(without_quantities(plain(each.text)))) for each in (*left, *added)}
    likes = sorted(
        (
            (-alike, one_place, other_place)
            for one_place, one in enumerate(left)
            for other_place, other in enumerate(added)
            if (alike := _alike(bare[one.text], bare[other.text])) >= _ALIKE
        ),
    )
    changed: dict[int, int] = {}
    for _, one_place, other_place in likes:
        if one_place not in changed and other_place not in changed.values():
            changed[one_place] = other_place
    return _Paired(
        [each for place, each in enumerate(left) if place not in changed],
        [each for place, each in enumerate(added) if place not in changed.values()],
        [(left[one], added[other]) for one, other in sorted(changed.items(), key=lambda pair: pair[1])],
    )


def _words(statement: NewsStatement) -> tuple[str, ...]:
    """All that it says, in whatever form its words are; the text itself where there are none."""
    return tuple(stems(plain(statement.text))) or (statement.text,)


def _alike(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if one or other else 0.0
