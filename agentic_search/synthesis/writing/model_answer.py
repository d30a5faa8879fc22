"""One answer while a model writes it: what it may say is emitted as it comes, and can be taken back.

A model may turn out to have thought aloud, or to repeat itself: then the answer begins again with what is left of it.
"""

from agentic_search.events.facts import Emit
from agentic_search.models.generated.repetition import without_repetition
from agentic_search.synthesis.citations.citations import CitationFilter
from agentic_search.synthesis.evidence.packing import PackedSources
from agentic_search.synthesis.markdown.html import AnswerHtml
from agentic_search.synthesis.writing.prompt_echo import PromptEchoFilter
from agentic_search.synthesis.writing.wrapping import WrappingFilter
from agentic_search.synthesis.writing.writer import AnswerEmitter
from agentic_search.text.sentences import whole_sentences


class ModelAnswer:
    """What the model has written, filtered and emitted."""

    def __init__(self, emit: Emit, packed: PackedSources, query: str, *, instructions: str, model: str) -> None:
        """`instructions`: what the prompt says besides its sources and the question; none of it is an answer."""
        self._emit = emit
        self._packed = packed
        self._query = query
        self._instructions = instructions
        self._model = model
        self.begin()

    def begin(self) -> None:
        """Begin, or begin again: then answer.started clears what was emitted before."""
        self._raw: list[str] = []
        self._wrapping = WrappingFilter()
        self._echo = PromptEchoFilter(self._instructions)
        self.citations = CitationFilter(self._packed.shown, self._query)
        urls = [item.passage.url for item in self._packed.shown]
        self.emitter = AnswerEmitter(self._emit, AnswerHtml(self.citations.numbers, urls), model=self._model)

    def add(self, text: str) -> None:
        """More text, as the model writes it."""
        self._raw.append(text)
        self._take(self._wrapping.feed(text))

    def end(self, *, repeated: bool) -> None:
        """The model writes no more; of a text that `repeated` itself what stood before stays, in whole sentences."""
        if repeated:
            kept = whole_sentences(without_repetition("".join(self._raw)))
            self.begin()
            self.add(kept)
        self._take(self._wrapping.finish())
        self.emitter.add(self.citations.feed(self._echo.finish()) + self.citations.finish())

    def _take(self, text: str) -> None:
        self.emitter.add(self.citations.feed(self._echo.feed(text)))
