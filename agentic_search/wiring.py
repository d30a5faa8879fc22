"""Opens the service that the settings describe: the only file that opens the concrete parts of every package."""

from asyncio import to_thread
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from agentic_search.access.access import Access
from agentic_search.access.identities.provider import identity_provider
from agentic_search.clock import SystemClock
from agentic_search.configured import (
    cache_limits,
    configured,
    configured_database,
    dropped_folder,
    history_bounds,
    places,
    schedule_limits,
)
from agentic_search.configured import plan_limits as plan_limits_of
from agentic_search.database.database import Database, open_database
from agentic_search.database.notices import Notices
from agentic_search.domain.approval.policy import ApprovalRules
from agentic_search.domain.limits import Limit, RunLimits
from agentic_search.domain.query import ContinuedQuery, Query, StandingQuery
from agentic_search.domain.tool import Tool
from agentic_search.durable.kept_runs import KeptRuns
from agentic_search.engine.memory import MemoryEngine
from agentic_search.engine.protocols import Run
from agentic_search.events.facts import Fact
from agentic_search.graph.late import LateProgram
from agentic_search.metrics.loop_lag import LoopLag
from agentic_search.metrics.run_metrics import RunMetrics
from agentic_search.models.choice import ModelChoice
from agentic_search.models.network.address import is_on_this_machine
from agentic_search.models.traced.source import TracedSource
from agentic_search.models.usage_counter import CountedSource, Price
from agentic_search.runs.dropped import DroppedDocuments
from agentic_search.runs.service import SearchService, Service
from agentic_search.scheduler.admission.admission import Admission
from agentic_search.scheduler.admission.dispatcher import Dispatcher
from agentic_search.scheduler.approval.approvals import Approvals
from agentic_search.scheduler.approval.memory import ApprovalMemory
from agentic_search.scheduler.approval.shared_memory import SharedApprovalMemory
from agentic_search.scheduler.progress import ProgressLimits
from agentic_search.scheduler.runner import Runner
from agentic_search.schedules.schedules import Schedules
from agentic_search.settings import Settings, environment
from agentic_search.tools.builtin.ask_model import AskModel
from agentic_search.tools.builtin.calculate import Calculate
from agentic_search.tools.builtin.current_time import CurrentTime
from agentic_search.tools.builtin.provider import Builtin
from agentic_search.tools.calls.shared_servers import SharedServers
from agentic_search.tools.config.server_config import HttpEndpoint, ServerConfig
from agentic_search.tools.mcp.auth.encrypted_folder import EncryptedFolder
from agentic_search.tools.mcp.auth.encrypted_table import EncryptedTable
from agentic_search.tools.mcp.auth.requests import SIGN_IN_ALLOW
from agentic_search.tools.mcp.auth.sign_ins import SignIns
from agentic_search.tools.pool import ToolPool
from agentic_search.tools.provider import ToolProvider
from agentic_search.tools.python.provider import FunctionTools
from agentic_search.tools.switched import ServerSwitches
from agentic_search.tracing.switch import is_traced, open_tracing
from agentic_search.workflows.folder import WorkflowFolder

if TYPE_CHECKING:
    from agentic_search.graph.context import RunContext


def _admission(servers: Sequence[ServerConfig]) -> Admission:
    """Where calls of all runs meet the limits of the servers file."""
    by_name = {server.name: server for server in servers}

    def limit_of_tool(tool: Tool) -> Limit | None:
        server = by_name.get(tool.server)
        return server.limit_of(tool.remote_name) if server else None

    return Admission({server.name: server.limit for server in servers}, limit_of_tool)


def _sign_ins(settings: Settings, database: Database, notices: Notices) -> SignIns:
    """On Postgres those of all processes, where these share a key."""
    passphrase = settings.secret_key.get_secret_value()
    allowed = places(settings.sign_in_allow, SIGN_IN_ALLOW)
    if not passphrase or database.is_sqlite:
        return SignIns(EncryptedFolder(settings.data / "sign-ins", passphrase=passphrase), allowed=allowed)
    return SignIns(EncryptedTable(database, passphrase=passphrase), notices=notices, allowed=allowed)


def _wants_preview(settings: Settings, query: Query) -> bool:
    """Also where runs are compared: what a preview calls would be among what is compared."""
    wanted = settings.preview if query.preview is None else query.preview
    return wanted and settings.parallel and settings.start_early and not (query.brings_a_plan or query.plan_only)


def _brings_own_plan(query: Query) -> bool:
    """Whether the caller answers for the plan.

    Of a run that goes on, or that a schedule began, nothing that may change anything runs unasked.
    """
    return query.brings_a_plan and not query.ask_first and not isinstance(query, ContinuedQuery | StandingQuery)


def _may_preview(server: ServerConfig) -> bool:
    """It is on this machine, and a call of the plan may take the result of the preview's."""
    is_here = not isinstance(server.reach, HttpEndpoint) or is_on_this_machine(server.reach.url)
    return is_here and server.cache is not None


def _emit_nothing(fact: Fact) -> None:
    """What a preview calls is none of the run's tasks."""


