"""POST /search: one request, answered when the run has ended, or event by event, or at once with where to look."""

from typing import Annotated

from fastapi import APIRouter, Body, Header, Response
from fastapi.openapi.models import Example
from fastapi.responses import JSONResponse
from sse_starlette import EventSourceResponse

from agentic_search.api import examples, sse
from agentic_search.api.bodies import JsonRoute, whole
from agentic_search.api.dependencies import Searches
from agentic_search.api.openapi import events, links_of_run, problems
from agentic_search.api.problems import RunProblem
from agentic_search.domain.query import Query
from agentic_search.domain.run import RunReport
from agentic_search.runs.service import Started

router = APIRouter(tags=["search"], route_class=JsonRoute)

_EXAMPLES: dict[str, Example] = {
    "question": {
        "summary": "A question",
        "value": {"query": examples.QUESTION},
    },
    "offline": {
        "summary": "Without a language model, within 20 seconds",
        "value": {"query": "How do I parse a date in Python?", "model": "offline", "deadline": 20},
    },
    "plan": {
        "summary": "A plan of your own",
        "value": {
            "query": "What does the documentation say of gather and of TaskGroup?",
            "plan": {
                "tasks": [
                    {"id": "gather", "tool": "read_python_doc", "arguments": {"name": "asyncio.gather"}},
                    {"id": "group", "tool": "read_python_doc", "arguments": {"name": "asyncio.TaskGroup"}},
                ]
            },
        },
    },
    "workflow": {
        "summary": "A saved plan",
        "value": {
            "query": "What does this text say?",
            "workflow": "three-analyses",
            "inputs": {"text": "All coroutines are awaited …"},
        },
    },
}
_LOCATION = {"Location": {"description": "The run", "schema": {"type": "string", "pattern": "^/runs/[0-9a-f]{32}$"}}}
_RESPONSES = {
    200: {
        "description": "The whole run when it has ended, or its events as they come",
        "content": {
            "application/json": {"example": examples.RUN.model_dump(mode="json")},
            **events("id: 1\nevent: run.started\ndata: {…}\n\n"),
        },
        "headers": _LOCATION,
        "links": links_of_run(has_tasks=True),
    },
    202: {
        "model": Started,
        "description": "Accepted; `Location` names the run (with `Prefer: respond-async`)",
        "content": {"application/json": {"example": examples.STARTED.model_dump(mode="json")}},
        "headers": {**_LOCATION, "Preference-Applied": {"schema": {"const": "respond-async"}}},
        "links": links_of_run(has_tasks=False),
    },
    **problems(400, 404, 502, 503, 504),
}


@router.post("/search", response_model=RunReport, responses=_RESPONSES)
async def search(
    query: Annotated[Query, Body(openapi_examples=_EXAMPLES)],
    searches: Searches,
    accept: Annotated[str, Header()] = "*/*",
    prefer: Annotated[str, Header()] = "",
) -> RunReport | Response | EventSourceResponse:
    """Search.

    Answers 200 with the whole run when it has ended; with `Accept: text/event-stream` with its events at once; with
    `Prefer: respond-async` 202 and where the run is found. A caller that leaves stops nothing; POST /runs/{id}/cancel
    does.

    Tools that may change something wait for approval, which callers of the last two ways can give: see POST
    /runs/{id}/tasks/{task_id}/approve. For one that waits for the whole run they are skipped, but for those that
    `approve` names.
    """
    respond_async, follows = "respond-async" in prefer.lower(), "text/event-stream" in accept.lower()
    started = await searches.start(query, attended=respond_async or follows)
    location = {"Location": f"/runs/{started.id}"}
    if respond_async:
        return JSONResponse(
            started.model_dump(), status_code=202, headers={**location, "Preference-Applied": "respond-async"}
        )
    if follows:
        return sse.stream(searches.follow(started.id), run_id=started.id)
    run = await searches.wait(started.id)
    if run.error_code:
        raise RunProblem(run.id, run.error or "The run failed.", run.error_code or "run_failed")
    return await whole(run, headers=location)
