"""/runs: runs that were started, as far as they have come; their events; a word on what waits; stopping, forgetting."""

from typing import Annotated

from fastapi import APIRouter, Body, Query, Response
from sse_starlette import EventSourceResponse

from agentic_search.api import examples, sse
from agentic_search.api.bodies import JsonRoute, whole
from agentic_search.api.dependencies import Searches
from agentic_search.api.openapi import events, problems, shows
from agentic_search.api.schemas import ABOUT, MOST_RUNS, Approval, Denial, RunList
from agentic_search.domain.approval.decision import Decision
from agentic_search.domain.history import Deleted, RunFilter
from agentic_search.domain.run import RunReport, RunStatus, Started, TaskRecord

router = APIRouter(prefix="/runs", tags=["runs"], route_class=JsonRoute)


@router.get("", responses={**shows(examples.RUNS), **problems(400, 503)})
async def list_runs(
    searches: Searches,
    thread_id: str | None = None,
    status: RunStatus | None = None,
    q: Annotated[str | None, Query(description=ABOUT)] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_RUNS)] = 50,
    cursor: Annotated[str | None, Query(description="`next_cursor` of the page before")] = None,
) -> RunList:
    """Runs, newest first."""
    chosen = RunFilter(thread_id=thread_id, status=status, text=q)
    page = await searches.history.list(chosen, limit=limit, cursor=cursor or None)
    return RunList(runs=page.runs, next_cursor=page.next_cursor)


@router.get("/{run_id}", response_model=RunReport, responses={**shows(examples.RUN), **problems(404, 503)})
async def get_run(run_id: str, searches: Searches) -> Response:
    """One run, as far as it has come."""
    return await whole(await searches.get(run_id))


@router.get(
    "/{run_id}/tasks/{task_id}", response_model=TaskRecord, responses={**shows(examples.TASK), **problems(404, 503)}
)
async def get_task(run_id: str, task_id: str, searches: Searches) -> Response:
    """One task with its whole result."""
    return await whole(await searches.task(run_id, task_id))


@router.get(
    "/{run_id}/events",
    response_class=EventSourceResponse,
    responses={
        200: {
            "description": (
                "The run's events from the first, or after `Last-Event-ID`, live until the terminal one,"
                " or with `live=false` those that have come so far"
            ),
            "content": events("id: 7\nevent: task.completed\ndata: {…}\n\n"),
        },
        204: {"description": "`Last-Event-ID` names the terminal event, or one after it: there are no more"},
        **problems(400, 404, 503),
    },
)
async def run_events(
    run_id: str,
    searches: Searches,
    last_event_id: sse.LastEventId = "",
    after: Annotated[
        int,
        Query(ge=0, le=sse.HIGHEST, description="As `Last-Event-ID`, for an EventSource that is made anew"),
    ] = 0,
    live: Annotated[bool, Query(description="Not: the answer ends with what has come so far, also of none")] = True,
) -> Response:
    """The run's events as server-sent events; 204, which ends an EventSource, to who has seen the last of all."""
    after = max(sse.number_of(last_event_id), after)
    if await searches.has_no_more(run_id, after=after):
        return Response(status_code=204)
    return sse.stream(searches.follow(run_id, after=after, live=live), run_id=run_id)


@router.post("/{run_id}/tasks/{task_id}/approve", responses={**shows(examples.APPROVED), **problems(404, 409, 503)})
async def approve_task(
    run_id: str,
    task_id: str,
    searches: Searches,
    approval: Annotated[Approval | None, Body(openapi_examples=examples.APPROVALS)] = None,
) -> TaskRecord:
    """Let a task run that waits for approval, or answer what its server asks."""
    said = approval or Approval()
    return await searches.decide(run_id, task_id, Decision(allowed=True, always=said.always, answer=said.answer))


@router.post("/{run_id}/tasks/{task_id}/deny", responses={**shows(examples.DENIED), **problems(404, 409, 503)})
async def deny_task(
    run_id: str,
    task_id: str,
    searches: Searches,
    denial: Annotated[Denial | None, Body(openapi_examples=examples.DENIALS)] = None,
) -> TaskRecord:
    """Skip a task that waits for approval, and what depends on it; or give no answer to what its server asks."""
    return await searches.decide(run_id, task_id, Decision(allowed=False, always=(denial or Denial()).always))


@router.post("/{run_id}/cancel", status_code=202, responses={**shows(examples.STARTED, 202), **problems(404, 503)})
async def cancel_run(run_id: str, searches: Searches) -> Started:
    """Stop a run and the tool calls it makes; nothing happens to one that has ended."""
    run = await searches.cancel(run_id)
    return Started(id=run.id, thread_id=run.thread_id, status=run.status)


@router.delete("/{run_id}", responses={**shows(examples.DELETED), **problems(404, 409, 503)})
async def forget_run(run_id: str, searches: Searches) -> Deleted:
    """Forget a run that has ended: nobody finds it any more, and after ten minutes it is gone for good.

    Until then the request that `undo` names brings it back.
    """
    return await searches.history.delete_run(run_id)


@router.post("/{run_id}/restore", responses={**shows(examples.RUN), **problems(404, 503)})
async def restore_run(run_id: str, searches: Searches) -> RunReport:
    """Bring a run back that was forgotten not long ago; nothing happens to one that was not."""
    return await searches.history.restore_run(run_id)
