"""Cuts a text short where people would: behind a sentence, else behind a word. Models copy what is torn."""

import re

_SENTENCE_END = re.compile(r"(?<!\b[A-Za-z])[.!?]['\")\]]*(?=\s+[^a-z\s])|[。！？]")
"""Not behind one letter, as in `e.g.`, nor before a small one, as in `approx. five`."""
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")
"""Scripts written without spaces between words: there a text may be cut anywhere."""
_LOOSE_END = " ,;:(–—-"


def shortened(text: str, longest: int) -> str:
    """The text on one line: whole where it has at most `longest` characters, else its first whole sentences.

    Where not even one sentence fits, it ends behind a word, with `…`; it is empty where not one word fits.
    """
    line = " ".join(text.split())
    if len(line) <= longest:
        return line
    ends = [found.end() for found in _SENTENCE_END.finditer(line[: longest + 2])]  # with what may follow the last
    if fitting := [end for end in ends if end <= longest]:
        return line[: fitting[-1]]
    end = next((at for at in range(longest - 1, 0, -1) if line[at] == " " or _UNSPACED.match(line[at])), 0)
    kept = line[:end].rstrip(_LOOSE_END)
    return f"{kept}…" if kept else ""
