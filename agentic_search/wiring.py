"""Settings flow in, an opened service flows out: the only file that names the concrete classes of every room."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from agentic_search.clock import SystemClock
from agentic_search.domain.limits import Limit
from agentic_search.domain.query import OFFLINE, Query
from agentic_search.domain.tool import Tool
from agentic_search.engine.memory import MemoryEngine
from agentic_search.engine.protocols import Run
from agentic_search.errors import ModelError
from agentic_search.graph.build import build_program
from agentic_search.graph.context import RunContext, RunLimits
from agentic_search.models.chat import ChatModel, ModelSource
from agentic_search.models.ollama.source import OllamaSource
from agentic_search.planning.given import GivenPlanner
from agentic_search.planning.ladder import PlanLadder
from agentic_search.planning.model.later_planner import Replanner
from agentic_search.planning.model.planner import ModelPlanner
from agentic_search.planning.model.replanner import ModelReplanner
from agentic_search.planning.offline.planner import OfflinePlanner
from agentic_search.planning.planner import Planner
from agentic_search.planning.replan_ladder import ReplanLadder
from agentic_search.runs.service import SearchService
from agentic_search.scheduler.admission.admission import Floor
from agentic_search.scheduler.dispatcher import Dispatcher
from agentic_search.scheduler.runner import Runner
from agentic_search.settings import Settings, environment
from agentic_search.synthesis.writing.model_writer import FallbackWriter
from agentic_search.synthesis.writing.writer import Writer
from agentic_search.tools.builtin.ask_model import AskModel
from agentic_search.tools.builtin.provider import Builtin
from agentic_search.tools.calls.cache import CacheLimits
from agentic_search.tools.config.bundled import bundled_servers
from agentic_search.tools.config.server_config import ServerConfig
from agentic_search.tools.config.servers_file import read_servers
from agentic_search.tools.pool import ToolPool
from agentic_search.tools.provider import ToolProvider
from agentic_search.tools.python.function import Function
from agentic_search.tools.python.load import load_functions
from agentic_search.tools.python.provider import FunctionTools
from agentic_search.workflows.folder import WorkflowFolder


@dataclass(frozen=True, slots=True)
class Choice:
    """Which models would be used now."""

    writer: str | None
    planner: str | None
    why_none: str | None
    """Why there is no writer, where one is wanted."""


class Minds:
    """Finds who plans and who writes: a model where there is one, the offline rooms where there is none."""

    def __init__(self, models: ModelSource, workflows: WorkflowFolder, *, writer: str, planner: str) -> None:
        """Names as in the settings: empty takes the best there is, `offline` none."""
        self._models = models
        self._workflows = workflows
        self._writer = writer
        self._planner = planner

    def writer_name(self, query: Query) -> str | None:
        """The model that was asked for, or configured, without looking whether it is there."""
        name = query.model or self._writer
        return None if name == OFFLINE else name or None

    async def planner(self, query: Query) -> Planner:
        """The planner for this query; never raises for want of a model, but for a workflow that cannot be run."""
        if query.plan is not None:
            return GivenPlanner(query.plan)
        if query.workflow is not None:
            return await asyncio.to_thread(self._workflows.planner, query)
        model, why_none = await self._open(self._planner_name(query.model))
        by_model = ModelPlanner(model, more_rounds=query.rounds > 1) if model else None
        return PlanLadder(by_model, OfflinePlanner(), why_no_model=why_none or "")

    async def replanner(self, query: Query) -> Replanner:
        """Who plans later rounds, where a model has planned the first: the same model, or nobody."""
        model, why_none = await self._open(self._planner_name(query.model))
        return ReplanLadder(ModelReplanner(model) if model else None, why_no_model=why_none or "")

    async def writer(self, query: Query) -> Writer:
        """The writer for this query; never raises for want of a model."""
        model, why_none = await self._open(query.model or self._writer)
        return FallbackWriter(model, why_no_model=why_none)

    async def choice(self) -> Choice:
        """Which models a query that asks for none in particular would use now."""
        writer, why_none = await self._open(self._writer)
        planner, _ = await self._open(self._planner_name(None))
        return Choice(writer.name if writer else None, planner.name if planner else None, why_none)

    def _planner_name(self, asked: str | None) -> str:
        """The writer plans too, unless another planner is configured: one model stays loaded instead of two."""
        return OFFLINE if asked == OFFLINE else self._planner or asked or self._writer

    async def _open(self, name: str) -> tuple[ChatModel | None, str | None]:
        """The model, or why there is none; neither when none is wanted."""
        if name == OFFLINE:
            return None, None
        try:
            return await self._models.open(name), None
        except ModelError as error:
            return None, str(error)


@dataclass(frozen=True, slots=True)
class Service:
    """Everything that is open while the service runs."""

    searches: SearchService
    tools: ToolPool
    models: ModelSource
    minds: Minds
    workflows: WorkflowFolder


def configured(settings: Settings) -> tuple[OllamaSource, tuple[ServerConfig, ...], tuple[Function, ...]]:
    """Where models come from, the MCP servers, the operator's functions; raises ConfigurationError. Opens nothing."""
    known = environment()
    bundled = bundled_servers(documents=settings.documents, environment=known) if settings.bundled_servers else ()
    models = OllamaSource(
        settings.ollama_host, num_ctx=settings.num_ctx, keep_alive=settings.keep_alive, clock=SystemClock()
    )
    servers = read_servers(settings.servers_file, bundled=bundled, environment=known)
    return models, servers, load_functions(settings.functions)


