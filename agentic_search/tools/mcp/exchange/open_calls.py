"""The calls under way on one connection, and which of them a question of its server belongs to.

Where the protocol does not say it, as before 2026-07-28 over stdio, it is the only call under way; of several none is
chosen, for an answer of one user must not reach the call of another.
"""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

from mcp_types import RequestParamsMeta

from agentic_search.domain.approval.question import Ask, UserAnswer, UserQuestion, ask_of_call
from agentic_search.domain.outcome import ToolResult
from agentic_search.errors import ToolFailed

MOST_QUESTIONS = 10
"""That one call may put to the user, questions asked again included."""

_RELATED_TASK = "io.modelcontextprotocol/related-task"


class OpenCall:
    """A call under way, and what became of the questions that came in the course of it."""

    def __init__(self) -> None:
        self.task_id: str | None = None
        """The server's name for it, where it runs as a task."""
        self.refusal: str | None = None
        """Why a question was not put to the user, for people."""
        self._ask: Ask | None = None
        self._asked = 0
        self._was_answered = False
        self._one_at_a_time = asyncio.Lock()
        self._open_questions: set[asyncio.Timeout] = set()

    @contextmanager
    def explaining(self) -> Generator[None]:
        """A failure of the tool in this block says also why it was not answered, where it was not."""
        try:
            yield
        except ToolFailed as error:
            error.personal = self._was_answered
            if self.refusal is None:
                raise
            told = ToolFailed(f"{str(error).rstrip('.')}. {self.refusal}")
            told.personal = True
            raise told from error

    def marked(self, result: ToolResult) -> ToolResult:
        """The result, marked as one user's where a user's answers went into it."""
        return result.model_copy(update={"personal": True}) if self._was_answered else result

    async def ask(self, question: UserQuestion) -> UserAnswer | None:
        """The user's answer; None where the call ended meanwhile, or nobody can be asked: `refusal` says why."""
        if self._asked == MOST_QUESTIONS:
            self.refusal = f"It asked the user more than {MOST_QUESTIONS} questions; the others were declined."
            return None
        self._asked += self._ask is not None  # also those that wait: a server may send any number at once
        async with self._one_at_a_time:
            if self._ask is None:
                self.refusal = (
                    f"It asked the user {question.message!r}, and nobody could be asked: search in the page, or with"
                    " 'Accept: text/event-stream', and the question is shown there."
                )
                return None
            return await self._answer_to(question, self._ask)

    async def _answer_to(self, question: UserQuestion, ask: Ask) -> UserAnswer | None:
        scope = asyncio.timeout(None)
        try:
            async with scope:
                self._open_questions.add(scope)
                answer = await ask(question)
        except TimeoutError:
            return None
        finally:
            self._open_questions.discard(scope)
        self._was_answered = True
        return answer

    def open(self) -> None:
        """It begins: from now on the user of this context is asked."""
        self._ask = ask_of_call.get()

    def close(self) -> None:
        """It is over: questions that wait for an answer are withdrawn."""
        self._ask = None
        for scope in self._open_questions:
            scope.reschedule(0.0)


_this_call: ContextVar[OpenCall | None] = ContextVar("_this_call", default=None)


class OpenCalls:
    """The calls under way on one connection."""

    def __init__(self, server: str) -> None:
        self._server = server
        self._calls: set[OpenCall] = set()
        self._none_left = asyncio.Event()
        self._none_left.set()

    def __len__(self) -> int:
        return len(self._calls)

    @contextmanager
    def during(self, call: OpenCall) -> Generator[None]:
        """The call is under way in this block."""
        call.open()
        self._calls.add(call)
        self._none_left.clear()
        token = _this_call.set(call)
        try:
            yield
        finally:
            _this_call.reset(token)
            self._calls.discard(call)
            call.close()
            if not self._calls:
                self._none_left.set()

    async def all_ended(self) -> None:
        """Return when no call is under way."""
        await self._none_left.wait()

    def find(self, meta: RequestParamsMeta | None) -> OpenCall | None:
        """The call that a question with this `_meta` belongs to; None where that is unknown, which the calls note."""
        # Since 2026-07-28, and over HTTP, mcp runs what answers a question in the context of the call.
        if (own := _this_call.get()) is not None:
            return own if own in self._calls else None
        if task_id := _task_of(meta):
            return next((call for call in self._calls if call.task_id == task_id), None)
        if len(self._calls) == 1:
            return next(iter(self._calls))
        for call in self._calls:
            call.refusal = (
                f"{self._server!r} asked the user something, and does not say in which of its {len(self._calls)} calls"
                " under way: the question was declined. Set 'maxConcurrency': 1 for it in the servers file."
            )
        return None


def _task_of(meta: RequestParamsMeta | None) -> str | None:
    related = dict(meta or {}).get(_RELATED_TASK)
    match related:
        case {"taskId": str(task_id)}:
            return task_id
        case _:
            return None
