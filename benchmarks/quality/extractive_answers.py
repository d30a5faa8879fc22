"""How often an answer made of quotations contains the answer, over questions with gold answers.

Each question comes with its gold paragraph and the paragraphs that share most words with the question, ten in all.
`--data` names a folder with `dev/queries.jsonl` (query, qrels, answers) and `shared/corpus.jsonl` (id, title, text),
as made from XQuAD. Two orders are measured: shuffled, where a passage's position says nothing, and a search tool's; and
the search tool's without the gold paragraph, where "nothing found" is the right answer.
"""

import argparse
import math
import random
import re
import string
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TypeVar

from pydantic import BaseModel

from agentic_search.domain.outcome import Evidence, Passage
from agentic_search.synthesis.evidence.writer_input import WriterInput
from agentic_search.synthesis.extracts.choice import choose

PASSAGES = 10


class Paragraph(BaseModel):
    """One paragraph of the corpus."""

    id: str
    title: str
    text: str


class Asked(BaseModel):
    """One question, with its gold paragraph and answers."""

    query: str
    qrels: dict[str, int]
    answers: tuple[str, ...]

    @property
    def gold(self) -> str:
        """The paragraph that holds the answer."""
        return next(iter(self.qrels))


Row = TypeVar("Row", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Scored:
    """What one answer was worth."""

    best_sentence: bool
    abstained: bool
    any_quote: bool
    first_quote: bool
    gold_quoted: bool
    gold_first: bool
    quotes: int
    words: int


class Search:
    """A plain BM25 index: the search tool of this benchmark, no code shared with what is measured."""

    def __init__(self, paragraphs: Sequence[Paragraph]) -> None:
        self._paragraphs = paragraphs
        self._bags = [Counter(_words(f"{one.title} {one.text}")) for one in paragraphs]
        self._average = sum(bag.total() for bag in self._bags) / len(self._bags)
        self._held = Counter(word for bag in self._bags for word in bag)

    def best(self, query: str) -> list[Paragraph]:
        """All paragraphs, best first."""
        asked = set(_words(query))
        order = sorted(range(len(self._bags)), key=lambda index: -self._score(asked, self._bags[index]))
        return [self._paragraphs[index] for index in order]

    def _score(self, asked: Iterable[str], bag: Counter[str]) -> float:
        length = 1.2 * (0.25 + 0.75 * bag.total() / self._average)
        return sum(self._rarity(word) * bag[word] * 2.2 / (bag[word] + length) for word in asked if word in bag)

    def _rarity(self, word: str) -> float:
        return math.log(1 + (len(self._bags) - self._held[word] + 0.5) / (self._held[word] + 0.5))


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def normalised(text: str) -> str:
    """SQuAD's form for comparing answers: no case, punctuation, articles or double spaces."""
    bare = "".join(character for character in text.lower() if character not in string.punctuation)
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", bare).split())


def contains(text: str, answers: Iterable[str]) -> bool:
    """Whether one of the answers stands in the text, as whole words."""
    return any(f" {normalised(answer)} " in f" {normalised(text)} " for answer in answers)


def offered(asked: Asked, search: Search, chance: random.Random | None, *, with_gold: bool = True) -> list[Paragraph]:
    """The gold paragraph, or not, and its nearest rivals, shuffled or in the search tool's order."""
    ranked = search.best(asked.query)
    rivals = [one for one in ranked if one.id != asked.gold][: PASSAGES - with_gold]
    chosen = {one.id for one in rivals} | ({asked.gold} if with_gold else set[str]())
    passages = [one for one in ranked if one.id in chosen]
    if chance is not None:
        chance.shuffle(passages)
    return passages


def score(asked: Asked, passages: Sequence[Paragraph]) -> Scored:
    """Answer one question by quotations and compare."""
    evidence = tuple(
        Evidence(index, Passage(title=one.title, url=one.id, text=one.text), "t1")
        for index, one in enumerate(passages, start=1)
    )
    choice = choose(WriterInput(asked.query, evidence))
    quoted = choice.quoted
    texts = [item.quotation.text for item in quoted]
    addresses = [item.evidence.passage.url for item in quoted]
    return Scored(
        best_sentence=not choice.nothing_found and contains(quoted[0].best.text, asked.answers),
        abstained=choice.nothing_found,
        any_quote=any(contains(text, asked.answers) for text in texts),
        first_quote=bool(texts) and contains(texts[0], asked.answers),
        gold_quoted=asked.gold in addresses,
        gold_first=addresses[:1] == [asked.gold],
        quotes=len(texts),
        words=sum(len(text.split()) for text in texts),
    )


def report(name: str, scores: Sequence[Scored], seconds: float) -> None:
    """One line of rates."""
    size = len(scores)

    def rate(values: Iterable[float]) -> str:
        return f"{100 * sum(values) / size:5.1f} %"

    quotes, words = sum(one.quotes for one in scores) / size, sum(one.words for one in scores) / size
    print(
        f"{name:9} n={size}  answer in the best sentence {rate(one.best_sentence for one in scores)}"
        f"  in the first quotation {rate(one.first_quote for one in scores)}"
        f"  in any {rate(one.any_quote for one in scores)}  nothing found {rate(one.abstained for one in scores)}"
        f"  gold quoted {rate(one.gold_quoted for one in scores)}  first {rate(one.gold_first for one in scores)}"
        f"  quotations {quotes:.1f}, {words:.0f} words"
        f"  {1000 * seconds / size:.1f} ms each"
    )


def main() -> None:
    """Measure both orders."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of XQuAD, or of several evaluation sets")
    parser.add_argument("--limit", type=int, default=None, help="questions, from the first")
    arguments = parser.parse_args()
    folder = arguments.data / "xquad_en" if (arguments.data / "xquad_en").is_dir() else arguments.data
    corpus = _read(folder / "shared/corpus.jsonl", Paragraph)
    questions = _read(folder / "dev/queries.jsonl", Asked)[: arguments.limit]
    search = Search(corpus)
    for name, chance, with_gold in (
        ("shuffled", random.Random(7), True),
        ("search", None, True),
        ("without", None, False),
    ):
        offers = [offered(asked, search, chance, with_gold=with_gold) for asked in questions]
        began = perf_counter()
        scores = [score(asked, passages) for asked, passages in zip(questions, offers, strict=True)]
        report(name, scores, perf_counter() - began)


def _read(path: Path, row: type[Row]) -> list[Row]:
    return [row.model_validate_json(line) for line in path.read_text(encoding="utf-8").splitlines()]


if __name__ == "__main__":
    main()
