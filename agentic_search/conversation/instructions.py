"""What the asker wants of the answer's form, as a model is shown it: quoted line by line, within a bounded room.

They are the asker's words and may say anything. Nothing that matters depends on a model's reading of them: which tools
run, which wait for approval and what is cited is decided without it.
"""

from dataclasses import dataclass

from agentic_search.domain.answer import LeftOut
from agentic_search.domain.query import CUT_MARK
from agentic_search.models.budget import TokenEstimate
from agentic_search.models.chat import disarmed
from agentic_search.text.sentences import shortened

_A_PART = "a part of the instructions"
_QUOTE = "> "
"""Before each line: no text can end what is quoted so."""
NOT_FOLLOWED = LeftOut(what="the instructions", why="not followed: no language model wrote this answer")


@dataclass(frozen=True, slots=True)
class ShownInstructions:
    """As much of the instructions as fits."""

    text: str = ""
    """Quoted; empty where there are none, or none fits."""
    left_out: tuple[LeftOut, ...] = ()
    """What did not fit."""


def shown_instructions(instructions: str, room: int, tokens: TokenEstimate) -> ShownInstructions:
    """The whole text where `room` tokens hold it, else its first sentences."""
    whole = _quoted(instructions)
    if tokens.count(whole) <= room or not whole:
        return ShownInstructions(whole, (_cut(_A_PART),) if instructions.endswith(CUT_MARK) else ())
    for halved in range(len(instructions).bit_length()):
        text = _quoted(shortened(instructions, len(instructions) >> halved))
        if text and text != whole and tokens.count(text) <= room:
            return ShownInstructions(text, (_cut(_A_PART),))
    return ShownInstructions("", (_cut("the instructions"),))


def _quoted(text: str) -> str:
    return "\n".join(f"{_QUOTE}{line}" for line in disarmed(text).splitlines())


def _cut(what: str) -> LeftOut:
    return LeftOut(what=what, why="too long to be shown to the model beside the sources")
