"""/tools, /servers, /models, /workflows: what can be used now, and why what cannot be cannot."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Body
from sse_starlette import EventSourceResponse

from agentic_search.api import examples
from agentic_search.api.bodies import JsonRoute
from agentic_search.api.dependencies import ServiceDep
from agentic_search.api.openapi import events, problems, shows
from agentic_search.api.schemas import (
    ModelList,
    PullRequest,
    ServerList,
    ServerSwitch,
    ToolList,
    ToolView,
    UnusableTool,
    WorkflowList,
)
from agentic_search.api.sse import stream_json
from agentic_search.domain.data import JsonObject
from agentic_search.domain.tool import ServerStatus
from agentic_search.errors import ModelError
from agentic_search.models.cards.card import card_of
from agentic_search.runs.service import Service

router = APIRouter(tags=["inventory"], route_class=JsonRoute)


@router.get("/tools", responses=shows(examples.TOOLS))
async def list_tools(service: ServiceDep) -> ToolList:
    """The tools that plans may use now."""
    catalog = service.tools.catalog()
    return ToolList(
        tools=tuple(ToolView.of(tool, service.approval_rules) for tool in catalog.tools),
        unusable=tuple(UnusableTool(name=it.tool, server=it.server, reason=it.reason) for it in catalog.left_out),
    )


@router.get("/servers", responses=shows(examples.SERVERS))
async def list_servers(service: ServiceDep) -> ServerList:
    """Every configured MCP server, as it is now."""
    return ServerList(servers=tuple(service.tools.statuses()))


@router.post(
    "/servers/{name}/inputs",
    responses={**shows(examples.SERVER_STARTING), **problems(400, 404, 409)},
)
async def give_inputs(
    name: str,
    values: Annotated[dict[str, str], Body(max_length=100, examples=[{"notes-key": "…"}])],
    service: ServiceDep,
) -> ServerStatus:
    """Give the values that a server's entry asks for (`inputs` in GET /servers), by their ids; then it starts.

    They are kept in memory only and never shown. Other servers that ask for the same get them, too.
    """
    return service.tools.give_inputs(name, values)


@router.post("/servers/{name}/switch", responses={**shows(examples.WEB_STARTING), **problems(400, 404, 409)})
async def switch_server(name: str, word: ServerSwitch, service: ServiceDep) -> ServerStatus:
    """Let a server run that runs only with leave (`consent` in GET /servers), or end it; it is remembered."""
    return await service.tools.switch(name, on=word.on)


@router.get("/models", responses=shows(examples.MODELS))
async def list_models(service: ServiceDep) -> ModelList:
    """The models there are, and which would be used."""
    report = await service.models.report()
    used = await service.models.in_use()
    models = tuple(replace(model, card=card_of(model.name)) for model in report.models)
    return ModelList(
        models=models,
        writer=used.writer,
        planner=used.planner,
        error=used.why_none or report.error,
        suggestion=report.suggestion,
    )


@router.post(
    "/models/pull",
    response_class=EventSourceResponse,
    responses={
        200: {
            "content": events(
                'event: pull.progress\ndata: {"status": "pulling", "completed": 1, "total": 2}\n\n', of_run=False
            )
        }
    },
)
async def pull_model(asked: PullRequest, service: ServiceDep) -> EventSourceResponse:
    """Have Ollama fetch a model: `pull.progress` events, then `pull.completed` or `pull.failed`.

    Leaving the stream stops it; asked again, Ollama goes on where it was.
    """
    return stream_json(_pulling(asked.model, service))


async def _pulling(name: str, service: Service) -> AsyncGenerator[tuple[str, JsonObject]]:
    try:
        async with aclosing(service.pull_model(name)) as steps:
            async for step in steps:
                yield "pull.progress", {"status": step.status, "completed": step.completed, "total": step.total}
    except ModelError as error:
        yield "pull.failed", {"error": str(error)}
    else:
        yield "pull.completed", {"model": name}


@router.get("/workflows", responses=shows(examples.WORKFLOWS))
async def list_workflows(service: ServiceDep) -> WorkflowList:
    """The saved plans that a search can run, with what each asks for."""
    return WorkflowList(workflows=await asyncio.to_thread(service.workflows.list))
