"""Reads a reply as a model writes it, and gives what is meant for readers: no thoughts, no control tokens, one turn.

Text is held back only while it could still become a mark, and however it comes in pieces, what is given is the same.
Code is left alone, there a text speaks of marks; and so are the strings of JSON.
"""

import re

from agentic_search.models.chat import Retracted
from agentic_search.models.generated.marks import BEGINS, ReplyMark, next_mark
from agentic_search.text.code import FenceState, code_span, fenced
from agentic_search.text.lookahead import Lookahead, Undecided, read_ahead

_PLAIN = re.compile(rf"[^{re.escape(BEGINS)}`\n]+")
_JSON_PLAIN = re.compile(rf"[^{re.escape(BEGINS)}\"]+")
_JSON_STRING = re.compile(r"(?:[^\"\\]|\\.)+", re.DOTALL)
_THOUGHT = re.compile(rf"[^{re.escape(BEGINS)}]+")
_BLANK = re.compile(r"\s+")

_BARE_CHANNEL = "analysis"
_BARE_FINAL = "assistantfinal"
"""What is left of two channels' marks where a server leaves out the tokens and keeps the names."""

_QUOTES_BEFORE = " \"'(“‘«*_"
_QUOTES_AFTER = " \"'),.;:!?”’»*_"
_SENTENCE_ENDS = ".!?…:。！？"
_ENDING = 40
"""Characters behind the end of its turn up to which a model may just be about to end."""


