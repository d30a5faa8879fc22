"""Finds where a question names things: in quotation marks, by capitals, by numbers, or by words between its frame's."""

import re
from collections.abc import Iterator, Sequence

import regex

from agentic_search.domain.tool import Tool
from agentic_search.planning.offline.arguments.argument import Argument, choices_of
from agentic_search.planning.offline.arguments.tool_words import told_words
from agentic_search.planning.offline.arguments.values import (
    AFTER_PREPOSITION,
    CAPITALS,
    DOING,
    PLAIN,
    QUOTED,
    Found,
    Values,
)
from agentic_search.planning.offline.reading.question import Question
from agentic_search.planning.offline.reading.wording import is_frame
from agentic_search.text.lexicon import terms

_SPELLED_OUT = -0.1
_LONGEST = 4
_WORDS = regex.compile(r"[^\W_](?:[\w'’&+-]*\w)?|[.,;:?!()]")
_PREPOSITIONS = frozenset(
    """
    of for in from about on with by named called into to between und für von aus mit de pour
    """.split()  # noqa: SIM905 - a list of twenty words is no easier to read
)
_DOING = re.compile(
    r"\w+(?:ed|ing)|won|found|under|over|next|last|first|each|per|another|same|following|given", re.IGNORECASE
)
_NO_VALUES = frozenset(
    re.findall(
        r"\w+",
        """
        help finally lastly however imagine suppose additionally furthermore moreover afterwards firstly secondly first
        second third another same each both more less than also please using uses use used required require requires
        need needs want wants like planning plan plans interested wondering considering specifically respectively
        important different several some any other others thing things function tool long much many assist
        """,
    )
)
"""Words that hold a question together, and never begin a value without capitals."""
_START = re.compile(r"(?:^|[.?!]\s)[\"'“]?$")
_NAMED_TOOL = re.compile(r"[\"'`”’]?\s+(?:function|tool|api|method|endpoint)\b", re.IGNORECASE)
_TIMES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_SCALE = re.compile(r"\s?(hundred|thousand|million|billion)\b", re.IGNORECASE)
_NUMBER_WORDS = {
    word: number
    for number, word in enumerate(
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"], 1
    )
} | {"twenty": 20, "thirty": 30, "fifty": 50, "hundred": 100, "dozen": 12}
_NUMBER_WORD = re.compile(rf"\b(?:{'|'.join(_NUMBER_WORDS)})\b", re.IGNORECASE)


def values_in(question: Question, tool: Tool, arguments: Sequence[Argument], *, freely: bool) -> Values:
    """The values of a question; with `freely` also phrases without capitals, but for what the tool is told by."""
    phrases = _phrases(question, told_words(tool), _choices(arguments), freely=freely)
    numbers = [
        each for each in _numbers(question) if not _within(each, [one for one in phrases if one.weight >= CAPITALS])
    ]
    if freely and len(numbers) < sum(one.required and one.role == "number" for one in arguments):
        numbers += [each for each in _spelled_out(question.text) if not _within(each, [*numbers, *phrases])]
    return Values(sorted(numbers, key=lambda each: each.start), phrases)


def _within(one: Found, others: Sequence[Found]) -> bool:
    return any(one.start < other.end and other.start < one.end for other in others)


def _phrases(question: Question, told: frozenset[str], choices: frozenset[str], *, freely: bool) -> list[Found]:
    text = question.text
    named = dict.fromkeys([*question.quoted, *question.names] if freely else question.phrases)
    wanted = [phrase for phrase in named if not _is_a_tool(phrase, text)]
    known: list[Found] = []
    for phrase in wanted:
        start = text.find(phrase)
        found = Found(phrase, start, start + len(phrase), QUOTED if phrase in question.quoted else CAPITALS)
        if start >= 0 and not _within(found, known) and not choices.issuperset(terms(phrase) or [phrase]):
            known.append(found)
    others = [each for each in _plain(text, told | choices) if not _within(each, known)] if freely else []
    return sorted([*known, *others], key=lambda each: each.start)


def _is_a_tool(phrase: str, text: str) -> bool:
    """Whether it is what is to be called, by its name: "using the 'flights.search' function"."""
    return _NAMED_TOOL.match(text, text.find(phrase) + len(phrase)) is not None


def _choices(arguments: Sequence[Argument]) -> frozenset[str]:
    """The words of the values that arguments are to be chosen from."""
    return frozenset(term for one in arguments for choice in choices_of(one.schema) for term in terms(str(choice)))


def _plain(text: str, told: frozenset[str]) -> Iterator[Found]:
    """Runs of words that neither hold the question together nor say what the tool is for."""
    run: list[regex.Match[str]] = []
    before = weight = ""
    for word in [*_WORDS.finditer(text), None]:
        is_value = word is not None and _may_be_value(word[0], told) and not (run and _DOING.fullmatch(word[0]))
        if word is not None and is_value and len(run) < _LONGEST:
            weight = weight if run else before
            run.append(word)
        else:
            if run:
                yield _run(text, run, weight)
            run, weight = ([word], before) if word is not None and is_value else ([], "")
        before = word[0].lower() if word is not None else ""


def _run(text: str, run: Sequence[regex.Match[str]], before: str) -> Found:
    weight = AFTER_PREPOSITION if before in _PREPOSITIONS else PLAIN
    if _DOING.fullmatch(run[0][0]) or (len(run) == 1 and _begins_sentence(text, run[0])):
        weight = DOING
    return Found(text[run[0].start() : run[-1].end()], run[0].start(), run[-1].end(), weight)


def _begins_sentence(text: str, word: regex.Match[str]) -> bool:
    """It begins with a capital only because a sentence does: "Transfer"."""
    return word[0][0].isupper() and _START.search(text, max(0, word.start() - 3), word.start()) is not None


def _may_be_value(word: str, told: frozenset[str]) -> bool:
    return (
        not word[0].isdigit()
        and word.lower() not in _NO_VALUES
        and word.lower() not in _NUMBER_WORDS
        and any(not is_frame(stem) and stem not in told and not stem.isdigit() for stem in terms(word))
    )


def _numbers(question: Question) -> Iterator[Found]:
    position = 0
    for number in question.numbers:
        spelled = re.compile(_spelled(number)).search(question.text, position)
        if spelled:
            position = spelled.end()
            scale = _SCALE.match(question.text, position)
            value = number * _TIMES[scale[1].lower()] if scale else number
            yield Found(round(value, 6), spelled.start(), spelled.end())


def _spelled_out(text: str) -> Iterator[Found]:
    for word in _NUMBER_WORD.finditer(text):
        if word[0].lower() != "one":
            yield Found(_NUMBER_WORDS[word[0].lower()], word.start(), word.end(), _SPELLED_OUT)


def _spelled(number: float) -> str:
    """A pattern of the number as it may be written, with or without separators of thousands."""
    whole, _, rest = str(number).partition(".")
    digits = ",?".join(whole)
    return rf"(?<![\d.]){digits}\.{rest}0*(?!\d)" if rest and rest != "0" else rf"(?<!\d){digits}(?:\.0+)?(?!\d)"
