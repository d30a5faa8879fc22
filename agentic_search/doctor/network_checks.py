"""Checks of what is reached from here: proxies in between, a collector of traces, Ollama, other model servers."""

from collections.abc import AsyncIterator, Iterator
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from agentic_search.doctor.finding import Finding, Situation, set_variable
from agentic_search.domain.query import OFFLINE
from agentic_search.errors import ConfigurationError
from agentic_search.models.network.address import is_on_this_machine
from agentic_search.models.ollama.address import base_url
from agentic_search.models.ollama.call_options import FORMAT_WITHOUT_THINKING
from agentic_search.models.ollama.inventory import parse_version
from agentic_search.models.ollama.source import OllamaSource
from agentic_search.models.openai.address import server_access
from agentic_search.models.openai.source import OpenAISource
from agentic_search.text.naming import did_you_mean
from agentic_search.tracing.switch import INSTALL, asked_for, is_installed

_OLDEST_OLLAMA = (0, 5, 0)
"""The first whose models write under a JSON schema, as plans are."""
_PATIENCE = 5.0
_INSTALL = {
    "darwin": "brew install ollama, then: ollama serve",
    "win32": "winget install Ollama.Ollama",
    "linux": "curl -fsSL https://ollama.com/install.sh | sh",
}
_HOST_OF_DOCKER = "http://host.docker.internal:11434"
_IN_CONTAINER = (
    "set OLLAMA_HOST=" + _HOST_OF_DOCKER + ", on Linux also run the container with"
    " --add-host=host.docker.internal:host-gateway, and have Ollama listen for it: OLLAMA_HOST=0.0.0.0 ollama serve"
)


def check_proxies(situation: Situation) -> Iterator[Finding]:
    """No proxy stands before this machine's own services."""
    proxies = {name: address for name, address in getproxies().items() if name in {"http", "https", "all"}}
    if not proxies:
        yield Finding("proxies", "ok", "none is set")
    elif _bypassed("localhost") and _bypassed("127.0.0.1"):
        yield Finding("proxies", "ok", "NO_PROXY leaves this machine out")
    else:
        names = ", ".join(f"{name.upper()}_PROXY" for name in sorted(proxies))
        told = situation.environment.get("NO_PROXY") or situation.environment.get("no_proxy") or ""
        value = ",".join([*filter(None, [told]), "localhost", "127.0.0.1", "::1"])
        what = f"{names} is set, and NO_PROXY does not leave out localhost: what listens on this machine is not reached"
        yield Finding("proxies", "broken", what, set_variable(situation.system, "NO_PROXY", value))


def check_traces(situation: Situation) -> Iterator[Finding]:
    """Traces that are asked for can be sent; nothing is told where there are to be none."""
    setting, variable = situation.settings.traces, asked_for(situation.environment)
    if setting == "off" or not (variable or setting == "on"):
        return
    asked = "AGENTIC_SEARCH_TRACES is on" if setting == "on" else f"{variable} is set"
    if is_installed():
        yield Finding("traces", "ok", f"they are sent, as {asked}")
    else:
        state = "broken" if setting == "on" else "warning"
        yield Finding("traces", state, f"{asked}, and the extra 'telemetry' is missing", INSTALL)


async def check_ollama(situation: Situation) -> AsyncIterator[Finding]:
    """Ollama answers, is new enough, and has the models that are named."""
    settings = situation.settings
    if OFFLINE in {settings.model, settings.planner_model or settings.model} and settings.model == OFFLINE:
        yield Finding("ollama", "ok", "no model is wanted: AGENTIC_SEARCH_MODEL is offline")
        return
    try:
        url = base_url(settings.ollama_host)
    except ConfigurationError as problem:
        yield Finding("ollama", "broken", str(problem).rstrip("."), "correct OLLAMA_HOST")
        return
    version = await _version(url)
    if version is None:
        yield _no_ollama(situation, url)
        return
    yield _of_version(situation, url, version)
    async for finding in _models(situation, url):
        yield finding


async def _version(url: str) -> str | None:
    """None where nothing answers as Ollama does."""
    async with httpx.AsyncClient(timeout=_PATIENCE, trust_env=not is_on_this_machine(url)) as http:
        try:
            return str((await http.get(f"{url}/api/version")).json()["version"])
        except (httpx.HTTPError, ValueError, LookupError, TypeError):
            return None


