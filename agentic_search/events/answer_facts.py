"""The facts about a run's answer: shown early, begun, written, whole, and how it was compared with its sources."""

from typing import Literal, Self

from agentic_search.domain.answer import Answer, LeftOut, Source, Support
from agentic_search.events.base_fact import BaseFact
from agentic_search.text.counting import count


class SupportByWords(BaseFact):
    """The embedding model gave no vectors: what sources say for the answer is judged by words alone."""

    kind: Literal["support.by_words"] = "support.by_words"
    model: str
    reason: str
    """A sentence, or why it failed."""

    @property
    def message(self) -> str:
        return f"⚖️ Compared the answer with its sources by words alone; {self.model}: {self.reason}"


class AnswerPreview(BaseFact):
    """Quotations to be read until the answer begins: each takes the place of the one before."""

    kind: Literal["answer.preview"] = "answer.preview"
    html: str
    """Safe HTML; its marks [1], [2] … are text."""
    sources: tuple[Source, ...]


class AnswerStarted(BaseFact):
    """The answer is being written."""

    kind: Literal["answer.started"] = "answer.started"
    model: str | None = None
    """None when it is put together from quotations, without a model."""
    reason: str = ""
    """Why no model writes it, where one was to."""

    @property
    def message(self) -> str:
        if self.model:
            return f"✍️ Writing the answer with {self.model}"
        return f"✍️ Quoting the best passages. {self.reason}" if self.reason else "✍️ Quoting the best passages"


class AnswerDelta(BaseFact):
    """More of the answer's text."""

    kind: Literal["answer.delta"] = "answer.delta"
    text: str


class AnswerBlock(BaseFact):
    """A finished block of the answer, in place of the text emitted since the block before."""

    kind: Literal["answer.block"] = "answer.block"
    index: int
    """0, 1, 2 … down the answer."""
    html: str
    """Safe HTML."""


class AnswerCompleted(BaseFact):
    """The answer is whole."""

    kind: Literal["answer.completed"] = "answer.completed"
    answer: str
    html: str
    """Sanitised HTML of the whole answer."""
    sources: tuple[Source, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    support: tuple[Support, ...] = ()
    nothing_found: bool = False

    @classmethod
    def of(cls, answer: Answer) -> Self:
        """The fact that this answer is whole."""
        return cls.model_validate({**answer.model_dump(exclude={"text"}), "answer": answer.text})

    @property
    def message(self) -> str:
        return f"📄 Answer with {count(len(self.sources), 'source')}"
