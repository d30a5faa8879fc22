"""Runs of callers that cannot come back to them: such a run is stopped when its caller leaves."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress

from anyio import CancelScope, create_task_group
from fastapi import Request
from sse_starlette import EventSourceResponse
from starlette.types import Receive, Scope, Send

from agentic_search.api.problems import RunProblem
from agentic_search.api.protocols.answer_text import STOPPED
from agentic_search.api.sse import KEEP_ALIVE, STALLED, STREAM_HEADERS
from agentic_search.domain.run import ENDED, RunReport
from agentic_search.errors import AgenticSearchError, ShuttingDown
from agentic_search.runs.service import SearchService

LEFT = 499
"""The status that nobody is there to read."""


class RunStream(EventSourceResponse):
    """A run in another protocol's messages; where its reader leaves before the end, the run is stopped."""

    def __init__(
        self,
        messages: AsyncIterator[dict[str, str] | bytes],
        *,
        run_id: str,
        stop: SearchService | None,
        forget: bool = False,
        unless: Callable[[], bool] = lambda: False,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """`stop`: who stops the run; None: it goes on. `forget`: it is deleted when it has ended.

        `unless`: its reader will come back.
        """
        super().__init__(  # pyright: ignore[reportUnknownMemberType] - a dictionary of anything may be sent
            messages, headers={**STREAM_HEADERS, **(headers or {})}, ping=KEEP_ALIVE, send_timeout=STALLED, sep="\n"
        )
        self._run_id = run_id
        self._stop = stop
        self._forget = forget
        self._unless = unless

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI: send the messages."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            if self._stop is not None and not self._unless():
                await stop_run(self._stop, self._run_id, forget=self._forget)


def need_answer(run: RunReport) -> RunReport:
    """The run, which has an answer; else raises RunProblem."""
    if run.error_code or run.answer is None:
        code = run.error_code or ("run_cancelled" if run.status in ENDED else ShuttingDown.code)
        raise RunProblem(run.id, run.error or STOPPED, code)
    return run


async def ended_unless_left(
    request: Request, searches: SearchService, run_id: str, *, forget: bool = False
) -> RunReport | None:
    """The run when it has ended; None where whoever waits for it has left, and the run is stopped."""
    run: RunReport | None = None
    async with create_task_group() as group:

        async def watch() -> None:
            while (await request.receive())["type"] != "http.disconnect":
                pass
            group.cancel_scope.cancel()

        group.start_soon(watch)
        run = await searches.wait(run_id)
        group.cancel_scope.cancel()
    if run is None:
        await stop_run(searches, run_id, forget=forget)
    return run


async def stop_run(searches: SearchService, run_id: str, *, forget: bool = False) -> None:
    """Stop a run, also while the caller's own task is being cancelled; nothing happens to one that has ended."""
    with CancelScope(shield=True), suppress(AgenticSearchError):
        await searches.cancel(run_id)
        if forget:
            await searches.wait(run_id)
            await searches.history.delete_run(run_id)