def _floor(servers: Sequence[ServerConfig]) -> Floor:
    """Where calls of all runs meet the limits of the servers file."""
    by_name = {server.name: server for server in servers}

    def limit_of_tool(tool: Tool) -> Limit | None:
        server = by_name.get(tool.server)
        return server.limit_of(tool.remote_name) if server else None

    return Floor({server.name: server.limit for server in servers}, limit_of_tool)


def _cache_limits(settings: Settings) -> CacheLimits:
    return CacheLimits(settings.cache_max_age, settings.cache_max_entries, settings.cache_max_bytes)


@asynccontextmanager
async def open_service(settings: Settings) -> AsyncGenerator[Service, None]:
    """Open every room, lowest first; leaving ends the runs, then the tools' servers, then the models' connections."""
    clock = SystemClock()
    models, servers, functions = configured(settings)
    workflows = WorkflowFolder(settings.workflows)
    ask_model = AskModel(models, writer=settings.model, profiles=settings.profiles)
    local: list[ToolProvider] = [Builtin(ask_model), *([FunctionTools(functions)] if functions else [])]
    max_concurrent = settings.max_concurrent_tasks if settings.parallel else 1
    dispatcher = Dispatcher(clock, _floor(servers))
    limits = RunLimits(deadline=settings.deadline, discovery_wait=settings.discovery_wait)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(models)
        tools = await stack.enter_async_context(
            ToolPool(
                servers, clock=clock, local=local, task_timeout=settings.task_timeout, cache=_cache_limits(settings)
            )
        )
        minds = Minds(models, workflows, writer=settings.model, planner=settings.planner_model)

        def context_of(run: Run, query: Query) -> RunContext:
            runner = Runner(
                tools.call,
                run.emit,
                clock=clock,
                elapsed=lambda: run.elapsed,
                max_concurrent=max_concurrent,
                batch=query.batch,
                dispatcher=dispatcher,
            )
            return RunContext(
                run=run, toolbox=tools, minds=minds, runner=runner, limits=limits, start_early=settings.start_early
            )

        engine = await stack.enter_async_context(
            MemoryEngine(
                build_program(context_of),
                clock=clock,
                max_concurrent=settings.max_concurrent_runs,
                max_queued=settings.max_queued_runs,
                max_kept=settings.max_kept_runs,
            )
        )
        yield Service(SearchService(engine), tools, models, minds, workflows)
