"""Takes out of a model's answer what it copies from its prompt, and ends the answer where it invents another turn.

Small models repeat the instructions, wrap their text in the tags that fence the sources, cite by such a tag, and go on
with a question of their own. Code is left alone.
"""

import re

from agentic_search.text.code import FenceState, code_span, fenced, line_head
from agentic_search.text.lookahead import Lookahead, read_ahead

_SHORTEST = 20
"""Characters of a sentence that is an instruction wherever it stands; a shorter one may be an answer's own."""

_PLAIN = re.compile(r"[^`<\n.!?:]+")
_SENTENCE_END = re.compile(r"(?<=[.!?:])\s+")
_LIST_MARK = re.compile(r"[-*+]\s+|\d+[.)]\s+")

_TAG_BEGINS = tuple(f"<{slash}{name}" for slash in ("", "/") for name in ("source", "question", "tools"))
_FENCES = frozenset({"question", "tools"})
"""Tags whose content is never an answer."""
_TAG = re.compile(r"<(/?)(sources?|question|tools)((?:[\s/](?:\"[^\"\n]*\"|[^<>\"\n])*)?)>", re.IGNORECASE)
_LONGEST_TAG = 600
_NUMBER = re.compile(r"\d{1,3}")

_ROLES = ("user", "human", "assistant", "instruction", "instructions", "input", "question", "response")
_LABELS = (
    *(f"{begin}{role}{end}" for role in _ROLES[:3] for begin, end in (("", ":"), ("**", ":**"), ("**", "**:"))),
    *(f"{begin}{role}:" for role in _ROLES for begin in ("### ", "###", "## ")),
)
"""What begins a line that begins a turn."""
_OWN = ("assistant", "response")


class PromptEchoFilter:
    """Reads one answer; however it comes in pieces, what is given is the same."""

    def __init__(self, instructions: str) -> None:
        """`instructions`: all that the prompt says besides sources and question."""
        sentences = _sentences(instructions)
        self._any = tuple(sentences)
        self._long = tuple(sentence for sentence in sentences if len(sentence) >= _SHORTEST)
        self._rest = ""
        self._code = FenceState()
        self._skipping = ""
        """The tag that ends what is left out."""
        self._cut = False
        """Whether what came last was an instruction."""
        self._sentence_begins = True
        self._written = self._over = False

    def feed(self, text: str) -> str:
        """Take in more text; gives what is certain of it."""
        self._rest += text
        return self._read(final=False)

    def finish(self) -> str:
        """Take in the end; gives the rest."""
        return self._read(final=True)

    def _read(self, *, final: bool) -> str:
        given: list[str] = []

        def step(ahead: Lookahead, at: int) -> int:
            text, end = self._step(ahead, at)
            given.append(text)
            return end

        self._rest = read_ahead(self._rest, step, final=final)
        return "".join(given)

    def _step(self, ahead: Lookahead, at: int) -> tuple[str, int]:
        """What is given of the text at `at`, and where it goes on. Raises Undecided."""
        if self._over:
            return "", len(ahead.text)
        if self._skipping:
            return "", self._skip(ahead, at)
        end, self._code = fenced(ahead, at, self._code)
        if end > at:
            self._written, self._cut = True, False
            return ahead.text[at:end], end
        if (end := self._after_echo(ahead, at)) > at:
            return "", end
        if self._over:
            return "", at
        if ahead.text[at] == "<" and (tag := self._tag(ahead, at)) is not None:
            return tag
        return self._plain(ahead, at)

    def _plain(self, ahead: Lookahead, at: int) -> tuple[str, int]:
        plain = _PLAIN.match(ahead.text, at)
        end = plain.end() if plain else code_span(ahead, at)[0] if ahead.text[at] == "`" else at + 1
        text = ahead.text[at:end]
        self._code = self._code.behind(text)
        self._written = self._written or bool(text.strip())
        self._sentence_begins = text in {".", "!", "?", ":", "\n"} or (self._sentence_begins and not text.strip())
        self._cut = False
        return text, end

    def _after_echo(self, ahead: Lookahead, at: int) -> int:
        """Behind an instruction or a label that begins here; `at` itself where there is none."""
        if not self._sentence_begins:
            return at
        line_start = self._code.line_start
        begin = at + len(line_head(ahead, at)) if line_start else ahead.run(at, " ")
        if ahead.startswith(self._any if self._cut else self._long, begin):
            return self._behind_instruction(ahead, begin)
        if line_start and self._cut and ahead.at(at) == "\n":
            self._cut = False
            return at + 1
        return self._behind_label(ahead, at) if line_start else at

    def _behind_instruction(self, ahead: Lookahead, begin: int) -> int:
        said = ahead.text[begin : begin + max(map(len, self._any))].lower()
        longest = max(len(sentence) for sentence in self._any if said.startswith(sentence))
        self._cut = True
        return ahead.run(begin + longest, " ") if self._code.line_start else begin + longest

    def _behind_label(self, ahead: Lookahead, at: int) -> int:
        """Behind a label of the model's own turn that begins the answer; any other ends it."""
        begin = ahead.run(at, " \t")
        if not ahead.startswith(_LABELS, begin):
            return at
        said = ahead.text[begin : begin + max(map(len, _LABELS))].lower()
        label = max((label for label in _LABELS if said.startswith(label)), key=len)
        if ahead.at(begin + len(label)) not in {"", " ", "\n"}:
            return at
        if not self._written and label.strip("#* :") in _OWN:
            return ahead.run(begin + len(label), " \n")
        self._over = True
        return at

    def _tag(self, ahead: Lookahead, at: int) -> tuple[str, int] | None:
        """One of the tags that fence what the prompt gives: a source's stands for a mark, or for the whole source."""
        if not ahead.startswith(_TAG_BEGINS, at):
            return None
        tag = ahead.match(_TAG, at, most=_LONGEST_TAG)
        if tag is None:
            return None
        closing, name, more = tag[1], tag[2].lower(), tag[3]
        behind = ahead.run(tag.end(), " ")
        if not closing and self._code.line_start and (name in _FENCES or ahead.at(behind) in {"\n", ""}):
            self._skipping = f"</{name}>" if name != "sources" else ""
            return "", behind
        number = None if closing or name != "source" else _NUMBER.search(more)
        if number is None:
            return "", tag.end()
        self._written, self._sentence_begins, self._cut = True, False, False
        self._code = self._code.behind("]")
        return f"[{number[0]}]", tag.end()

    def _skip(self, ahead: Lookahead, at: int) -> int:
        found = ahead.text.find("<", at)
        if found < 0:
            return len(ahead.text)
        if found > at:
            return found
        if not ahead.startswith((self._skipping,), at):
            return at + 1
        end = ahead.run(at + len(self._skipping), " \n")
        self._skipping = ""
        return end


def _sentences(instructions: str) -> list[str]:
    """Every line and every sentence of it, in lower case."""
    lines = [_LIST_MARK.sub("", line.strip(), count=1).lower() for line in instructions.split("\n")]
    sentences = [sentence for line in lines for sentence in _SENTENCE_END.split(line)]
    return [text for text in dict.fromkeys((*lines, *sentences)) if " " in text]
