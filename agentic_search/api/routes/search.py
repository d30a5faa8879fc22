"""POST /search: one request, answered when the run has ended, or event by event, or at once with where to look."""

from typing import Annotated

from fastapi import APIRouter, Body, Response
from fastapi.openapi.models import Example

from agentic_search.api import examples
from agentic_search.api.bodies import JsonRoute
from agentic_search.api.dependencies import Searches
from agentic_search.api.run_answers import Manner, run_responses
from agentic_search.domain.query import Query
from agentic_search.domain.run import RunReport

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


@router.post("/search", response_model=RunReport, responses=run_responses(400, 404, 502, 503, 504))
async def search(
    query: Annotated[Query, Body(openapi_examples=_EXAMPLES)], searches: Searches, manner: Manner
) -> Response:
    """Search.

    Answers 200 with the whole run when it has ended; with `Accept: text/event-stream` with its events at once; with
    `Prefer: respond-async` 202 and where the run is found. A caller that leaves stops nothing; POST /runs/{id}/cancel
    does.

    Tools that may change something wait for approval, which callers of the last two ways can give: see POST
    /runs/{id}/tasks/{task_id}/approve. For one that waits for the whole run they are skipped, but for those that
    `approve` names.
    """
    return await manner.answer(await searches.start(query, attended=manner.attended), searches)
