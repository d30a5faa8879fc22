"""Reads a question against the words that an index has: misspelt, inflected and foreign ones get their counterparts.

What else is searched for stands behind the question, and is told. Where its language is known, function words go.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from agentic_search.mcp_servers.fulltext.glossary import GLOSSARY, LONGEST_UNSPACED
from agentic_search.mcp_servers.fulltext.languages import is_function_word, languages_of
from agentic_search.mcp_servers.fulltext.spelling import EXACTING, LONG, SHORTEST, spelt_out, variants
from agentic_search.mcp_servers.fulltext.terms import terms
from agentic_search.mcp_servers.fulltext.vocabulary import Vocabulary
from agentic_search.text.folding import fold, normal
from agentic_search.text.lexicon import STOP_WORDS, stems, unspaced_runs, words
from agentic_search.text.stemming import LATIN, stem_in

MOST_READ = 24
"""Words of a question that are looked at; longer questions say enough."""

MOST_REPAIRED = 6
"""Words of a question whose spelling is repaired: what has more is no question of this language."""

LONGEST = 32
"""Letters of a word beyond which it is no word that somebody misspelt."""

MOST_FORMS = 3
"""Further forms of a word that are searched for."""

MOST_HOLDING = 6
"""Pairs of characters that are searched for in place of one character: the index has pairs only."""

SHORTEST_STEM, SHORTEST_GUESSED = 4, 5
"""Letters of a stem below which words of other meanings share it; more where the language is only guessed."""


@dataclass(frozen=True, slots=True)
class Understood:
    """A question, and what was read into it."""

    text: str
    """The question, without function words of another language than English, and the further words behind it."""
    read: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """Word of the question → the words that were searched for in addition."""

    @property
    def note(self) -> str:
        """As in: Searched "timeout" for "timeut". Empty where there is nothing to tell."""
        if self.says_nothing:
            return "There are no words to search for in the question."
        pairs = [_told(word, meant) for word, meant in self.read.items()]
        return f"Searched {'; '.join(pairs)}." if pairs else ""

    @property
    def read_as(self) -> dict[str, list[str]] | None:
        """The same as `read`, for a tool's result; None where there is nothing to tell."""
        return {word: list(meant) for word, meant in self.read.items()} or None

    @property
    def says_nothing(self) -> bool:
        """There is no word to search for."""
        return not terms(self.text)


class QuestionReading:
    """One reading of one question."""

    def __init__(self, vocabulary: Vocabulary, question: str) -> None:
        self._vocabulary = vocabulary
        self._question = question
        self._languages = languages_of(question)
        self._repaired = 0

    def understood(self) -> Understood:
        """Raises sqlite3.Error."""
        read = {word: meant for word in self._words() if (meant := tuple(self._meant(word)))}
        read |= dict(self._unspaced())
        return Understood(" ".join([self._asked(), *(each for meant in read.values() for each in meant)]), read)

    def _asked(self) -> str:
        """What the question asks for; all of it where it has nothing but function words."""
        if not self._languages:
            return self._question
        kept = [each for each in self._question.split() if not self._is_function_word(each)]
        return " ".join(kept) if any(map(words, kept)) else self._question

    def _is_function_word(self, written: str) -> bool:
        found = words(written)
        return len(found) == 1 and is_function_word(fold(found[0]), self._languages)

    def _words(self) -> list[str]:
        """Those worth a look, as they are written."""
        whole = (word for word in words(self._question) if len(word) <= LONGEST and word.isalpha())
        whole = (word for word in whole if fold(word) not in STOP_WORDS)
        return [word for word in dict.fromkeys(whole) if not any(unspaced_runs(word))][:MOST_READ]

    def _meant(self, word: str) -> list[str]:
        folded = fold(word)
        known = bool(self._vocabulary.frequencies(stems(word)))
        found = list[str]()
        if not known or self._languages:
            found = self._known(GLOSSARY.get(folded, ())) or self._forms(folded, self._languages or LATIN)
        if not known and not found:
            found = self._respelt(word, folded)
        return [*self._known(spelt_out(word)), *found]

    def _known(self, candidates: tuple[str, ...]) -> list[str]:
        """Those that the index has."""
        by_stem = {stems(each)[0]: each for each in reversed(candidates)}
        known = self._vocabulary.frequencies(by_stem)
        return [each for each in candidates if stems(each)[0] in known]

    def _forms(self, folded: str, languages: tuple[str, ...]) -> list[str]:
        """The index's words that are forms of this one in one of the languages."""
        own, found = stems(folded), list[str]()
        for language in languages:
            stem = stem_in(language, folded)
            if len(stem) >= (SHORTEST_STEM if self._languages else SHORTEST_GUESSED):
                found += self._vocabulary.sharing(
                    # Of agglutinative languages the stemmers cut some stems further.
                    stem,
                    lambda term, language=language, stem=stem: stem in (term, stem_in(language, term)),
                )
        others = [term for term in dict.fromkeys(found) if [term] != own]
        return [self._vocabulary.written(term) for term in others[:MOST_FORMS]]

    def _respelt(self, word: str, folded: str) -> list[str]:
        """The likeliest word of the index that was meant; names are spelt as their owners like."""
        is_name = word[:1].isupper() and not self._question.lstrip().startswith(word)
        if len(folded) < (EXACTING if is_name else SHORTEST) or self._repaired >= MOST_REPAIRED:
            return []
        self._repaired += 1
        by_stem = dict[str, str]()
        for variant in variants(folded):
            by_stem.setdefault(" ".join(stems(variant)), variant)
        known = self._vocabulary.frequencies(by_stem)
        if known:
            return [by_stem[max(known, key=lambda stem: known[stem])]]
        stem = " ".join(stems(folded))
        near = self._vocabulary.nearest(stem, 2) if len(stem) >= LONG and not is_name else None
        return [self._vocabulary.written(near)] if near else []

    def _unspaced(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Chinese words, the longest at each place, with their English ones; single characters with what holds them."""
        for run in unspaced_runs(normal(self._question)):
            if len(run) == 1 and (meant := tuple(self._vocabulary.holding(run)[:MOST_HOLDING])):
                yield run, meant
            start = 0
            while start < len(run):
                sizes = range(min(LONGEST_UNSPACED, len(run) - start), 1, -1)
                word = next((run[start : start + size] for size in sizes if run[start : start + size] in GLOSSARY), "")
                if meant := tuple(self._known(GLOSSARY.get(word, ()))):
                    yield word, meant
                start += len(word) or 1


def _told(word: str, meant: Iterable[str]) -> str:
    return f"{', '.join(map(_quoted, meant))} for {_quoted(word)}"


def _quoted(word: str) -> str:
    return f'"{word}"'
