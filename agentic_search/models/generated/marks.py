"""Recognises the marks by which models part their thoughts, their turns and their answer, whatever model wrote them.

Each is known by its shape rather than by a list of models: a word for thinking in a tag, or a name between `<|` and
`|>`. Only a few have a form of their own.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from agentic_search.text.lookahead import Lookahead

BEGINS = "<[◁＜"
"""The characters that a mark may begin with."""

MarkKind = Literal["thought", "thought end", "answer", "answer end", "turn", "own turn", "turn end", "nothing"]
"""`turn`: somebody else's begins; `own turn`: the model's; `nothing`: means nothing to readers."""


@dataclass(frozen=True, slots=True)
class ReplyMark:
    """One mark."""

    kind: MarkKind
    name: str = ""
    """By what name a thought or an answer begins and ends: the same for both."""
    tag: bool = False
    """It is a word in brackets, which a text may also speak of."""


_THOUGHTS = {
    **dict.fromkeys(("think", "thinking", "thought", "thoughts", "seed:think", "mm:think"), "think"),
    **dict.fromkeys(("reasoning", "reason", "reflection", "analysis", "scratchpad"), ""),
    **dict.fromkeys(("inner_monologue", "internal_monologue", "monologue", "chain_of_thought", "cot"), ""),
}
"""Words for thinking, and the name under which each ends; its own where it is empty."""
_CHANNEL = "channel"
_OWN_ROLES = frozenset({"assistant", "model", "chatbot", "bot", "ai"})
_ROLES = _OWN_ROLES | {"user", "human", "system", "tool", "developer", "observation", "environment", "ipython"}
_TURN_BEGINS = frozenset({"im", "start", "of", "turn", "header", "role", "id"})
"""All words of the tokens that begin a turn: im_start, start_header_id, start_of_role …"""
_TURN_ENDS = frozenset({"eot", "eos", "eom", "eod", "eop", "eog", "return", "call", "stop"})
_BESIDE_A_THOUGHT = frozenset({"begin", "start", "of", "end"})

_LONGEST_NAME = 44
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_WORD = re.compile(r"[^\W_▁]+")
_NAME = re.compile(r"[|｜](/?)([\w▁/:.-]+)[|｜]")
_CHANNEL_NAME = re.compile(r"\s*([a-z]*)[^<\n]{0,40}(?:<\|constrain\|>[^<\n]{0,20})?<\|message\|>", re.IGNORECASE)
_LONGEST_CHANNEL_NAME = 90
_FINAL_CHANNEL = ("<|start|>assistant<|channel|>final<|message|>",)
"""What ends a thought where `<|end|>` stands before it."""


def _tags() -> Iterator[tuple[str, ReplyMark]]:
    for word, name in _THOUGHTS.items():
        for begin, end in (("<", ">"), ("＜", "＞"), ("◁", "▷")):
            yield f"{begin}{word}{end}", ReplyMark("thought", name or word, tag=True)
            yield f"{begin}/{word}{end}", ReplyMark("thought end", name or word, tag=True)
    for word in ("answer", "final_answer", "response", "output", "solution"):
        yield f"<{word}>", ReplyMark("answer", word, tag=True)
        yield f"</{word}>", ReplyMark("answer end", word, tag=True)


_LITERALS = {
    **dict(_tags()),
    "[think]": ReplyMark("thought", "think", tag=True),
    "[/think]": ReplyMark("thought end", "think", tag=True),
    **dict.fromkeys(("<|channel>thought", "<unused94>thought"), ReplyMark("thought", "think")),
    **dict.fromkeys(("<channel|>", "<unused95>"), ReplyMark("thought end", "think")),
    **dict.fromkeys(("<start_of_turn>", "<|turn>"), ReplyMark("own turn")),
    **dict.fromkeys(("[inst]", "<<sys>>"), ReplyMark("turn")),
    **dict.fromkeys(("<end_of_turn>", "<turn|>", "[/inst]", "</s>", "<eos>"), ReplyMark("turn end")),
    **dict.fromkeys(("<s>", "<bos>", "<pad>", "<unk>", "<</sys>>"), ReplyMark("nothing")),
    **dict.fromkeys(("<tool_call>", "</tool_call>", "[tool_calls]"), ReplyMark("nothing")),
}
_BY_BEGINNING = {literal[:2]: tuple(each for each in _LITERALS if each[:2] == literal[:2]) for literal in _LITERALS}


def next_mark(ahead: Lookahead, at: int) -> tuple[ReplyMark, int] | None:
    """The mark that begins at `at`, where one of BEGINS stands, and where it ends; raises Undecided."""
    begins = ahead.at(at) + ahead.at(at + 1).lower()
    if begins in {"<|", "<｜"} and (found := _between_bars(ahead, at)) is not None:
        return found
    literals = _BY_BEGINNING.get(begins, ())
    if not literals or not ahead.startswith(literals, at):
        return None
    text = ahead.text[at : at + _LONGEST_NAME].lower()
    literal = next(literal for literal in literals if text.startswith(literal))
    mark, end = _LITERALS[literal], at + len(literal)
    return _turn(ahead, end) if mark.kind == "own turn" else (mark, end)


def _between_bars(ahead: Lookahead, at: int) -> tuple[ReplyMark, int] | None:
    """`<|name|>`: what its name says."""
    closed = ahead.find(">", at + 2, before="< \n", most=_LONGEST_NAME)
    name = None if closed is None else _NAME.fullmatch(ahead.text, at + 1, closed)
    if closed is None or name is None:
        return None
    words, end = set(_WORD.findall(name[2].lower())) - {"token"}, closed + 1
    if words == {"channel"}:
        return _channel(ahead, end)
    if words == {"end"} and ahead.startswith(_FINAL_CHANNEL, end):
        return ReplyMark("thought end", _CHANNEL), end + len(_FINAL_CHANNEL[0])
    if words - {"im"} and words - {"im"} <= _ROLES:
        own = words - {"im"} <= _OWN_ROLES
        return _turn(ahead, end) if own and "im" in words else (ReplyMark("own turn" if own else "turn"), end)
    if "start" in words and words <= _TURN_BEGINS:
        return _turn(ahead, end)
    return _thought_or_end(words, closing=bool(name[1])), end


def _thought_or_end(words: set[str], *, closing: bool) -> ReplyMark:
    thoughts = words & _THOUGHTS.keys()
    ending = closing or any(word.startswith("end") for word in words)
    if thoughts and words - thoughts <= _BESIDE_A_THOUGHT:
        word = min(thoughts)
        return ReplyMark("thought end" if ending else "thought", _THOUGHTS[word] or word)
    ends_turn = (ending or bool(words & _TURN_ENDS)) and not words & {"header", "role"}
    return ReplyMark("turn end" if ends_turn else "nothing")


def _channel(ahead: Lookahead, end: int) -> tuple[ReplyMark, int]:
    """Of the channels only the one named `final` is meant for readers."""
    name = ahead.match(_CHANNEL_NAME, end, most=_LONGEST_CHANNEL_NAME)
    if name is None:
        return ReplyMark("nothing"), end
    return ReplyMark("thought end" if name[1].lower() == "final" else "thought", _CHANNEL), name.end()


def _turn(ahead: Lookahead, end: int) -> tuple[ReplyMark, int]:
    """A turn begins: whose, says the word behind the mark; without one it is the model's own."""
    behind = ahead.run(end, _LETTERS)
    role = ahead.text[end:behind].lower()
    if role not in _ROLES:
        return ReplyMark("own turn"), end
    return ReplyMark("own turn" if role in _OWN_ROLES else "turn"), behind
