"""What a writer writes flows in, the facts that tell it flow out: answer.delta and answer.block; the whole is kept."""

from agentic_search.events.facts import AnswerBlock, AnswerDelta, AnswerStarted, Emit
from agentic_search.synthesis.markdown.blocks import BlockSplitter, Step
from agentic_search.synthesis.markdown.html import AnswerHtml


class Page:
    """One answer while it is written; a new page tells answer.started, which clears whatever was told before."""

    def __init__(self, emit: Emit, html: AnswerHtml, *, model: str | None = None) -> None:
        self._emit = emit
        self._splitter = BlockSplitter(html)
        self._text: list[str] = []
        self._blocks: list[str] = []
        emit(AnswerStarted(model=model))

    def add(self, text: str) -> None:
        """More Markdown, whose marks are final."""
        self._text.append(text)
        self._show(self._splitter.feed(text))

    def close(self) -> None:
        """There is no more."""
        self._show(self._splitter.finish())

    @property
    def text(self) -> str:
        """All Markdown so far."""
        return "".join(self._text)

    @property
    def html(self) -> str:
        """All finished blocks as safe HTML."""
        return "".join(self._blocks)

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
