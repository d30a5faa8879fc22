"""Checks of MCP servers: what their entries say, whether their commands are there, and whether they start."""

import shutil
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

from pydantic import SecretStr

from agentic_search import Client
from agentic_search.client.exchange import ServiceProblem
from agentic_search.client.in_process import open_service
from agentic_search.client.local import settled
from agentic_search.configured import configured
from agentic_search.database.address import IN_MEMORY
from agentic_search.doctor.finding import Finding, Situation, set_variable
from agentic_search.domain.tool import ServerStatus
from agentic_search.errors import ConfigurationError
from agentic_search.settings import KEY_VARIABLE
from agentic_search.tools.config.server_config import ServerConfig, StdioLaunch

_PATIENCE = 20.0
"""Seconds that servers get to start: one may be fetched by npx first."""
_NODE = {
    "darwin": "brew install node",
    "win32": "winget install OpenJS.NodeJS.LTS",
    "linux": "sudo apt install nodejs npm, or see https://nodejs.org",
}
_UV = {
    "darwin": "brew install uv",
    "win32": "winget install astral-sh.uv",
    "linux": "curl -LsSf https://astral.sh/uv/install.sh | sh",
}
_DOCKER = {
    "darwin": "brew install --cask docker",
    "win32": "winget install Docker.DockerDesktop",
    "linux": "sudo apt install docker.io, or see https://docs.docker.com/engine/install",
}
_HOW_TO_INSTALL = {
    **dict.fromkeys(("node", "npx", "npm"), _NODE),
    **dict.fromkeys(("uv", "uvx"), _UV),
    "docker": _DOCKER,
}


async def check_servers(situation: Situation) -> AsyncIterator[Finding]:
    """Every configured server: it is started for a moment, if no service runs that has started it."""
    try:
        _, servers, _ = configured(situation.settings)
    except ConfigurationError as problem:
        what, _, fix = str(problem).rstrip(".").rpartition(": ")
        yield Finding("configuration", "broken", what or str(problem), fix)
        return
    missing = {server.name: finding for server in servers if (finding := missing_command(server, situation.system))}
    try:
        statuses = await _statuses(situation)
    except ServiceProblem as problem:
        how = set_variable(situation.system, KEY_VARIABLE, "…")
        yield Finding("servers", "warning", f"the running service does not tell of them: {problem}", how)
        return
    if not statuses:
        yield Finding(
            "servers", "warning", "no MCP server is configured", "add one to mcp.json, or: agentic-search import FILE"
        )
    for status in statuses:
        yield missing.get(status.name) or _of_status(status, servers)
        for warning in status.warnings:
            yield Finding(
                f"server {status.name}", "warning", warning, f"correct its entry in {situation.settings.servers_file}"
            )


def missing_command(server: ServerConfig, system: str) -> Finding | None:
    """That a server's command is not installed, and how it is."""
    if server.disabled or server.problem or not isinstance(server.reach, StdioLaunch):
        return None
    command = server.reach.command
    path = server.reach.env.get("PATH")
    if shutil.which(command, path=path) or (server.reach.cwd and (server.reach.cwd / command).exists()):
        return None
    name = Path(command).name
    install = _HOW_TO_INSTALL.get(name, {}).get(system)
    fix = install or f"install {name}, or write the whole path of the program into its entry"
    return Finding(f"server {server.name}", "broken", f"its command {command} is not on the PATH", fix)


async def _statuses(situation: Situation) -> Sequence[ServerStatus]:
    if situation.is_running:
        async with Client(situation.address, key=situation.environment.get(KEY_VARIABLE, "")) as client:
            return await settled(client, within=_PATIENCE)
    apart = {"database_url": SecretStr(IN_MEMORY), "role": "all", "functions": ()}
    async with open_service(situation.settings.model_copy(update=apart)) as client:
        return await settled(client, within=_PATIENCE)


def _of_status(status: ServerStatus, servers: Sequence[ServerConfig]) -> Finding:
    name = f"server {status.name}"
    match status.status:
        case "ready":
            return Finding(name, "ok", f"{status.tools} tools")
        case "disabled":
            return Finding(name, "ok", "switched off")
        case "needs_input" | "needs_sign_in":
            return Finding(name, "warning", status.error or status.state, "give it on the page of the service")
        case "connecting":
            what = f"it does not answer within {_PATIENCE:.0f} s"
            return Finding(name, "broken", what, 'start it by hand to see why, or give it more time: "startupTimeout"')
        case _:
            return Finding(name, "broken", (status.error or status.state).rstrip("."), _last_words(status))


def _last_words(status: ServerStatus) -> str:
    wrote = f"; it wrote: {status.log[-1]}" if status.log else ""
    return f"correct its entry in the servers file, or disable it there{wrote}"


def checked_settings(sentences: Sequence[str]) -> Iterator[Finding]:
    """What is given and not read."""
    for sentence in sentences:
        what, _, fix = sentence.partition(": ")
        yield Finding("settings", "warning", what, fix)
    if not sentences:
        yield Finding("settings", "ok", "all that are given are read")
