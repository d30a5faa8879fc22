"""/runs/{id}/export, /replay and /workflow: what a run leaves, as files."""

import asyncio
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Query, Response

from agentic_search.api import examples
from agentic_search.api.bodies import JsonRoute
from agentic_search.api.dependencies import Searches, ServiceDep
from agentic_search.api.openapi import problems, shows
from agentic_search.api.schemas import WorkflowRequest
from agentic_search.domain.run import RunReport
from agentic_search.plain_json import json_bytes
from agentic_search.runs.exports import as_html, as_markdown, file_name
from agentic_search.runs.replay import Recording, record
from agentic_search.runs.service import SearchService
from agentic_search.workflows.saving import workflow_text
from agentic_search.workflows.workflow import WorkflowEntry

router = APIRouter(prefix="/runs", tags=["runs"], route_class=JsonRoute)
_OWN_STYLE = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
"""An exported page loads nothing and runs nothing; its style stands in it."""
_TEXT: dict[str, Any] = {"schema": {"type": "string"}}


@router.get(
    "/{run_id}/export",
    response_class=Response,
    responses={
        200: {
            "description": "The file; `print` is the page of `html`, to be shown and printed instead of saved",
            "content": {
                "text/markdown": {**_TEXT, "example": "# How …?\n\nBy … [1]\n\n## Sources\n\n\\[1\\] **…**\n"},
                "text/html": {**_TEXT, "example": "<!doctype html>\n<html>…</html>\n"},
                "application/json": {
                    "schema": {"$ref": f"#/components/schemas/{RunReport.__name__}"},
                    "example": examples.RUN.model_dump(mode="json"),
                },
            },
        },
        **problems(404, 409, 503),
    },
)
async def export_run(
    run_id: str,
    searches: Searches,
    form: Annotated[Literal["md", "json", "html", "print"], Query(alias="format")] = "md",
) -> Response:
    """A run that has ended as a file: Markdown, JSON, or one HTML page that loads nothing."""
    ledger, run = await searches.ledger(run_id), await searches.get(run_id)
    match form:
        case "md":
            return _file(as_markdown(run), "text/markdown", file_name(run, "md"))
        case "json":
            return _file(json_bytes(run), "application/json", file_name(run, "json"))
        case "html" | "print":
            way = "attachment" if form == "html" else "inline"
            response = _file(as_html(run, ledger.html), "text/html", file_name(run, "html"), way=way)
            response.headers["Content-Security-Policy"] = _OWN_STYLE
            return response


def _file(content: str | bytes, kind: str, name: str, *, way: str = "attachment") -> Response:
    return Response(content, media_type=kind, headers={"Content-Disposition": f'{way}; filename="{name}"'})


@router.get("/{run_id}/replay", responses={**shows(examples.RECORDING), **problems(404, 409, 503)})
async def record_run(run_id: str, searches: Searches) -> Recording:
    """A run that has ended as a test fixture: its plan, and every call with what came of it."""
    ledger, run = await searches.ledger(run_id), await searches.get(run_id)
    plan = ledger.need_plan(run_id)
    return await asyncio.to_thread(record, run_id, run.query, plan, ledger, run.answer)


@router.post(
    "/{run_id}/workflow",
    status_code=201,
    responses={**shows(examples.SAVED_WORKFLOW, 201), **problems(404, 409, 422)},
)
async def save_workflow(
    run_id: str, asked: Annotated[WorkflowRequest, Body(openapi_examples=examples.SAVES)], service: ServiceDep
) -> WorkflowEntry:
    """Save the run's plan as a workflow: its question and what else stands in arguments become typed inputs."""
    searches: SearchService = service.searches
    ledger, run = await searches.ledger(run_id), await searches.get(run_id)
    text = await asyncio.to_thread(  # a plan may be large
        workflow_text,
        asked.name,
        ledger.need_plan(run_id),
        question=ledger.understood or run.query,
        description=asked.description,
        chosen=asked.inputs,
        given=ledger.inputs,
    )
    return await asyncio.to_thread(service.workflows.save, asked.name, text, replace=asked.replace)
