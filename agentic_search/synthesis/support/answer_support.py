"""Adds to a finished answer what each source has for each cited sentence, in one place for every writer.

Writers emit as if they had the last word; of theirs, answer.completed is held back until the support is known.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from agentic_search.domain.answer import Answer, Source, Support
from agentic_search.events.facts import AnswerBlock, AnswerCompleted, AnswerDelta, AnswerStarted, Emit, Fact
from agentic_search.synthesis.evidence.writer_input import WriterInput, in_thread_if_large
from agentic_search.synthesis.markdown.blocks import BlockSplitter
from agentic_search.synthesis.markdown.html import AnswerHtml
from agentic_search.synthesis.support.conflicts import MOST_SOURCES, Conflict, Saying, conflict_in
from agentic_search.synthesis.support.matching import Match, SourceText, best_match
from agentic_search.synthesis.support.meaning import Meaning
from agentic_search.synthesis.support.sources import texts_of
from agentic_search.synthesis.support.statements import Statement, cited_statements
from agentic_search.text.sentences import shortened

LONG = 2_000
"""Characters of an answer from which it is judged in a thread, so that other runs are not held up."""

LONGEST_SNIPPET = 300
"""Characters shown of a source that is cited only because it disagrees."""


@dataclass(frozen=True, slots=True)
class _Checked:
    statements: list[Statement]
    matches: list[Match]
    conflict: Conflict | None
    added: Source | None
    """The source that the conflict is with, where the answer did not cite it."""


class HeldAnswer:
    """An Emit that passes on all but answer.completed, which `complete` emits.

    Where no model writes, the last block is held back, too: it says so, and what is added to the answer comes before.
    """

    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self._blocks = 0
        self._holds_back = False
        self._last: list[AnswerDelta | AnswerBlock] = []
        """Of the block that is held back: its text in pieces, then itself."""
        self._written: AnswerCompleted | None = None
        """What the writer emitted last, until `complete` or `stop` has emitted it."""

    def __call__(self, fact: Fact) -> None:
        """Emit a writer's fact."""
        match fact:
            case AnswerStarted():
                self._blocks, self._holds_back, self._written = 0, fact.model is None, None
                self._emit(fact)
            case AnswerDelta() | AnswerBlock() if self._holds_back:
                if self._last and isinstance(self._last[-1], AnswerBlock):
                    self._release()
                self._last.append(fact)
            case AnswerBlock():
                self._pass_on(fact)
            case AnswerCompleted():
                self._written = fact
            case _:
                self._emit(fact)

    def _pass_on(self, block: AnswerBlock) -> None:
        self._emit(block.model_copy(update={"index": self._blocks}))
        self._blocks += 1

    def _release(self) -> None:
        """Emit what is held back."""
        for fact in self._last:
            if isinstance(fact, AnswerBlock):
                self._pass_on(fact)
            else:
                self._emit(fact)
        self._last.clear()

    async def complete(self, answer: Answer, writer_input: WriterInput, meaning: Meaning | None = None) -> Answer:
        """Judge the answer's sentences, say where its sources disagree, and emit answer.completed; the whole answer.

        `meaning` is asked where words alone do not show that a source says what a sentence says.
        """
        if len(answer.text) > LONG:
            checked = await asyncio.to_thread(_check, answer, writer_input)
        else:
            checked = await in_thread_if_large(writer_input, lambda: _check(answer, writer_input))
        matches = checked.matches
        if meaning is not None:
            matches = await meaning.revise(checked.statements, matches)
        rows = _rows(checked.statements, matches)
        if checked.conflict is not None:
            answer, more = self._say(checked.conflict, answer, checked.added)
            rows += more
        self._release()
        answer = answer.model_copy(update={"support": rows})
        self._emit(AnswerCompleted.of(answer))
        self._written = None
        return answer

    async def stop(self, writer_input: WriterInput) -> None:
        """Of a run that is stopped: emit answer.completed for what there is, judged by words alone, if anything is."""
        if self._written is None:
            return
        written, self._written = self._written, None
        rows = await in_thread_if_large(writer_input, lambda: _judged(written, writer_input))
        self._release()
        self._emit(written.model_copy(update={"support": rows}))

    def _say(self, conflict: Conflict, answer: Answer, added: Source | None) -> tuple[Answer, tuple[Support, ...]]:
        """The answer with a paragraph on the conflict, before what is held back; and what both sources have for it."""
        sentence = conflict.sentence()
        both = (conflict.one, conflict.other)
        last_text = "".join(fact.text for fact in self._last if isinstance(fact, AnswerDelta)).strip()
        last_html = "".join(fact.html for fact in self._last if isinstance(fact, AnswerBlock))
        text = answer.text.removesuffix(last_text).rstrip()
        splitter = BlockSplitter(AnswerHtml(()))
        splitter.feed(text)
        fence = f"\n{splitter.open_fence}" if splitter.open_fence else ""
        html = AnswerHtml({saying.source for saying in both}).render(sentence)
        self._emit(AnswerDelta(text=f"{fence}\n\n{sentence}\n\n"))
        self._pass_on(AnswerBlock(index=self._blocks, html=html))
        whole = {
            "text": f"{text}{fence}\n\n{sentence}\n\n{last_text}".rstrip(),
            "html": answer.html.removesuffix(last_html) + html + last_html,
            "sources": (*answer.sources, *([added] if added else [])),
        }
        rows = tuple(_row(saying, sentence) for saying in both)
        return answer.model_copy(update=whole), rows


def _rows(statements: Sequence[Statement], matches: Sequence[Match]) -> tuple[Support, ...]:
    return tuple(
        Support(sentence=statement.text, source=statement.source, verdict=match.verdict, span=match.span)
        for statement, match in zip(statements, matches, strict=True)
    )


def _judged(written: AnswerCompleted, writer_input: WriterInput) -> tuple[Support, ...]:
    """What the sources have for each cited sentence, by words."""
    statements = cited_statements(written.html)
    texts, _ = texts_of(written.sources, writer_input.evidence)
    return _rows(statements, [_match(statement, texts.get(statement.source)) for statement in statements])


def _row(saying: Saying, sentence: str) -> Support:
    return Support(sentence=sentence, source=saying.source, verdict="supported", span=saying.claims.text)


def _check(answer: Answer, writer_input: WriterInput) -> _Checked:
    statements = cited_statements(answer.html)
    texts, rest = texts_of(answer.sources, writer_input.evidence)
    matches = [_match(statement, texts.get(statement.source)) for statement in statements]
    if answer.nothing_found or not answer.sources:
        return _Checked(statements, matches, None, None)
    free = max(texts) + 1
    others = dict(enumerate(rest[: max(0, MOST_SOURCES - len(texts))], start=free))
    known = texts | {number: SourceText(item.passage.whole, item.passage.title) for number, item in others.items()}
    conflict = conflict_in(writer_input.query, known, texts.keys())
    if conflict is None or conflict.other.source not in others:
        return _Checked(statements, matches, conflict, None)
    snippet = shortened(conflict.other.claims.text, LONGEST_SNIPPET)
    added = others[conflict.other.source].source(free, snippet)
    return _Checked(statements, matches, replace(conflict, other=replace(conflict.other, source=free)), added)


def _match(statement: Statement, text: SourceText | None) -> Match:
    if text is None:
        return Match("unsupported")
    whole = text.match(statement.text)
    return best_match(whole, text.match(statement.clause)) if statement.clause else whole
