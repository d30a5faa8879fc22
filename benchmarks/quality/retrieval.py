"""How well the bundled servers' full-text index ranks: nDCG@10 on SciFact, for the shipped form and the forms it beats.

    python -m benchmarks.quality.retrieval --data FOLDER

FOLDER, or the folder `scifact` in it, holds `shared/corpus-*.jsonl` (id, title, text) and `*/queries.jsonl` (query,
qrels). Exit status 1 where the shipped form misses the target, 2 without data.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from math import log2
from pathlib import Path

from pydantic import BaseModel

from agentic_search.mcp_servers.fulltext import Entry, Index, match_expression, terms
from benchmarks.report import print_report

DEPTH = 10
TARGET = 0.69


class Abstract(BaseModel):
    """One text of the corpus."""

    id: str
    title: str
    text: str


class Claim(BaseModel):
    """One query, and how relevant which texts are to it."""

    query: str
    qrels: dict[str, int]


@dataclass(frozen=True, slots=True)
class Form:
    """A way to ask the index."""

    name: str
    expression: Callable[[str], str]
    title_weight: float | None = None
    """None: the index's own."""


@dataclass(frozen=True, slots=True)
class Score:
    """What a form reached."""

    form: str
    ndcg: float
    found_nothing: int
    milliseconds: float


def all_terms(question: str) -> str:
    """FTS5's implicit AND of the terms."""
    return " ".join(f'"{term}"' for term in terms(question))


def any_term(question: str) -> str:
    """Terms by OR, without compounds."""
    return " OR ".join(f'"{term}"' for term in terms(question))


def any_word(question: str) -> str:
    """Every word by OR, stop words too."""
    words = "".join(letter if letter.isalnum() else " " for letter in question.lower()).split()
    return " OR ".join(f'"{word}"' for word in dict.fromkeys(words))


FORMS = (
    Form("implicit AND of the terms", all_terms),
    Form("OR of all words, title as the body", any_word, 1.0),
    Form("OR of the terms, title as the body", any_term, 1.0),
    Form("OR of the terms", any_term),
    Form("shipped: OR of terms and compounds", match_expression),
)


def ndcg(ranking: Sequence[str], relevance: Mapping[str, int], depth: int = DEPTH) -> float:
    """Normalised discounted cumulative gain of the first `depth`, from 0 to 1; 0 where nothing is relevant."""
    gains = [relevance.get(name, 0) for name in ranking[:depth]]
    best = sorted(relevance.values(), reverse=True)[:depth]
    ideal = _discounted(best)
    return _discounted(gains) / ideal if ideal else 0.0


def _discounted(gains: Sequence[int]) -> float:
    return sum(gain / log2(index + 2) for index, gain in enumerate(gains))


def measure(index: Index, form: Form, claims: Sequence[Claim]) -> Score:
    """Ask every claim."""
    began = time.perf_counter()
    found = [index.matching(form.expression(claim.query), limit=DEPTH) for claim in claims]
    spent = time.perf_counter() - began
    rankings = [[entry.address for entry, _, _ in candidates] for candidates in found]
    scores = [ndcg(ranking, claim.qrels) for ranking, claim in zip(rankings, claims, strict=True)]
    return Score(
        form.name,
        round(sum(scores) / len(scores), 4),
        sum(not ranking for ranking in rankings),
        round(1000 * spent / len(claims), 2),
    )


def run(data: Path) -> list[Score]:
    """All forms over one index, made in a temporary folder. Raises FileNotFoundError where the data is not there."""
    abstracts = [Abstract.model_validate_json(line) for line in _lines(data, "shared/corpus-*.jsonl")]
    claims = [Claim.model_validate_json(line) for line in _lines(data, "*/queries.jsonl")]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scifact.sqlite3"
        with Index(path) as index:
            index.replace("scifact", "1", (Entry(each.id, each.title, each.text) for each in abstracts))
        return [_measured(path, form, claims) for form in FORMS]


def _measured(path: Path, form: Form, claims: Sequence[Claim]) -> Score:
    weights = {} if form.title_weight is None else {"title_weight": form.title_weight}
    with Index(path, **weights) as index:
        return measure(index, form, claims)


def _lines(data: Path, pattern: str) -> Iterator[str]:
    files = sorted(data.glob(pattern))
    if not files:
        raise FileNotFoundError(f"there is no {pattern} in {data}")
    for file in files:
        yield from file.read_text("utf-8").splitlines()


def main(arguments: Sequence[str]) -> int:
    """Print the figures of all forms."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of SciFact, or of several evaluation sets")
    data: Path = parser.parse_args(arguments).data
    try:
        scores = run(data / "scifact" if (data / "scifact").is_dir() else data)
    except FileNotFoundError as error:
        print(f"No SciFact in --data: {error}", file=sys.stderr)
        return 2
    print_report("retrieval", [asdict(score) for score in scores])
    return 0 if scores[-1].ndcg >= TARGET else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
