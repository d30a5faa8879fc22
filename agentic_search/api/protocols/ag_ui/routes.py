"""POST /ag-ui: a search as AG-UI's events; one that waits for its user finishes, and goes on in the next."""

from collections.abc import AsyncIterator, Iterable, Sequence

from fastapi import APIRouter, Response
from sse_starlette import EventSourceResponse

from agentic_search.api.bodies import JsonRoute
from agentic_search.api.dependencies import Searches
from agentic_search.api.openapi import events, problems
from agentic_search.api.protocols.ag_ui.events import AgentEvents
from agentic_search.api.protocols.ag_ui.request import AgentRequest
from agentic_search.api.protocols.leaving import RunStream
from agentic_search.domain.data import JsonObject
from agentic_search.plain_json import json_bytes
from agentic_search.runs.service import SearchService

router = APIRouter(tags=["AG-UI"], route_class=JsonRoute)


@router.post(
    "/ag-ui",
    response_class=EventSourceResponse,
    responses={
        200: {
            "description": "The events of the run",
            "content": events('data: {"type": "RUN_STARTED", …}\n\n', of_run=False),
        },
        **problems(400, 404, 409, 503),
    },
)
async def run_agent(asked: AgentRequest, searches: Searches) -> Response:
    """Search, by an AG-UI client.

    Steps, thoughts, tool calls, the answer and the shared state come as events. Where tasks wait for approval, or a
    server asks something, the run finishes with interrupts; the next request answers them by `resume`, and the run goes
    on. A caller that leaves at any other time stops the search.
    """
    after, answered = 0, list[str]()
    if asked.resume:
        paused = asked.resumed()
        run_id, after = paused[0].run_id, max(each.seq for each in paused)
        answered = [each.task_id for each in paused]
        await searches.get(run_id)
        for each, answer in zip(paused, asked.resume, strict=True):
            await searches.decide(run_id, each.task_id, answer.decision)
    else:
        run_id = (await searches.start(asked.as_query(), attended=True)).id
    fold = AgentEvents(run_id, thread_id=asked.thread_id, as_run=asked.run_id)
    messages = _streamed(searches, fold, run_id, after, answered)
    return RunStream(messages, run_id=run_id, stop=searches, unless=lambda: fold.interrupted)


async def _streamed(
    searches: SearchService, fold: AgentEvents, run_id: str, after: int, answered: Sequence[str]
) -> AsyncIterator[bytes]:
    begun = False
    async for come in searches.follow(run_id):
        for event in come:
            if event.seq <= after:
                fold.pass_over(event)
                continue
            if not begun:
                begun = True
                yield _written(fold.begin(answered))
            yield _written(fold.of(event))
        if begun:
            yield _written(fold.pause(come[-1].seq))
        if fold.interrupted:
            return


def _written(told: Iterable[JsonObject]) -> bytes:
    return b"".join(b"data: %s\n\n" % json_bytes(each) for each in told)
