"""/tools, /servers, /models, /workflows: what can be used now, and why what cannot be cannot."""

import asyncio
from dataclasses import replace

from fastapi import APIRouter

from agentic_search.api import examples
from agentic_search.api.dependencies import ServiceDep
from agentic_search.api.openapi import shows
from agentic_search.api.schemas import ModelList, ServerList, ToolList, ToolView, UnusableTool, WorkflowList
from agentic_search.models.cards.card import card_of

router = APIRouter(tags=["inventory"])


@router.get("/tools", responses=shows(examples.TOOLS))
async def list_tools(service: ServiceDep) -> ToolList:
    """The tools that plans may use now."""
    catalog = service.tools.catalog()
    return ToolList(
        tools=tuple(ToolView.of(tool) for tool in catalog.tools),
        unusable=tuple(UnusableTool(name=it.tool, server=it.server, reason=it.reason) for it in catalog.left_out),
    )


@router.get("/servers", responses=shows(examples.SERVERS))
async def list_servers(service: ServiceDep) -> ServerList:
    """Every configured MCP server, as it is now."""
    return ServerList(servers=tuple(service.tools.statuses()))


@router.get("/models", responses=shows(examples.MODELS))
async def list_models(service: ServiceDep) -> ModelList:
    """The models there are, and which would be used."""
    report = await service.models.report()
    used = await service.models.in_use()
    models = tuple(replace(model, card=card_of(model.name)) for model in report.models)
    return ModelList(models=models, writer=used.writer, planner=used.planner, error=used.why_none or report.error)


@router.get("/workflows", responses=shows(examples.WORKFLOWS))
async def list_workflows(service: ServiceDep) -> WorkflowList:
    """The saved plans that a search can run, with what each asks for."""
    return WorkflowList(workflows=await asyncio.to_thread(service.workflows.list))