@asynccontextmanager
async def open_service(settings: Settings, database: Database | None = None) -> AsyncGenerator[Service, None]:
    """Open every part, lowest first; leaving ends the runs, then the tools' servers, then the models' connections.

    A `database` that is open already is closed, too.
    """
    clock = SystemClock()
    models, servers, functions = configured(settings)
    plan_limits = plan_limits_of(settings)
    workflows = WorkflowFolder(settings.workflows, plan_limits)
    prices = {name: Price(each.prompt, each.completion) for name, each in settings.prices.items()}
    source = TracedSource(models, others=settings.models) if is_traced(settings.traces, environment()) else models
    choice = ModelChoice(
        CountedSource(source, prices), writer=settings.model, planner=settings.planner_model, slots=settings.model_slots
    )
    ask_model = AskModel(choice, writer=settings.model, profiles=settings.profiles)
    local: list[ToolProvider] = [Builtin(ask_model, Calculate(), CurrentTime(clock))]
    if functions:
        local.append(FunctionTools(functions))
    max_concurrent = settings.max_concurrent_tasks if settings.parallel else 1
    metrics = RunMetrics(clock)
    dispatcher = Dispatcher(clock, _admission(servers), metrics.waits)
    barred = frozenset(server.name for server in servers if not _may_preview(server))
    limits = RunLimits(
        settings.deadline, settings.discovery_wait, settings.planner_share, settings.writer_share, plan_limits
    )
    async with AsyncExitStack() as stack:
        tracing = await stack.enter_async_context(open_tracing(settings.traces, environment(), clock))
        database = database or await to_thread(open_database, configured_database(settings))
        stack.callback(database.close)
        notices = await stack.enter_async_context(Notices(database.address, clock=clock))
        shared: SharedServers | None = None
        approved = ApprovalMemory(settings.data / "approvals.json")
        if not database.is_sqlite:
            of_all = SharedApprovalMemory(settings.data / "approvals.json", database, notices)
            approved = await stack.enter_async_context(of_all)
            slowed = SharedServers(database, servers, notices, clock=clock, on_slowed=dispatcher.slow_down)
            shared = await stack.enter_async_context(slowed)
            dispatcher.on_learnt = shared.learn
        rules = ApprovalRules(settings.approval, remembered=approved.words)
        await stack.enter_async_context(models)
        sign_ins = await stack.enter_async_context(_sign_ins(settings, database, notices))
        tools = await stack.enter_async_context(
            ToolPool(
                servers,
                clock=clock,
                local=local,
                task_timeout=settings.task_timeout,
                cache=cache_limits(settings),
                sign_ins=sign_ins,
                switches=ServerSwitches(settings.data / "switches.json"),
                shared=shared,
            )
        )

        def context_of(run: Run, query: Query) -> "RunContext":
            from agentic_search.graph.context import RunContext  # noqa: PLC0415 - see graph.late
            from agentic_search.graph.preview import Preview  # noqa: PLC0415 - see graph.late

            of_run = replace(rules, approve=query.approve, given=_brings_own_plan(query))
            approvals = Approvals(run.emit, of_run, approved, attended=run.attended, journal=run.journal)
            run.on_decision(approvals.decide)
            make_runner = partial(
                Runner,
                partial(tools.call, globs=query.tools or (), anew=isinstance(query, StandingQuery)),
                clock=clock,
                elapsed=lambda: run.elapsed,
                max_concurrent=max_concurrent,
                dispatcher=dispatcher,
                progress=ProgressLimits(settings.progress_interval, settings.max_progress_text),
            )
            unseen = partial(make_runner, _emit_nothing, batch=True)
            return RunContext(
                run=run,
                toolbox=tools,
                models=choice,
                workflows=workflows,
                runner=make_runner(run.emit, batch=query.batch, approvals=approvals, journal=run.journal),
                limits=limits,
                approval=of_run,
                plan_form=settings.plan_form,
                start_early=settings.start_early,
                parallel=max_concurrent > 1,
                preview=Preview(unseen, run.emit, barred=barred) if _wants_preview(settings, query) else None,
            )

        in_memory = partial(
            MemoryEngine,
            clock=clock,
            max_concurrent=settings.max_concurrent_runs,
            max_queued=settings.max_queued_runs,
            max_kept=settings.max_kept_runs,
            max_kept_bytes=settings.max_kept_bytes,
            holds=database.is_lasting,
            observe=tracing.beside(metrics.note) if tracing else metrics.note,
        )
        program = LateProgram(context_of, tracing and tracing.traced)
        stack.callback(program.close)
        engine = await stack.enter_async_context(
            KeptRuns(
                database,
                program,
                in_memory,
                clock=clock,
                bounds=history_bounds(settings, lasting=database.is_lasting),
                max_queued=settings.max_queued_runs,
                takes_runs=settings.role != "web",
                on_decided=approved.save_lasting,
                notices=notices,
            )
        )
        searches = SearchService(engine, engine.history, tracing and tracing.callers_trace)
        access = await stack.enter_async_context(
            Access(database, settings.api_keys, clock=clock, provider=identity_provider(settings, clock))
        )
        schedules = await stack.enter_async_context(
            Schedules(database, searches, clock=clock, limits=schedule_limits(settings), may_ask=access.may_still_ask)
        )
        yield Service(
            searches,
            tools,
            choice,
            workflows,
            rules,
            models.pull,
            sign_ins,
            settings.own_hosts,
            schedules,
            access,
            DroppedDocuments(dropped_folder(settings), most_bytes=settings.documents_max_bytes),
            metrics,
            await stack.enter_async_context(LoopLag()),
            program.prepare,
        )
