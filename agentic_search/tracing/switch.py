"""Whether runs are traced: by the setting, by OpenTelemetry's own variables, and by whether the extra is installed."""

import logging
from asyncio import to_thread
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Literal, TypeAlias

from agentic_search.clock import Clock
from agentic_search.errors import ConfigurationError
from agentic_search.tracing.names import ENDPOINTS

if TYPE_CHECKING:
    from agentic_search.tracing.callers import CallersTraces
    from agentic_search.tracing.tracing import Tracing

TracesSetting: TypeAlias = Literal["auto", "on", "off"]

_NEEDED = ("opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http")
INSTALL = "pip install 'agentic-search[telemetry]'"

logger = logging.getLogger(__name__)


@asynccontextmanager
async def open_tracing(
    setting: TracesSetting, environment: Mapping[str, str], clock: Clock
) -> "AsyncGenerator[Tracing | None, None]":
    """What traces runs in this block, where they are traced; then everything it needs is imported."""
    if not is_traced(setting, environment):
        if setting == "auto" and (variable := asked_for(environment)):
            logger.warning("%s is set, and no traces are sent: that needs the extra 'telemetry': %s", variable, INSTALL)
        yield None
        return
    module = await to_thread(import_module, "agentic_search.tracing.tracing")
    async with module.Tracing(clock, environment) as tracing:
        yield tracing


def callers_traces() -> "type[CallersTraces]":
    """The ASGI middleware that takes in what callers do; only where runs are traced."""
    return import_module("agentic_search.tracing.callers").CallersTraces


def is_traced(setting: TracesSetting, environment: Mapping[str, str]) -> bool:
    """Whether traces are sent. Raises ConfigurationError where the setting wants them, and the extra is missing."""
    if setting == "off" or not (setting == "on" or asked_for(environment)):
        return False
    if is_installed():
        return True
    if setting == "on":
        raise ConfigurationError(
            f"AGENTIC_SEARCH_TRACES is on, which needs the extra 'telemetry': {INSTALL}, or take the setting out."
        )
    return False


def asked_for(environment: Mapping[str, str]) -> str:
    """The variable of OpenTelemetry's that says where traces go; empty where there is none, or another one forbids."""
    if environment.get("OTEL_SDK_DISABLED", "").lower() == "true" or environment.get("OTEL_TRACES_EXPORTER") == "none":
        return ""
    return next((name for name in ENDPOINTS if environment.get(name)), "")


def is_installed() -> bool:
    """Whether the extra `telemetry` is."""
    try:
        return all(find_spec(name) is not None for name in _NEEDED)
    except ModuleNotFoundError:  # of a package that is around it
        return False
