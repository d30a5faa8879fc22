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
    (?: (?<![.!?…])[.!?…]++ ["'“‘”’»«›)\]`*_]*+ (?:\s?\[\d+\])* (?=\s)  # Latin, Cyrillic, Greek …: a space follows
    | [。！？｡︒] ["'”’」』）]* (?:\s?\[\d+\])*        # Chinese and Japanese: none does
    | [؟۔।॥։።။។] (?:\s?\[\d+\])* (?=\s|$)         # Arabic, Urdu, Indic, Armenian, Ethiopic …
    )
    """,
    re.VERBOSE,
)
"""With the marks of citations behind it: they are the sentence's. A row of dots is read once, not from each of them."""
_SHORT = (
    r"[^\W\d_]|(?:[^\W\d_]\.)+[^\W\d_](?<![ap]\.m)"  # initials, `e.g.`, `z.B.`, `т.е.`; `at 5 p.m.` may end one
    r"|etc|vs|cf|al|approx|dept|resp|viz|Dra?|Mrs?|Ms|Mx|[Pp]rof|St|Ste|Jr|Sr|Inc|Ltd|Co|Corp|Gen|Col|Lt|Sgt|Capt|Rev|Hon"
    r"|Mt|Ft|Ave|Blvd|Ph\.D"
    r"|bzw|usw|usf|evtl|ggf|ca|vgl|inkl|exkl|zzgl|sog|Hr|Fr|Str|Jh|Jhd|Chr|Mio|Mrd|Tsd|Tel|geb|gest|Dipl|Hrsg"
    r"|env|apr|éd|MM|Mgr|Sra|Sres|Srta|Uds?|Vds?|EE|UU|EE\.UU|[Aa]vd?a?|Exma?|Ltda|Sig|Sigg|Sig\.ra|Dott|Dott\.ssa|Avv|ecc"
    r"|bijv|dhr|mevr|drs|enz|f\.eks|t\.ex|bl\.a|osv|np|inż|tzn|tzv|tj|św|ul|apod|např|nám|örn|bkz|Doç|stb"
    r"|ул|стр|им|акад|проф|тыс|млн|млрд|руб|напр|κ\.λπ"
)
_BEFORE_NUMBER = (
    r"No|Nos|Nr|nr|no|núm|n[ºo]|Figs?|Eqs?|Vol|vol|Ch|ch|Sec|Art|art|Abs|Abb|Tab|Kap|Bd|Ziff|pp|pág|págs|pag|cap|č|č\.p"
    r"|рис|гл|см|№|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Okt|Nov|Dec|Dez|janv|févr|juil|déc"
)
"""Shortened only where a number follows: `No. 5`, and not `No. It is red.`"""
_ABBREVIATION = re.compile(rf"(?:^|[\s(\[„“«])(?:(?:{_SHORT})\.$|(?:{_BEFORE_NUMBER})\.$(?P<number>))")
_ORDINAL = re.compile(
    r"(?:\b(?:am|ans|ab|bis|zum|zur|seit|vom|im|beim|dem|den|der|die|das|des|jede[nrms]?|dne|dnia|do|od|az|det"
    r"|dags?)\s+|\d\.\s?|\bund\s+)\d{1,2}\.$",
    re.IGNORECASE,
)
"""`bis zum 5.`, `am 12. 5.`: a number with a dot is a `fifth`, in German, Polish, Czech, Hungarian and the north."""
_OF_TIME = re.compile(
    r"\s+(?:Jan|Jän|Feb|M[äa]r|Apr|Ma[ij]|Jun|Jul|Aug|Sep|O[ck]t|Nov|De[czs]|Jahrh|Jahrt|Jh|Ocak|Şubat|Nisan|Mayıs"
    r"|Haziran|Temmuz|Ağustos|Eylül|Ekim|Kasım|Aralık|\d{1,2}\.\s?\d)"
)
_NUMBER = re.compile(r"(?:^|[\s(])\d{1,2}\.$")
_OPENING = "\"'“„‚‘«»‹(\\[`*_:¿¡—"
_NEXT = re.compile(rf"\s+[{_OPENING}]*([\w№])")
_PROGRAM_NAME = re.compile(r"[a-z]\w*(?:\.\w|\()|[a-z]+_")
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
    after = _NEXT.match(text, found.end())
    if after is None or (after[1].islower() and not _PROGRAM_NAME.match(text, after.start(1))):
        return False
    before = text[max(begin, found.start() - 16) : found.start() + 1]
    if short := _ABBREVIATION.search(before):
        return short["number"] is not None and not after[1].isdigit()
    return not (_NUMBER.search(before) and (_ORDINAL.search(before) or _OF_TIME.match(text, found.end())))


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
