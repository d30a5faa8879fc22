"""/schedules: standing questions, to make, list, change, ask now and delete; and what is new in each as a feed."""

from typing import Annotated

from fastapi import APIRouter, Body, Header, Request, Response

from agentic_search.api import examples
from agentic_search.api.bodies import JsonRoute
from agentic_search.api.dependencies import ServiceDep
from agentic_search.api.openapi import problems, shows
from agentic_search.domain.run import Started
from agentic_search.schedules.feed import MEDIA_TYPE, etag_of, feed_of
from agentic_search.schedules.schedule import (
    DeletedSchedule,
    ScheduleChange,
    ScheduleList,
    ScheduleReport,
    ScheduleRequest,
)

router = APIRouter(prefix="/schedules", tags=["schedules"], route_class=JsonRoute)


@router.get("", responses={**shows(examples.SCHEDULES), **problems(503)})
async def list_schedules(service: ServiceDep) -> ScheduleList:
    """The standing questions, each with what was new when it was asked last."""
    return ScheduleList(schedules=await service.schedules.list())


@router.post("", status_code=201, responses={**shows(examples.SCHEDULE, 201), **problems(400, 409, 503)})
async def create_schedule(
    asked: Annotated[ScheduleRequest, Body(openapi_examples=examples.NEW_SCHEDULES)],
    service: ServiceDep,
    response: Response,
) -> ScheduleReport:
    """Have a question, or a workflow, asked again on a schedule; the answer is what is new since the last time.

    Its runs are in the history, in a conversation of their own. Nobody is there while they run: tools that may change
    something are skipped, but for those that were approved for good.
    """
    made = await service.schedules.create(asked)
    response.headers["Location"] = f"/schedules/{made.id}"
    return made


@router.get("/{schedule_id}", responses={**shows(examples.SCHEDULE), **problems(404, 503)})
async def get_schedule(schedule_id: str, service: ServiceDep) -> ScheduleReport:
    """One standing question with its last runs, what was new in each, and whether its webhook has it."""
    return await service.schedules.get(schedule_id)


@router.patch("/{schedule_id}", responses={**shows(examples.SCHEDULE), **problems(400, 404, 503)})
async def change_schedule(
    schedule_id: str, change: Annotated[ScheduleChange, Body(openapi_examples=examples.CHANGES)], service: ServiceDep
) -> ScheduleReport:
    """Change it, pause it, or have it go on."""
    return await service.schedules.change(schedule_id, change)


@router.delete("/{schedule_id}", responses={**shows(examples.SCHEDULE_DELETED), **problems(404, 503)})
async def delete_schedule(schedule_id: str, service: ServiceDep) -> DeletedSchedule:
    """Ask it no more. Its runs stay in the history: DELETE /threads/{thread_id} deletes them."""
    return await service.schedules.delete(schedule_id)


@router.post(
    "/{schedule_id}/ask", status_code=202, responses={**shows(examples.STARTED, 202), **problems(404, 409, 503)}
)
async def ask_schedule(schedule_id: str, service: ServiceDep, response: Response) -> Started:
    """Ask it now, also while it is paused; when it is asked next stays as it was."""
    started = await service.schedules.ask(schedule_id)
    response.headers["Location"] = f"/runs/{started.id}"
    return started


@router.get(
    "/{schedule_id}/feed",
    response_class=Response,
    responses={
        200: {"description": "The feed", "content": {MEDIA_TYPE: {"schema": {"type": "string"}, "example": "<feed>…"}}},
        304: {"description": "It is as the reader has it"},
        **problems(404, 503),
    },
)
async def schedule_feed(
    schedule_id: str,
    request: Request,
    service: ServiceDep,
    if_none_match: Annotated[str | None, Header(description="The `ETag` of the feed that the reader has")] = None,
) -> Response:
    """What is new, as an Atom feed: an entry for each run that found something new."""
    schedule, runs = await service.schedules.with_news(schedule_id)
    feed = feed_of(schedule, runs, str(request.base_url).rstrip("/"))
    tag = etag_of(feed)
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if if_none_match is not None and _names(if_none_match, tag):
        return Response(status_code=304, headers=headers)
    return Response(feed, media_type=MEDIA_TYPE, headers=headers)


def _names(given: str, tag: str) -> bool:
    """Whether a reader has the feed of this tag: it may name several, also as weak ones."""
    return any(each.strip().removeprefix("W/") in {tag, "*"} for each in given.split(","))
