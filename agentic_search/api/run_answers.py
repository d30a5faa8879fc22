"""The three ways in which a request that begins a run is answered: with the whole run, its events, or its address."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Depends, Header, Response
from fastapi.responses import JSONResponse

from agentic_search.api import examples, sse
from agentic_search.api.bodies import whole
from agentic_search.api.openapi import events, links_of_run, problems
from agentic_search.api.problems import RunProblem
from agentic_search.domain.run import ENDED, Started
from agentic_search.errors import ShuttingDown
from agentic_search.runs.service import SearchService

_LOCATION = {"Location": {"description": "The run", "schema": {"type": "string", "pattern": "^/runs/[0-9a-f]{32}$"}}}

_LEFT = "The service was ended before the search was. It goes on when the service is back: GET /runs/{} has it then."


def run_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that begins a run, and may answer with problems of these statuses."""
    return {
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
        **problems(*statuses),
    }


class AnswerManner:
    """How the caller wants a run."""

    def __init__(self, accept: Annotated[str, Header()] = "*/*", prefer: Annotated[str, Header()] = "") -> None:
        self._at_once = "respond-async" in prefer.lower()
        self._follows = "text/event-stream" in accept.lower()

    @property
    def attended(self) -> bool:
        """The caller learns of tasks that wait, and can approve them."""
        return self._at_once or self._follows

    async def answer(self, started: Started, searches: SearchService) -> Response:
        """The answer for a run that was begun; raises RunProblem where its caller waits and it fails."""
        location: Mapping[str, str] = {"Location": f"/runs/{started.id}"}
        if self._at_once:
            headers = {**location, "Preference-Applied": "respond-async"}
            return JSONResponse(started.model_dump(), status_code=202, headers=headers)
        if self._follows:
            return sse.stream(searches.follow(started.id), run_id=started.id)
        run = await searches.wait(started.id)
        if run.error_code:
            raise RunProblem(run.id, run.error or "The run failed.", run.error_code)
        if run.status not in ENDED:
            raise RunProblem(run.id, _LEFT.format(run.id), ShuttingDown.code)
        return await whole(run, headers=location)


Manner = Annotated[AnswerManner, Depends()]
