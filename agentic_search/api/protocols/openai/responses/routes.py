"""/v1/responses: a search whole, streamed, or in the background; what was asked before; stop it, forget it."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from agentic_search.api import examples
from agentic_search.api.bodies import JsonRoute
from agentic_search.api.dependencies import Searches, ServiceDep
from agentic_search.api.openapi import events, problems, shows
from agentic_search.api.protocols.leaving import LEFT, RunStream, ended_unless_left, need_answer, stop_run
from agentic_search.api.protocols.openai.chat import seconds
from agentic_search.api.protocols.openai.models import SERVICE, asked_model
from agentic_search.api.protocols.openai.responses.events import ENDS, ResponseEvents
from agentic_search.api.protocols.openai.responses.request import ResponseRequest
from agentic_search.api.protocols.openai.responses.schemas import (
    ID,
    DeletedResponse,
    ResponseReport,
    as_response,
)
from agentic_search.domain.run import ENDED, RunReport
from agentic_search.errors import NotFound
from agentic_search.plain_json import json_bytes
from agentic_search.runs.service import SearchService

router = APIRouter(prefix="/v1/responses", tags=["OpenAI"], route_class=JsonRoute)


def _head(run: RunReport, model: str) -> ResponseReport:
    return ResponseReport(
        id=ID + run.id,
        created_at=seconds(run.created_at),
        status="queued",
        model=model,
        instructions=run.instructions or None,
    )


_EXAMPLE = as_response(examples.RUN, _head(examples.RUN, SERVICE))
_EVENTS = events('event: response.created\ndata: {"type": "response.created", …}\n\n', of_run=False)


@router.post(
    "",
    response_model=ResponseReport,
    responses={
        200: {
            "description": "The whole response, or with `stream` its events as they come",
            "content": {"application/json": {"example": _EXAMPLE.model_dump()}, **_EVENTS},
        },
        **problems(400, 404, 502, 503, 504),
    },
)
async def create_response(
    asked: ResponseRequest, request: Request, service: ServiceDep, searches: Searches
) -> Response:
    """Search, by a client of OpenAI's Responses API.

    The thinking steps are the summary of a reasoning item, the sources annotations of the message behind it. A caller
    that leaves stops the search, but for one in the background. Tools that may change something are skipped, but for
    those that `agentic_search.approve` names.
    """
    forgotten, model = asked.is_forgotten, await asked_model(service.models, asked.model)
    before = asked.previous_response_id
    thread_id = (await _run_of(searches, before)).thread_id if before else None
    query = asked.as_query(model, thread_id)
    started = await searches.start(query)
    run = await searches.get(started.id)
    head = _head(run, asked.model).model_copy(
        update={
            "background": asked.background,
            "instructions": query.instructions or None,
            "metadata": asked.metadata or {},
            "previous_response_id": before,
            "store": not forgotten,
        }
    )
    if asked.stream:
        stop = None if asked.background else searches
        messages = _streamed(searches, ResponseEvents(run.id, head), run.id, forget=forgotten)
        return RunStream(messages, run_id=run.id, stop=stop, forget=forgotten)
    if not asked.background:
        ended = await ended_unless_left(request, searches, run.id, forget=forgotten)
        if ended is None:
            return Response(status_code=LEFT)
        if forgotten and ended.status in ENDED:
            await searches.history.delete_run(run.id)
        run = need_answer(ended)
    return _answer(as_response(run, head))


@router.get(
    "/{response_id}",
    response_model=ResponseReport,
    responses={
        200: {
            "description": "The response as far as it has come, or with `stream` its events from the first",
            "content": {"application/json": {"example": _EXAMPLE.model_dump()}, **_EVENTS},
        },
        **problems(404, 503),
    },
)
async def get_response(
    response_id: str,
    searches: Searches,
    stream: bool = False,
    starting_after: Annotated[int, Query(ge=-1, description="The `sequence_number` of the last event seen")] = -1,
) -> Response:
    """A response, as far as it has come."""
    run = await _run_of(searches, response_id)
    head = _head(run, run.model or SERVICE)
    if stream:
        messages = _streamed(searches, ResponseEvents(run.id, head), run.id, after=starting_after)
        return RunStream(messages, run_id=run.id, stop=None)
    return _answer(as_response(run, head))


@router.post("/{response_id}/cancel", responses={**shows(_EXAMPLE), **problems(404, 503)})
async def cancel_response(response_id: str, searches: Searches) -> ResponseReport:
    """Stop a response; nothing happens to one that has ended."""
    run = await searches.cancel(_run_id(response_id))
    return as_response(run, _head(run, run.model or SERVICE))


@router.delete("/{response_id}", responses={**shows(DeletedResponse(id="resp_1")), **problems(404, 409, 503)})
async def delete_response(response_id: str, searches: Searches) -> DeletedResponse:
    """Forget a response that has ended."""
    await searches.history.delete_run(_run_id(response_id))
    return DeletedResponse(id=response_id)


def _run_id(response_id: str) -> str:
    if not response_id.startswith(ID):
        raise NotFound(f"There is no response {response_id[:200]!r}: ids begin with {ID!r}.")
    return response_id.removeprefix(ID)


async def _run_of(searches: SearchService, response_id: str) -> RunReport:
    return await searches.get(_run_id(response_id))


def _answer(response: ResponseReport) -> Response:
    return Response(response.model_dump_json(), media_type="application/json")


async def _streamed(
    searches: SearchService, fold: ResponseEvents, run_id: str, *, after: int = -1, forget: bool = False
) -> AsyncIterator[bytes]:
    """`forget`: the run is gone when its end is told."""
    sent = -1
    async for come in searches.follow(run_id):
        for event in come:
            for told in fold.of(event):
                sent += 1
                if forget and told["type"] in ENDS:
                    await stop_run(searches, run_id, forget=True)
                if sent > after:
                    yield b"event: %s\ndata: %s\n\n" % (str(told["type"]).encode(), json_bytes(told))
