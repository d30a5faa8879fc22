"""The real service as a process of its own, on a free port, with the servers and settings that a test gives it."""

import asyncio
import contextlib
import json
import os
import re
import signal
import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.support.forking.starting import ROOT, StartedProcess, arguments_of, forked_process, started_process
from tests.support.sse import Message, messages

SERVER = str(ROOT / "server.py")
NOBODY = "http://127.0.0.1:9"
"""An address where no Ollama answers: the discard port."""
_LISTENING = re.compile(r'serving at (http://[^\s"]+)')
_PATIENCE = 60
_LIMITS = httpx.Limits(keepalive_expiry=1)
"""The service closes a connection that is idle for 5 s, as httpx does by default: a request could fall in between."""


def stdio_entry(*options: str, program: str = "slow_server") -> dict[str, object]:
    """A server of `tests.support` over stdio, as an entry of `mcpServers`."""
    return {
        "command": sys.executable,
        "args": [*arguments_of(f"tests.support.{program}", *options)],
        "env": {"PYTHONPATH": str(ROOT)},
    }


@dataclass(slots=True)
class RunningService:
    """The service, reached as its users reach it."""

    url: str
    client: httpx.AsyncClient
    process: StartedProcess
    servers: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """What stands in `mcpServers`."""
    log: list[str] = field(default_factory=list[str])
    """The lines of its standard error so far."""

    async def ask(self, query: str, **more: object) -> dict[str, Any]:
        """POST /search and wait for the run; any status but 200 is the test's failure."""
        response = await self.client.post("/search", json={"query": query, **more})
        assert response.status_code == 200, response.text
        return response.json()

    async def begin(self, query: str, **more: object) -> str:
        """POST /search without waiting; the run's id."""
        response = await self.client.post("/search", json={"query": query, **more}, headers={"Prefer": "respond-async"})
        assert response.status_code == 202, response.text
        return response.json()["id"]

    async def report(self, run_id: str) -> dict[str, Any]:
        """GET /runs/{id}."""
        return (await self.client.get(f"/runs/{run_id}")).json()

    async def events(self, run_id: str, *, after: int = 0, until: str | None = None) -> list[Message]:
        """The run's events after a number, to the end or to the first of type `until`."""
        headers = {"Last-Event-ID": str(after)} if after else {}
        seen: list[Message] = []
        async with self.client.stream("GET", f"/runs/{run_id}/events", headers=headers) as response:
            async for message in messages(response):
                seen.append(message)
                if message.event == until:
                    break
        return seen

    async def ready_servers(self, *names: str, are: str = "ready") -> None:
        """Wait until these MCP servers are ready, or in another state."""
        async with asyncio.timeout(_PATIENCE):
            while True:
                servers = (await self.client.get("/servers")).json()["servers"]
                if {server["name"] for server in servers if server["status"] == are} >= set(names):
                    return
                await asyncio.sleep(0.02)


def environment_for(
    folder: Path, *, bundled: bool = False, ollama: str = NOBODY, settings: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The environment of a service that keeps its files in `folder`; the settings have no prefix."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(("AGENTIC_SEARCH_", "OLLAMA_"))},
        "OLLAMA_HOST": ollama,
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "AGENTIC_SEARCH_PORT": "0",
        "AGENTIC_SEARCH_BUNDLED_SERVERS": str(bundled),
        "AGENTIC_SEARCH_CACHE": os.environ.get("AGENTIC_SEARCH_CACHE", str(folder / "cache")),
        "AGENTIC_SEARCH_DATA": str(folder / "data"),
        "AGENTIC_SEARCH_STORIES": str(folder / "stories.sqlite"),
        **{f"AGENTIC_SEARCH_{name}": value for name, value in (settings or {}).items()},
    }


@asynccontextmanager
async def running_service(
    folder: Path,
    *,
    servers: Mapping[str, Any] | None = None,
    bundled: bool = False,
    ollama: str = NOBODY,
    settings: Mapping[str, str] | None = None,
    forked: bool = True,
) -> AsyncGenerator[RunningService, None]:
    """Start `python server.py` in `folder`; `servers` is what stands in `mcpServers`, `settings` have no prefix.

    The first key of the setting API_KEYS is the client's. `forked`: from a process that has imported it, where that can
    be done; what is measured starts by itself.
    """
    (folder / "mcp.json").write_text(json.dumps({"mcpServers": servers or {}}))
    environment = environment_for(folder, bundled=bundled, ollama=ollama, settings=settings or {})
    log: list[str] = []
    how: dict[str, Any] = {"folder": folder, "environment": environment, "read": 2}
    service = forked_process("tests.support.imported_service", **how) if forked else started_process(SERVER, **how)
    async with service as process:
        try:
            url = await _listening(process, log)
            reading = asyncio.ensure_future(_read(process, log))
            try:
                headers = _headers(settings or {})
                async with httpx.AsyncClient(
                    base_url=url, timeout=_PATIENCE, limits=_LIMITS, headers=headers
                ) as client:
                    yield RunningService(url, client, process, servers or {}, log)
            finally:
                await _stop(process)
                await reading
        finally:
            await _stop(process)


def _headers(settings: Mapping[str, str]) -> dict[str, str]:
    key = settings.get("API_KEYS", "").partition(",")[0].partition("=")[2]
    return {"Authorization": f"Bearer {key}"} if key else {}


async def _listening(process: StartedProcess, log: list[str]) -> str:
    async with asyncio.timeout(_PATIENCE):
        async for line in process.output:
            log.append(line.decode(errors="replace").rstrip())
            if found := _LISTENING.search(log[-1]):
                return found[1]
    raise AssertionError("the service ended before it listened:\n" + "\n".join(log))


async def _read(process: StartedProcess, log: list[str]) -> None:
    async for line in process.output:  # the lines are wanted as they come
        log.append(line.decode(errors="replace").rstrip())  # noqa: PERF401 - the lines are wanted as they come


async def _stop(process: StartedProcess) -> None:
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGCONT)  # a test that froze it may have failed before it let it go on
        process.send_signal(signal.SIGTERM)
    try:
        async with asyncio.timeout(10):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
        raise AssertionError("the service did not end within 10 s of SIGTERM") from None
