"""How often a source is said to support a sentence that is its own, and one that is not.

Right pairs are the sentences of each paragraph, as they are and lightly reworded by machine; swapped ones have the
paragraph of another subject or of the same, or another number or name in place of their own. Two paragraphs of
different texts hardly ever conflict: how often that is claimed is measured, too. `--data` names a folder with
`shared/corpus.jsonl` (id, title, text), as made from XQuAD.
"""

import argparse
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import perf_counter

from agentic_search.synthesis.support.conflicts import conflict_in
from agentic_search.synthesis.support.matching import SourceText
from agentic_search.text.sentences import split_sentences
from benchmarks.quality.extractive_answers import Asked, Paragraph, Search

SEED = 11
FEWEST_WORDS = 5
"""Words of a sentence below which changing it leaves too little."""

_NUMBER = re.compile(r"\d(?:[\d,.]*\d)?")
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{3,}")

Pair = tuple[str, str, str]
"""Kind, sentence, and the id of the paragraph that is cited for it."""


def right(sentence: str, chance: random.Random) -> Iterator[tuple[str, str]]:
    """The sentence as it is and reworded: order of clauses, singular and plural, words dropped."""
    clauses = sentence.rstrip(".").split(", ")
    chance.shuffle(clauses)
    yield "right: own", sentence
    yield "right: other order", ", ".join(clauses) + "."
    yield "right: other number of nouns", " ".join(_inflected(word, chance) for word in sentence.split())
    yield "right: words dropped", " ".join(word for word in sentence.split() if chance.random() > 0.2)


def _inflected(word: str, chance: random.Random) -> str:
    if not (word.isalpha() and word.islower() and len(word) > 4 and chance.random() < 0.4):
        return word
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else f"{word}s"


def changed(sentence: str, paragraph: str, others: Sequence[str], chance: random.Random) -> Iterator[tuple[str, str]]:
    """The sentence with one number or name changed: to one of the same paragraph, and to any."""
    for what, form in (("number", _NUMBER), ("name", _NAME)):
        own = form.findall(sentence)
        near = sorted(set(form.findall(paragraph)) - set(own))
        far = sorted(set(form.findall(chance.choice(others))) - set(form.findall(paragraph)))
        for where, found in (("of the paragraph", near), ("of another", far)):
            if own and found:
                yield f"swapped: {what} {where}", sentence.replace(chance.choice(own), chance.choice(found))


def pairs(corpus: Sequence[Paragraph], chance: random.Random) -> Iterator[Pair]:
    """Every sentence with its own paragraph and with wrong ones."""
    texts = [one.text for one in corpus]
    for paragraph in corpus:
        same = [one.id for one in corpus if one.title == paragraph.title and one.id != paragraph.id]
        other = [one.id for one in corpus if one.title != paragraph.title]
        for sentence in split_sentences(paragraph.text):
            if len(sentence.split()) < FEWEST_WORDS:
                continue
            yield from ((kind, text, paragraph.id) for kind, text in right(sentence, chance))
            yield from ((kind, text, paragraph.id) for kind, text in changed(sentence, paragraph.text, texts, chance))
            if other:
                yield "swapped: another subject", sentence, chance.choice(other)
            if same:
                yield "swapped: same subject", sentence, chance.choice(same)


def report(judged: Sequence[tuple[str, str]]) -> None:
    """A line for each kind, and one for all right and all swapped pairs."""
    verdicts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for kind, verdict in judged:
        for row in (kind, f"all {kind.partition(':')[0]}"):
            verdicts[row][verdict] += 1
    for row, counts in sorted(verdicts.items()):
        size = counts.total()
        rates = "  ".join(f"{each} {100 * counts[each] / size:5.1f} %" for each in ("supported", "weak", "unsupported"))
        print(f"{row:32} n={size:5}  {rates}")


def false_conflicts(corpus: Sequence[Paragraph], questions: Sequence[Asked]) -> int:
    """Of how many questions the five best paragraphs are said to disagree."""
    search, found = Search(corpus), 0
    for asked in questions:
        best = search.best(asked.query)[:5]
        texts = {number: SourceText(one.text, one.title) for number, one in enumerate(best, start=1)}
        conflict = conflict_in(asked.query, texts, texts.keys())
        if conflict is not None:
            found += 1
            print(f"  {asked.query}  {conflict.sentence()}")
    return found


def main() -> None:
    """Judge all pairs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of XQuAD, or of several evaluation sets")
    parser.add_argument("--limit", type=int, default=None, help="paragraphs and questions, from the first")
    arguments = parser.parse_args()
    folder = arguments.data / "xquad_en" if (arguments.data / "xquad_en").is_dir() else arguments.data
    corpus = [Paragraph.model_validate_json(row) for row in _lines(folder / "shared/corpus.jsonl")][: arguments.limit]
    questions = [Asked.model_validate_json(row) for row in _lines(folder / "dev/queries.jsonl")][: arguments.limit]
    texts = {one.id: SourceText(one.text, one.title.replace("_", " ")) for one in corpus}
    asked = list(pairs(corpus, random.Random(SEED)))
    began = perf_counter()
    report([(kind, texts[source].match(sentence).verdict) for kind, sentence, source in asked])
    print(f"{1000 * (perf_counter() - began) / len(asked):.2f} ms a sentence")
    conflicts = false_conflicts(corpus, questions)
    print(f"said to disagree: {conflicts} of {len(questions)} questions ({100 * conflicts / len(questions):.1f} %)")


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


if __name__ == "__main__":
    main()
