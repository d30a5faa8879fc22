"""POST /runs/{id}/retry, /synthesize and /start: runs that go on from what an earlier one has."""

from typing import Annotated

from fastapi import APIRouter, Body, Response

from agentic_search.api import examples
from agentic_search.api.bodies import JsonRoute
from agentic_search.api.dependencies import Searches
from agentic_search.api.run_answers import Manner, run_responses
from agentic_search.domain.run import RunReport
from agentic_search.runs.continuing import PlanStart, Retry, Synthesis

router = APIRouter(prefix="/runs", tags=["runs"], route_class=JsonRoute)
_RESPONSES = run_responses(404, 409, 422, 502, 503, 504)


@router.post("/{run_id}/retry", response_model=RunReport, responses=_RESPONSES)
async def retry_run(
    run_id: str,
    searches: Searches,
    manner: Manner,
    retry: Annotated[Retry | None, Body(openapi_examples=examples.RETRIES)] = None,
) -> Response:
    """Run again what did not complete, or one task with what depends on it: a new run, in the same thread.

    Other outcomes are kept, and their tools not called. What may change something waits for approval, also where it
    was approved before. Answered in three ways, as POST /search.
    """
    started = await searches.retry(run_id, retry or Retry(), attended=manner.attended)
    return await manner.answer(started, searches)


@router.post("/{run_id}/synthesize", response_model=RunReport, responses=_RESPONSES)
async def synthesize_run(
    run_id: str,
    searches: Searches,
    manner: Manner,
    synthesis: Annotated[Synthesis | None, Body(openapi_examples=examples.SYNTHESES)] = None,
) -> Response:
    """Write another answer from the outcomes there are, with another model or length: a new run that calls no tool.

    Answered in three ways, as POST /search.
    """
    return await manner.answer(await searches.synthesize(run_id, synthesis or Synthesis()), searches)


@router.post("/{run_id}/start", response_model=RunReport, responses=_RESPONSES)
async def start_planned_run(
    run_id: str,
    searches: Searches,
    manner: Manner,
    start: Annotated[PlanStart | None, Body(openapi_examples=examples.STARTS)] = None,
) -> Response:
    """Run a plan that was only made (`plan_only`), as it is or edited: a new run, in the same thread.

    What may change something waits for approval. Answered in three ways, as POST /search.
    """
    started = await searches.start_planned(run_id, start or PlanStart(), attended=manner.attended)
    return await manner.answer(started, searches)
