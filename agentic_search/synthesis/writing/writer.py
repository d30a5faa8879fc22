"""What every writer is: a question and evidence flow in, a cited answer flows out, told as it is written."""

from dataclasses import dataclass, field
from typing import Protocol

from agentic_search.domain.answer import Answer, LeftOut
from agentic_search.domain.outcome import Passage
from agentic_search.domain.run import Usage
from agentic_search.events.facts import Emit


@dataclass(frozen=True, slots=True)
class Evidence:
    """A passage that may be cited, under its number."""

    id: int
    """1, 2, 3 … in the order the writer sees them."""
    passage: Passage
    task_id: str


@dataclass(frozen=True, slots=True)
class WriterInput:
    """All that a writer gets."""

    query: str
    evidence: tuple[Evidence, ...]
    left_out: tuple[LeftOut, ...] = ()
    """What is missing before the writer has begun: failed and skipped tasks."""


@dataclass(frozen=True, slots=True)
class Written:
    """An answer, and what writing it took."""

    answer: Answer
    usage: Usage = field(default_factory=Usage)
    model: str | None = None


class Writer(Protocol):
    """Something that writes answers."""

    async def write(self, writer_input: WriterInput, emit: Emit) -> Written:
        """Write, telling answer.started, answer.delta, answer.block and answer.completed.

        Raises ModelError when a model cannot write it.
        """
        ...
