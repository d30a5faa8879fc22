"""Where sentences end, in any script, and texts cut short where people would cut them: models copy what is torn."""

import re
from collections.abc import Iterator
from itertools import pairwise

UNSPACED = (
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3100-\u312f\u3400-\u9fff\uac00-\ud7af"
    r"\uf900-\ufaff\U00020000-\U0003ffff]"
)
"""Scripts written without spaces between words (Thai, Lao, Burmese, Khmer, kana, Han), and Hangul with its endings."""

_SENTENCE_END = re.compile(
    r"""
    (?: (?<![.!?…])[.!?…]++ ["'”’»)\]`*_]*+ (?:\s?\[\d+\])* (?=\s)  # Latin, Cyrillic, Greek, Arabic …: a space follows
    | [。！？｡︒] ["'”’」』）]* (?:\s?\[\d+\])*        # Chinese and Japanese: none does
    | [؟۔।॥] (?:\s?\[\d+\])* (?=\s|$)             # Arabic, Urdu, Indic
    )
    """,
    re.VERBOSE,
)
"""With the marks of citations behind it: they are the sentence's. A row of dots is read once, not from each of them."""
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\[])(?:[A-Za-z]|e\.g|i\.e|etc|vs|cf|al|approx|Dr|Mr|Mrs|Ms|Prof|St|Jr|Sr|No|Nos|Fig|Eq|Inc|Ltd|Co|Corp|"
    r"Gen|Col|Lt|Sgt|Rev|Hon|U\.S|U\.K|bzw|z\.B|d\.h|Nr|ca)\.$"
)
_SENTENCE_BEGINS = re.compile(r"""\s+["'“‘«(\[`*_:]*(?:[^\W\d_a-z]|\d|[a-z]\w*(?:\.\w|\()|[a-z]+_)""")
"""What may begin a sentence: a capital or a letter without case, a digit, or a name from a program."""
_COLON = re.compile(r"(?<!\d):(?=\s)")
_CLAUSE_END = re.compile(r"(?=[,;:](?:\s|$)|\s[(–—-])|(?=[，、；：])")
_WORD_END = re.compile(rf"(?=\s)|(?<={UNSPACED})")
"""Scripts without spaces between words may be cut anywhere."""


def split_sentences(text: str) -> list[str]:
    """The sentences of one paragraph, in order, without the white space around them."""
    places = (0, *_ends(text), len(text))
    return [sentence for begin, end in pairwise(places) if (sentence := text[begin:end].strip())]


def sentence_spans(text: str) -> Iterator[tuple[int, int]]:
    """Where the sentences of a text begin and end; a line ends one, too."""
    at = 0
    for line in text.split("\n"):
        for sentence in split_sentences(line):
            begin = text.index(sentence, at)
            at = begin + len(sentence)
            yield begin, at


def is_whole(sentence: str) -> bool:
    """It ends as a sentence does: it was not cut off."""
    said = sentence.rstrip()
    ends = any(found.end() == len(said) for found in _SENTENCE_END.finditer(said + " "))
    return ends or said.endswith((":", ";"))


def whole_sentences(text: str) -> str:
    """The text up to its last whole sentence, line or words before a colon; empty where there is none."""
    before, line_end, line = text.rpartition("\n")
    kept = 0
    for begin, end in pairwise((0, *_ends(line), len(line))):
        sentence = line[begin:end]
        if is_whole(sentence) and any(map(str.isalpha, sentence)):  # the number of a list's item is none
            kept = end
    colons = [found.end() for found in _COLON.finditer(line, kept)]
    kept = colons[-1] if colons else kept
    return (before + line_end + line[:kept]).rstrip()


def _ends(text: str) -> Iterator[int]:
    begin = 0
    for found in _SENTENCE_END.finditer(text):
        if _ends_here(text, begin, found):
            begin = found.end()
            yield begin


def _ends_here(text: str, begin: int, found: re.Match[str]) -> bool:
    if found[0][0] not in ".!?…":
        return True
    before = text[max(begin, found.start() - 12) : found.start() + 1]
    return _SENTENCE_BEGINS.match(text, found.end()) is not None and _ABBREVIATION.search(before) is None


def shortened(text: str, longest: int) -> str:
    """The text on one line: whole where it has at most `longest` characters, else its first whole sentences.

    Where not even one sentence fits, it ends behind a clause that fills half of the length, or a word; it is empty
    where not one word fits.
    """
    line = " ".join(text.split())
    if len(line) <= longest:
        return line
    kept = ""
    for sentence in split_sentences(line):
        if len(kept) + 1 + len(sentence) > longest:
            break
        kept = f"{kept} {sentence}".lstrip()
    for end_of, least in ((_CLAUSE_END, longest // 2), (_WORD_END, 1)):
        ends = [found.end() for found in end_of.finditer(line[: longest + 1]) if least <= found.end() <= longest]
        kept = kept or (line[: ends[-1]].rstrip(" ,;:") if ends else "")
    return kept