def _no_ollama(situation: Situation, url: str) -> Finding:
    wanted = situation.settings.model or situation.settings.planner_model
    state = "broken" if wanted and "/" not in wanted else "warning"
    what = f"no Ollama answers at {url}; without a model, answers quote their sources"
    if situation.container and is_on_this_machine(url):
        return Finding("ollama", state, f"{what}. In a container that address is the container's own", _IN_CONTAINER)
    if not is_on_this_machine(url):
        host = urlsplit(url).hostname or ""
        proxy = "" if not getproxies() or _bypassed(host) else f"; or a proxy stands in between: add {host} to NO_PROXY"
        return Finding("ollama", state, what, f"start it there with OLLAMA_HOST=0.0.0.0 ollama serve{proxy}")
    install = _INSTALL.get(situation.system, "see https://ollama.com/download")
    return Finding("ollama", state, what, f"ollama serve; where it is not installed: {install}")


def _of_version(situation: Situation, url: str, version: str) -> Finding:
    number, text = parse_version(version), f"Ollama {version} answers at {url}"
    update = _INSTALL.get(situation.system, "see https://ollama.com/download").partition(",")[0]
    update = update.replace("brew install", "brew upgrade")
    if () < number < _OLDEST_OLLAMA:
        return Finding("ollama", "broken", f"{text}: too old, its models cannot write plans under a schema", update)
    if () < number < FORMAT_WITHOUT_THINKING:
        needed = ".".join(map(str, FORMAT_WITHOUT_THINKING))
        return Finding("ollama", "warning", f"{text}: before {needed}, models that think do so at every plan", update)
    return Finding("ollama", "ok", text)


async def _models(situation: Situation, url: str) -> AsyncIterator[Finding]:
    settings = situation.settings
    async with OllamaSource(settings.ollama_host) as ollama:
        report = await ollama.report()
    names = [model.name for model in report.models]
    if report.error:
        name = report.suggestion.name if report.suggestion else "qwen3:8b"
        yield Finding("models", "warning", f"Ollama at {url} has no model that can be used", f"ollama pull {name}")
    for setting, wanted in (("MODEL", settings.model), ("PLANNER_MODEL", settings.planner_model)):
        if not wanted or wanted == OFFLINE or ("/" in wanted and wanted.partition("/")[0] in settings.models):
            continue
        full = wanted if ":" in wanted.rpartition("/")[2] else f"{wanted}:latest"
        found = next((model for model in report.models if model.name in {wanted, full}), None)
        if found is None:
            what = f"AGENTIC_SEARCH_{setting} is {wanted}, which Ollama does not have{did_you_mean(wanted, names)}"
            yield Finding("models", "broken", what.rstrip("?"), f"ollama pull {wanted}")
        elif settings.num_ctx and found.context and settings.num_ctx > found.context:
            what = f"AGENTIC_SEARCH_NUM_CTX is {settings.num_ctx}, and the context of {wanted} holds {found.context}"
            yield Finding("models", "warning", what, f"AGENTIC_SEARCH_NUM_CTX={found.context}, or take it out")
        else:
            yield Finding("models", "ok", f"{wanted} is there")
    if names and not settings.model:
        yield Finding("models", "ok", f"Ollama has {', '.join(names[:5])}")
    yield _parallel(situation)


def _parallel(situation: Situation) -> Finding:
    """How many calls Ollama takes at once, which it does not tell: the variable has to be the same in both places."""
    told = situation.environment.get("OLLAMA_NUM_PARALLEL", "")
    slots = situation.settings.model_slots
    if told and not told.isdecimal():
        fix = set_variable(situation.system, "OLLAMA_NUM_PARALLEL", "2")
        return Finding("parallel models", "warning", f"OLLAMA_NUM_PARALLEL is {told!r}, which is no number", fix)
    if slots > int(told or 1):
        what = f"AGENTIC_SEARCH_MODEL_SLOTS is {slots}, and Ollama takes {told or 1} calls at once"
        fix = f"start Ollama and this service with OLLAMA_NUM_PARALLEL={slots}"
        return Finding("parallel models", "warning", what, fix)
    return Finding(
        "parallel models", "ok", f"calls of one model at once: {told or '1, as OLLAMA_NUM_PARALLEL is unset'}"
    )


async def check_model_servers(situation: Situation) -> AsyncIterator[Finding]:
    """The other model servers answer, and take their keys."""
    for name, given in situation.settings.models.items():
        about = f"model server {name}"
        try:
            source = OpenAISource(server_access(name, given.url, given.key.get_secret_value()), prefix=f"{name}/")
        except ConfigurationError as problem:
            yield Finding(about, "broken", str(problem).rstrip("."), "correct AGENTIC_SEARCH_MODELS")
            continue
        async with source:
            report = await source.report()
        if report.error:
            what, _, fix = report.error.rstrip(".").partition(". ")
            yield Finding(
                about, "broken", what, fix or f"correct AGENTIC_SEARCH_MODELS or its key, …_{name.upper()}_KEY"
            )
        else:
            yield Finding(about, "ok", f"it has {len(report.models)} models")


def _bypassed(host: str) -> bool:
    return bool(proxy_bypass(host))
