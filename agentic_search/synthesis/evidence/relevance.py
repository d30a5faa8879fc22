"""Scores evidence by how much it bears on a question, without a model.

BM25 over the evidence itself, titles among it, blended with the order in which each tool gave its hits; a passage
that repeats a better one goes down. Words in examples of code count half, and of data less: what stands there is seldom
what it is about.
"""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from itertools import chain

import regex

from agentic_search.domain.outcome import Evidence, Passage
from agentic_search.synthesis.evidence.passages import code_in
from agentic_search.synthesis.evidence.question_terms import QuestionTerms
from agentic_search.synthesis.evidence.unspaced_questions import without_question_words
from agentic_search.text.controls import without_controls
from agentic_search.text.lexicon import terms, words

K1, B = 1.2, 0.2
"""BM25's saturation and length normalisation: tools give passages that fit, so that their length says little."""

TOOL_ORDER = 0.5
"""How much of a score is the position among the tool's hits: it searched all that there is, we see its best only."""

ORDER_OF_RECORDS = 0.7
"""The same for a record with fields: its tool knows what each thing is, which the text does not tell."""

EACH_POSITION = 0.25
"""How fast that share sinks: all of it for the first hit, 1/1.25 for the second, 1/1.5 for the third …"""

NAMED = 0.3
"""What a passage gains whose whole title stands in the question."""

REPEATED = 0.75
"""The share of terms two passages have in common (Jaccard), from which the worse one counts as a repetition."""

REPETITION = 0.2
"""What is left of the score of a repetition."""

MOST_FRESH = 100
"""The best passages that repeat none: what is worse than all these is compared with none, as of thousands each pair
would take minutes."""

IN_CODE = 0.5
"""What a word in an example of code counts, against one in prose."""

IN_DATA = 0.2
"""The same in examples that are fenced as data or as a command: what somebody might send, ask or set."""

_DATA = frozenset(
    {"json", "jsonc", "json5", "yaml", "yml", "toml", "ini", "xml", "http", "sh", "bash", "shell", "console"}
)
"""Names of such fences."""

LONGEST = 100_000
"""Characters of a passage that are looked at."""

OF_ONE = 0.3
"""What a passage loses that begins with saying that it is about a single thing, where the question has several."""

_SEVERAL = re.compile(
    r"\b(?:several|multiple|many|both|all (?:of|the)|mehrere|alle|plusieurs|tous|varios|todos)\b", re.I
)
_ONE = re.compile(r"\bsingle\b", re.I)
_BEGINNING = 120
_SHORTEST_NAME = 3
_LONGEST_NAME = 200
_QUOTED = regex.compile(r"(?<!\w)['\"`]([^\s'\"`]{3,200})['\"`](?!\w)")
_DOTTED = regex.compile(r"\w+(?:\.\w+)+")


@dataclass(frozen=True, slots=True)
class ScoredPassage:
    """One passage and how much it bears on the question."""

    evidence: Evidence
    score: float
    """0 to 1, comparable within one set of evidence only; 0 when it has none of the question's terms."""
    coverage: float
    """The share, 0 to 1, of the question's weight that its terms outside of code carry."""
    terms: int = 0
    """So many of the question's terms, guessed ones apart, stand outside of code."""
    named: bool = False
    """The question names the very thing, by its whole title."""


@dataclass(frozen=True, slots=True)
class ScoredEvidence:
    """All the evidence, best first; equals in the order given."""

    question: QuestionTerms
    passages: tuple[ScoredPassage, ...]


@dataclass(frozen=True, slots=True)
class _Words:
    """The terms of a passage, each with how often it occurs."""

    text: Counter[str]
    """Of its text, code among it."""
    prose: Set[str]
    """Those outside of code, and those of what stands beside the text."""
    bag: Mapping[str, float]
    """All, those in code counted less."""

    @classmethod
    def of(cls, passage: Passage, place: str) -> "_Words":
        text = without_controls(passage.text[:LONGEST])
        body = Counter(terms(text))
        beside = Counter(terms(telling_title(passage)))
        beside.update(frozenset(terms(place)) - beside.keys() - body.keys())
        examples = [(frame.lower() in _DATA, terms(piece)) for frame, piece in code_in(text)]
        code = Counter(chain.from_iterable(found for _, found in examples))
        data = Counter(chain.from_iterable(found for is_data, found in examples if is_data))
        bag: dict[str, float] = dict(body)
        for term in code.keys() & body.keys():
            bag[term] -= (1 - IN_CODE) * min(body[term], code[term])
            bag[term] -= (IN_CODE - IN_DATA) * min(body[term], data[term])
        for term, number in beside.items():
            bag[term] = bag.get(term, 0) + number
        only_in_code = {term for term, number in code.items() if number >= body[term]}
        return cls(body, (body.keys() - only_in_code) | beside.keys(), bag)


def telling_title(passage: Passage) -> str:
    """The words beside a passage's text that tell what it is about: not those that the call put in."""
    beside = (
        "" if passage.echo else passage.title,
        passage.fact_of,
        *(f"{name} {said}" for name, said in passage.facts),
    )
    return " ".join(filter(None, beside))


