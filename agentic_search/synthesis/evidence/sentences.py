"""A paragraph flows in, its sentences flow out, in any script; nothing of the text is changed."""

import re

_END = re.compile(
    r"""
    (?: [.!?…]+ ["'”’»)\]`*_]* (?=\s) )     # Latin, Cyrillic, Greek, Arabic …: a space follows
    | [。！？｡︒] ["'”’」』）]*               # Chinese and Japanese: none does
    | [؟۔।॥] (?=\s|$)                       # Arabic, Urdu, Indic
    """,
    re.VERBOSE,
)
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\[])(?:[A-Za-z]|e\.g|i\.e|etc|vs|cf|al|approx|Dr|Mr|Mrs|Ms|Prof|St|Jr|Sr|No|Nos|Fig|Eq|Inc|Ltd|Co|Corp|"
    r"Gen|Col|Lt|Sgt|Rev|Hon|U\.S|U\.K|bzw|z\.B|d\.h|Nr|ca)\.$"
)
_BEGINS = re.compile(r"""\s+["'“‘«(\[`*_:]*(?:[^\W\d_a-z]|\d|[a-z]\w*(?:\.\w|\()|[a-z]+_)""")
"""What may begin a sentence: a capital or a letter without case, a digit, or a name from a program."""


def split_sentences(text: str) -> list[str]:
    """The sentences of one paragraph, in order, without the white space around them."""
    sentences: list[str] = []
    begin = 0
    for found in _END.finditer(text):
        if not _ends_here(text, begin, found):
            continue
        sentences.append(text[begin : found.end()].strip())
        begin = found.end()
    sentences.append(text[begin:].strip())
    return [sentence for sentence in sentences if sentence]


def is_whole(sentence: str) -> bool:
    """It ends as a sentence does: it was not cut off."""
    last = _END.search(sentence.rstrip()[-8:] + " ")
    return last is not None or sentence.rstrip().endswith((":", ";"))


def _ends_here(text: str, begin: int, found: re.Match[str]) -> bool:
    if found[0][0] not in ".!?…":
        return True
    before = text[max(begin, found.start() - 12) : found.start() + 1]
    return _BEGINS.match(text, found.end()) is not None and _ABBREVIATION.search(before) is None
