"""What all writers share: their protocol, what they return, and the events of an answer while it is written."""

from dataclasses import dataclass
from typing import Protocol

from agentic_search.domain.answer import Answer, LeftOut, Source
from agentic_search.events.facts import AnswerBlock, AnswerCompleted, AnswerDelta, AnswerStarted, Emit
from agentic_search.synthesis.evidence.writer_input import WriterInput
from agentic_search.synthesis.markdown.blocks import BlockSplitter, Step
from agentic_search.synthesis.markdown.html import AnswerHtml
from agentic_search.text.controls import without_overrides


@dataclass(frozen=True, slots=True)
class Written:
    """An answer, and who wrote it."""

    answer: Answer
    model: str | None = None


class Writer(Protocol):
    """Something that writes answers."""

    async def write(self, writer_input: WriterInput, emit: Emit) -> Written:
        """Write, emitting answer.started, answer.delta, answer.block and answer.completed.

        Raises ModelError when a model cannot write it.
        """
        ...


class AnswerEmitter:
    """Emits one answer while it is written; its answer.started clears whatever was emitted of another before."""

    def __init__(self, emit: Emit, html: AnswerHtml, *, model: str | None = None, reason: str = "") -> None:
        """`model` writes it, or none, for this `reason`."""
        self._emit = emit
        self._splitter = BlockSplitter(html)
        self._text: list[str] = []
        self._blocks: list[str] = []
        emit(AnswerStarted(model=model, reason=reason))

    @property
    def text(self) -> str:
        """All Markdown so far."""
        return "".join(self._text)

    def add(self, text: str) -> None:
        """More Markdown, whose marks are final; nothing in it may turn a line around."""
        text = without_overrides(text)
        self._text.append(text)
        self._show(self._splitter.feed(text))

    def end_paragraph(self) -> None:
        """What is added now is a paragraph of its own, also where code was left open."""
        self.add("\n\n")
        if fence := self._splitter.open_fence:
            self.add(f"{fence}\n\n")

    def close(self) -> None:
        """There is no more text."""
        self._show(self._splitter.finish())

    def complete(
        self,
        sources: tuple[Source, ...],
        left_out: tuple[LeftOut, ...],
        *,
        nothing_found: bool = False,
    ) -> Answer:
        """Emit answer.completed, after `close`; gives the whole answer."""
        answer = Answer(
            text=self.text.strip(),
            html="".join(self._blocks),
            sources=sources,
            left_out=left_out,
            nothing_found=nothing_found,
        )
        self._emit(AnswerCompleted.of(answer))
        return answer

    def _show(self, steps: list[Step]) -> None:
        """One delta for each stretch of text that no block comes between."""
        stretch = ""
        for step in steps:
            stretch += step.text
            if step.blocks:
                stretch = self._delta(stretch)
                self._finish(step.blocks)
        self._delta(stretch)

    def _delta(self, text: str) -> str:
        if text:
            self._emit(AnswerDelta(text=text))
        return ""

    def _finish(self, blocks: tuple[str, ...]) -> None:
        for html in blocks:
            self._emit(AnswerBlock(index=len(self._blocks), html=html))
            self._blocks.append(html)