def score_evidence(query: str, evidence: Sequence[Evidence], *, guessed: Set[str] = frozenset()) -> ScoredEvidence:
    """Score `evidence` against `query`; nothing is dropped. Terms that are `guessed` do not count as coverage."""
    held = [_Words.of(item.passage, item.place) for item in evidence]
    bags = [each.bag for each in held]
    question = QuestionTerms(_weights(_asked(query), bags))
    scores = _bm25(question.weights, bags)
    positions = _positions(evidence)
    coverage = [question.covered_by(each.prose - guessed) for each in held]
    named = [is_named(query, item.passage) for item in evidence]
    worth = _worth_of_tasks(evidence, coverage)
    highest, several = max(scores, default=0.0), bool(_SEVERAL.search(query))
    scored = [
        (
            ScoredPassage(
                item,
                _blend(score / highest, position, worth[item.task_id], is_record=bool(item.passage.facts))
                + NAMED * is_it
                - OF_ONE * (several and bool(_ONE.search(item.passage.text[:_BEGINNING])))
                if score > 0
                else 0.0,
                covered,
                len(question.weights.keys() & (each.prose - guessed)),
                is_it,
            ),
            frozenset(each.text),
        )
        for item, each, covered, score, position, is_it in zip(
            evidence, held, coverage, scores, positions, named, strict=True
        )
    ]
    scored.sort(key=lambda pair: -pair[0].score)
    return ScoredEvidence(question, tuple(_repetitions_down(scored)))


def _blend(words: float, position: int, worth: float, *, is_record: bool) -> float:
    share = ORDER_OF_RECORDS if is_record else TOOL_ORDER
    return (1 - share) * words + share * worth / (1 + EACH_POSITION * (position - 1))


def _worth_of_tasks(evidence: Sequence[Evidence], coverage: Sequence[float]) -> dict[str, float]:
    """What each task's order is worth, 0 to 1: a search of the wrong place has a first hit, too.

    Its best passage's share of the question, against the best of all tasks, squared.
    """
    best: dict[str, float] = {}
    for item, covered in zip(evidence, coverage, strict=True):
        best[item.task_id] = max(covered, best.get(item.task_id, 0.0))
    highest = max(best.values(), default=0.0) or 1.0
    return {task_id: (covered / highest) ** 2 for task_id, covered in best.items()}


def is_named(query: str, passage: Passage) -> bool:
    """Whether the question holds the passage's whole title, where that is a name: dotted, quoted, or of a record in a
    list.
    """
    title = passage.title.strip()
    is_name = _DOTTED.fullmatch(title) or passage.listing or title in _QUOTED.findall(query)
    if passage.echo or not is_name or not _SHORTEST_NAME <= len(title) <= _LONGEST_NAME:
        return False
    return regex.search(rf"(?<![\w.]){re.escape(title)}(?![\w]|\.\w)", query, regex.IGNORECASE) is not None


def _asked(query: str) -> dict[str, float]:
    """The question's terms, each with its share of a word: `FastAPI` whole counts one, its parts one together."""
    shares: dict[str, float] = {}
    for word in words(without_question_words(query)):
        found = terms(word)
        parts = len(found) - 1 if word.isascii() else 1  # in scripts without spaces all terms are words
        for at, term in enumerate(found):
            shares[term] = max(1 / parts if at else 1.0, shares.get(term, 0.0))
    return shares


def _weights(asked: Mapping[str, float], bags: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Each distinct term of the question with its weight.

    A term that every passage has weighs 1 still: what a search tool found has the very subject everywhere. A term
    that no passage has must not outweigh all those that some have.
    """
    held = Counter(term for bag in bags for term in bag)
    size = len(bags)
    return {
        term: share
        * (1 + (math.log(1 + (size - held[term] + 0.5) / (held[term] + 0.5)) if held[term] else math.log(2)))
        for term, share in asked.items()
    }


def _bm25(weights: Mapping[str, float], bags: Sequence[Mapping[str, float]]) -> list[float]:
    lengths = [sum(bag.values()) for bag in bags]
    average = sum(lengths) / len(lengths) if any(lengths) else 1.0
    if not weights:
        return [1.0] * len(bags)

    def score(bag: Mapping[str, float], length: float) -> float:
        dampened = K1 * (1 - B + B * length / average)
        found = ((weight, bag[term]) for term, weight in weights.items() if term in bag)
        return sum(weight * times * (K1 + 1) / (times + dampened) for weight, times in found)

    return [score(bag, length) for bag, length in zip(bags, lengths, strict=True)]


def _positions(evidence: Sequence[Evidence]) -> list[int]:
    """Each passage's position, from 1, among those that its task gave; in a list it says nothing."""
    given: Counter[str] = Counter()
    positions: list[int] = []
    for item in evidence:
        given[item.task_id] += 1
        positions.append(1 if item.passage.listing else given[item.task_id])
    return positions


def _repetitions_down(scored: Sequence[tuple[ScoredPassage, Set[str]]]) -> list[ScoredPassage]:
    """Move passages that repeat a better one below everything that does not."""
    fresh: list[tuple[ScoredPassage, Set[str]]] = []
    repeated: list[ScoredPassage] = []
    for place, (passage, held) in enumerate(scored):
        if len(fresh) == MOST_FRESH:
            fresh += scored[place:]
            break
        if any(_are_nearly_same(held, known) for _, known in fresh):
            repeated.append(replace(passage, score=passage.score * REPETITION))
        else:
            fresh.append((passage, held))
    return sorted([passage for passage, _ in fresh] + repeated, key=lambda passage: -passage.score)


def _are_nearly_same(one: Set[str], other: Set[str]) -> bool:
    if min(len(one), len(other)) < REPEATED * max(len(one), len(other)):
        return False
    common = len(one & other)
    return common >= REPEATED * (len(one) + len(other) - common)
