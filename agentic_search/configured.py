"""What the settings describe, nothing of it opened yet: models, MCP servers, functions, the database, limits."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from agentic_search.clock import SystemClock
from agentic_search.database.address import SETTING, DatabaseAddress, database_address
from agentic_search.domain.limits import PlanLimits, SizeLimits
from agentic_search.errors import ConfigurationError
from agentic_search.history.deleting import KeptBounds
from agentic_search.models.ollama.source import OllamaSource
from agentic_search.models.openai.address import server_access
from agentic_search.models.openai.source import OpenAISource
from agentic_search.models.sources import ModelSources
from agentic_search.network.addresses import AllowedPlaces
from agentic_search.schedules.schedules import ScheduleLimits
from agentic_search.schedules.webhook import ALLOW
from agentic_search.settings import Settings, environment
from agentic_search.tools.calls.cache import CacheLimits
from agentic_search.tools.config.bundled import bundled_servers
from agentic_search.tools.config.server_config import ServerConfig
from agentic_search.tools.config.servers_file import read_servers
from agentic_search.tools.python.function import Function
from agentic_search.tools.python.load import load_functions
from agentic_search.tracing.switch import is_traced


def configured(settings: Settings) -> tuple[ModelSources, tuple[ServerConfig, ...], tuple[Function, ...]]:
    """Where models come from, the MCP servers, the operator's functions; raises ConfigurationError. Opens nothing."""
    known = environment()
    bundled = (
        bundled_servers(
            documents=settings.documents,
            dropped=dropped_folder(settings),
            documents_max_bytes=settings.documents_max_bytes,
            environment=known,
            web=settings.web,
            web_allow=settings.web_allow,
        )
        if settings.bundled_servers
        else ()
    )
    path, is_named = settings.servers_file.expanduser(), "servers_file" in settings.model_fields_set
    read = read_servers(
        path, bundled=bundled, environment=known, may_be_missing=not is_named, most_yaml_nodes=settings.max_yaml_nodes
    )
    is_traced(settings.traces, known)
    servers = tuple(replace(server, sizes=_size_limits(settings)) for server in read)
    return _models(settings), servers, load_functions(settings.functions)


def dropped_folder(settings: Settings) -> Path:
    """Of documents that people give by the page."""
    return settings.data / "dropped"


def configured_database(settings: Settings) -> DatabaseAddress:
    """Where runs are kept; raises ConfigurationError, also where a role needs another one. Opens nothing."""
    address = database_address(settings.database_url.get_secret_value(), data=settings.data)
    if settings.role != "all" and address.postgres is None:
        raise ConfigurationError(
            f"AGENTIC_SEARCH_ROLE is {settings.role!r}, which shares a Postgres with others: set {SETTING} to"
            " postgresql://user:password@host/database, or take the role out and have one process do everything."
        )
    return address


def _models(settings: Settings) -> ModelSources:
    """Ollama, and the model servers that are configured beside it."""
    clock, num_ctx = SystemClock(), settings.num_ctx
    ollama = OllamaSource(
        settings.ollama_host,
        num_ctx=num_ctx,
        keep_alive=settings.keep_alive,
        parallel=_whole(environment().get("OLLAMA_NUM_PARALLEL", "")),
        longest_line=settings.max_model_line,
        clock=clock,
    )
    others = {
        name: OpenAISource(
            replace(server_access(name, given.url, given.key.get_secret_value()), longest_line=settings.max_model_line),
            prefix=f"{name}/",
            num_ctx=num_ctx,
            clock=clock,
        )
        for name, given in settings.models.items()
    }
    return ModelSources(ollama, others)


def _whole(text: str) -> int:
    """A variable of another program's; 0 where it holds no number."""
    return int(text) if text.isdecimal() else 0


def cache_limits(settings: Settings) -> CacheLimits:
    """Of results kept for other calls, where a server has none of its own."""
    return CacheLimits(settings.cache_max_age, settings.cache_max_entries, settings.cache_max_bytes)


def _size_limits(settings: Settings) -> SizeLimits:
    return SizeLimits(
        message=settings.max_result_bytes,
        tools=settings.max_tools_per_server,
        pages=settings.max_tool_pages,
        description=settings.max_tool_description,
        schema=settings.max_tool_schema,
        blocks=settings.max_result_blocks,
        nesting=settings.max_nesting,
        check_seconds=settings.schema_check_timeout,
    )


def history_bounds(settings: Settings, *, lasting: bool) -> KeptBounds:
    """Of the history; one in memory may take no more than what is kept in memory beside it."""
    runs, size = settings.history_runs, settings.history_bytes
    if not lasting:
        runs, size = min(runs, settings.max_kept_runs), min(size, settings.max_kept_bytes)
    return KeptBounds(days=settings.history_days, runs=runs, bytes=size)


def plan_limits(settings: Settings) -> PlanLimits:
    """Of plans that models write and callers bring."""
    return PlanLimits(settings.max_yaml_nodes, settings.max_references, settings.schema_check_timeout)


def schedule_limits(settings: Settings) -> ScheduleLimits:
    """Of standing questions; raises ConfigurationError."""
    return ScheduleLimits(settings.schedule_interval, settings.max_schedules, places(settings.webhook_allow, ALLOW))


def places(texts: Sequence[str], setting: str) -> AllowedPlaces:
    """The places that a setting names; raises ConfigurationError."""
    try:
        return AllowedPlaces.of(texts, setting=setting)
    except ValueError as error:
        raise ConfigurationError(f"{error}.") from error