class ReplyReader:
    """Reads one reply.

    Most thoughts stand between two marks. Where the prompt's template has set the first of them, only the second comes:
    then all the text before it was a thought, and if some of that was given already, a Retracted says so.
    """

    def __init__(self, *, json: bool = False) -> None:
        """`json`: the reply is JSON, not Markdown."""
        self._may_be_json = json
        self._in_json = self._in_string = False
        self._rest = ""
        self._out: list[str] = []
        self._given = self._retracted = False
        """Whether text was given; whether it must be taken back."""
        self._code = FenceState()
        self._thought = ""
        """The name of the thought that is being read; empty outside of one."""
        self._may_retract = True
        self._spoken_of: set[str] = set()
        """Names of thoughts whose first mark is a word of the answer."""
        self._wrapped: set[str] = set()
        """Names of the marks that the answer stands between."""
        self._blank: str | None = ""
        """The white space before the first word; none once there was a mark, which it goes with."""
        self._written = False
        self._first_word: str | None = ""
        """As far as it is the name of a channel; none behind it."""
        self._line_blank = True
        self._before = ""
        """The last characters that were read."""
        self._turn_over = False
        self._behind_turn = 0

    @property
    def past_its_turn(self) -> bool:
        """The model goes on writing though its turn is over: nothing more will be given."""
        return self._behind_turn > _ENDING

    def feed(self, text: str) -> list[str | Retracted]:
        """Take the next piece; give what is certain."""
        self._rest += text
        return self._read(final=False)

    def finish(self) -> list[str | Retracted]:
        """The reply is over: give what was held back and is text after all."""
        return self._read(final=True)

    def _read(self, *, final: bool) -> list[str | Retracted]:
        self._rest = read_ahead(self._rest, self._step, final=final)
        text, retracted = "".join(self._out), self._retracted
        self._out, self._retracted = [], False
        self._given = self._given or bool(text)
        return [*([Retracted()] if retracted else ()), *([text] if text else ())]

    def _step(self, ahead: Lookahead, at: int) -> int:
        """Read on from `at`; gives how far. Raises Undecided."""
        if self._turn_over:
            self._behind_turn += len(ahead.text) - at
            return len(ahead.text)
        if self._thought:
            return self._skip_thought(ahead, at)
        if not self._written:
            if (blank := _BLANK.match(ahead.text, at)) is not None:
                self._blank = None if self._blank is None else self._blank + blank[0]
                return blank.end()
            self._in_json, self._in_string = self._may_be_json and ahead.text[at] in "{[", False
        if self._first_word is not None:
            return self._read_first_word(ahead.text[at]) + at
        return self._read_json(ahead, at) if self._in_json else self._read_markdown(ahead, at)

    def _read_first_word(self, character: str) -> int:
        """`analysisThe user asks …` is the name of a channel and a thought; `analysis of …` is an answer."""
        if self._first_word == _BARE_CHANNEL and character.isupper():
            self._retract()
            self._begin_thought(_BARE_CHANNEL)
            return 0
        word = (self._first_word or "") + character
        self._first_word = word if _BARE_CHANNEL.startswith(word) else None
        return self._give(character) if self._first_word else 0

    def _read_markdown(self, ahead: Lookahead, at: int) -> int:
        end, code = fenced(ahead, at, self._code)
        if end > at:
            self._give(ahead.text[at:end])
            self._code = code
            return end
        self._code = code
        if (plain := _PLAIN.match(ahead.text, at)) is not None:
            return self._give(plain[0]) + at
        if ahead.text[at] in BEGINS:
            return self._read_mark(ahead, at)
        end = code_span(ahead, at)[0] if ahead.text[at] == "`" else at + 1
        return self._give(ahead.text[at:end]) + at

    def _read_json(self, ahead: Lookahead, at: int) -> int:
        if ahead.text[at] == '"':
            self._in_string = not self._in_string
            return self._give('"') + at
        plain = (_JSON_STRING if self._in_string else _JSON_PLAIN).match(ahead.text, at)
        if plain is not None:
            return self._give(plain[0]) + at
        if not self._in_string:
            return self._read_mark(ahead, at)
        return self._give(ahead.text[at] + ahead.at(at + 1)) + at

    def _read_mark(self, ahead: Lookahead, at: int) -> int:
        found = next_mark(ahead, at)
        if found is None:
            return self._give(ahead.text[at]) + at
        mark, end = found
        if self._is_text(mark, ahead.at(end)):
            return self._give(ahead.text[at:end]) + at
        self._obey(mark)
        return end

    def _is_text(self, mark: ReplyMark, after: str) -> bool:
        """Whether a mark is a word of the answer: where the sentence around it speaks of it."""
        match mark.kind:
            case "thought":
                is_text = mark.tag and self._written and not self._line_blank and self._within_sentence
                self._spoken_of |= {mark.name} if is_text else set()
                return is_text
            case "thought end":
                if mark.name in self._spoken_of:
                    self._spoken_of.remove(mark.name)
                    return True
                return mark.tag and not self._line_blank and self._is_quoted(after)
            case "answer":
                return self._written and not self._line_blank
            case "answer end":
                return mark.name not in self._wrapped
            case _:
                return False

    def _is_quoted(self, after: str) -> bool:
        """Whether what stands around a mark makes it a word of a sentence."""
        return self._within_sentence and after != "" and after in _QUOTES_AFTER

    @property
    def _within_sentence(self) -> bool:
        """Whether what stands before goes on: a blank, a quotation mark or a bracket, and no end of a sentence."""
        said = self._before.rstrip(" ")[-1:]
        return self._before[-1:] in _QUOTES_BEFORE and not (self._before.endswith(" ") and said in _SENTENCE_ENDS)

    def _obey(self, mark: ReplyMark) -> None:
        self._blank = None
        match mark.kind:
            case "thought":
                self._begin_thought(mark.name)
            case "thought end":
                self._retract()
            case "answer":
                self._wrapped.add(mark.name)
            case "turn":
                self._turn_over = True
            case "own turn" | "turn end":
                self._turn_over = self._written
            case "answer end" | "nothing":
                pass

    def _begin_thought(self, name: str) -> None:
        self._thought, self._blank = name, None
        # What was written before a thought with a beginning is none.
        self._may_retract = not self._written

    def _retract(self) -> None:
        """All text so far was a thought."""
        if not self._may_retract:
            return
        self._out.clear()
        self._retracted = self._retracted or self._given
        self._given = self._written = False
        self._line_blank, self._before, self._first_word = True, "", ""
        self._code = FenceState()

    def _skip_thought(self, ahead: Lookahead, at: int) -> int:
        if self._thought == _BARE_CHANNEL:
            return self._skip_bare_channel(ahead, at)
        if (skipped := _THOUGHT.match(ahead.text, at)) is not None:
            return skipped.end()
        found = next_mark(ahead, at)
        if found is None or found[0].kind != "thought end" or found[0].name != self._thought:
            return at + 1
        self._thought = ""
        return found[1]

    def _skip_bare_channel(self, ahead: Lookahead, at: int) -> int:
        found = ahead.text.find(_BARE_FINAL, at)
        if found >= 0:
            self._thought = ""
            return found + len(_BARE_FINAL)
        end = len(ahead.text) if ahead.final else len(ahead.text) - len(_BARE_FINAL) + 1
        if end <= at:
            raise Undecided
        return end

    def _give(self, text: str) -> int:
        """Give a text; gives its length."""
        if not self._written:
            self._out.append(self._blank or "")
            self._written = True
        self._out.append(text)
        self._code = self._code.behind(text)
        _, newline, line = text.rpartition("\n")
        self._line_blank = (bool(newline) or self._line_blank) and not line.strip()
        self._before = (self._before + text)[-4:]
        return len(text)
