"""The service with 26 servers or more and 349 tools connected at once: memory, start, end, planning and its prompt.

The servers are those that tests/world installs, as far as they are installed, the bundled ones, and doubles with tools
as web APIs have them. A prompt's tokens are estimated as the service does it for a model that it does not know yet, and
counted by the tokenizer of the small model of tests/real_model, where that is set up.
"""

import argparse
import asyncio
import signal
import tempfile
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from agentic_search.models.budget import TokenEstimate
from benchmarks.doubles import processes
from benchmarks.report import median, print_report
from tests.real_model.engine import llama_server
from tests.real_model.set_up import RealModel, default_folder
from tests.support.ollama_double import Model, OllamaDouble
from tests.support.service import RunningService, running_service
from tests.world.crowd import crowd, entry
from tests.world.set_up import world
from tests.world.strangers import STRANGERS
from tests.world.surroundings import Surroundings, prepare

TOOLS = 349
_BUNDLED = 10
"""Tools of the bundled servers and of the service itself, as there are no documents' own."""
QUESTIONS = (
    "How do I run several coroutines at once in asyncio and wait for all of them?",
    "Who was Ada Lovelace?",
    "Which issues of the repository are about otters?",
    "Read the cells of the first sheet of the workbook",
    "What did we note about the meeting?",
    "Which orders are open, and which invoices are not paid?",
    "Find papers on the sleep of otters",
    "What time is it in Tokyo?",
)
_PATIENCE = 300
_POLL = 0.05


@dataclass(frozen=True, slots=True)
class Figures:
    """One start of the service with all servers, to its end."""

    servers: int
    tools: int
    answers: float
    """Seconds from its start until the service answers a request; no server is waited for."""
    ready: float
    """Seconds until every server is ready."""
    connected: float
    """Megabytes of the service itself, without its servers, when all are ready."""
    resident: float
    """The same after the questions, whose runs it keeps."""
    planning: float
    """Seconds that the plan of a question takes without a model, as the service tells it."""
    first: str
    """The tool that is called first for the README's question."""
    exit: float
    """Seconds from SIGTERM to its end."""


def entries(folder: Path) -> dict[str, Any]:
    """What stands in `mcpServers`: the installed servers of others, and doubles, those with the most tools first."""
    installed = world()
    it = Surroundings(installed, folder, "http://127.0.0.1:9/otters")
    servers = {} if installed.missing else {stranger.name: stranger.entry(it) for stranger in STRANGERS}
    free = TOOLS - _BUNDLED - sum(stranger.tools for stranger in STRANGERS if stranger.name in servers)
    for name, tools in sorted(crowd().items(), key=lambda each: -len(each[1])):
        if free > 0:
            free -= len(tools)
            servers[f"double_{name}"] = entry(name)
    return servers


async def measure(folder: Path, model: OllamaDouble) -> tuple[Figures, list[str]]:
    """Start, ask and stop the service; the figures, and the prompts for plans that it gave a model."""
    prepare(folder)
    began = time.perf_counter()
    async with running_service(
        folder, servers=entries(folder), bundled=True, ollama=model.url, forked=False
    ) as service:
        answers = time.perf_counter() - began
        servers = await _all_ready(service)
        ready = time.perf_counter() - began
        tools = (await service.client.get("/tools")).json()["tools"]
        pid = service.process.pid
        connected = processes.megabytes_now(pid)
        offline = [await service.ask(question, model="offline") for question in QUESTIONS]
        for question in QUESTIONS:
            await service.ask(question)
        resident = processes.megabytes_now(pid)
        ended = time.perf_counter()
        service.process.send_signal(signal.SIGTERM)
        await service.process.wait()
    figures = Figures(
        servers=servers,
        tools=len(tools),
        answers=answers,
        ready=ready,
        connected=connected,
        resident=resident,
        planning=median([run["timings"]["plan"] for run in offline]),
        first=offline[0]["plan"]["tasks"][0]["tool"],
        exit=time.perf_counter() - ended,
    )
    return figures, _planning_prompts(model)


async def _all_ready(service: RunningService) -> int:
    async with asyncio.timeout(_PATIENCE):
        while True:
            servers = (await service.client.get("/servers")).json()["servers"]
            if all(server["status"] in {"ready", "disabled"} for server in servers):
                return len(servers)
            await asyncio.sleep(_POLL)


def _planning_prompts(model: OllamaDouble) -> list[str]:
    """Of each request for a plan, the texts of its messages."""
    asked: list[Any] = [chat.body["messages"] for chat in model.chats if chat.body.get("format")]
    return ["\n".join(message["content"] for message in messages) for messages in asked]


@asynccontextmanager
async def _tokenizer(folder: Path) -> AsyncGenerator[str | None, None]:
    """The address of the small model's engine, where it is set up."""
    files = RealModel(default_folder())
    if files.missing:
        yield None
        return
    async with llama_server(files, folder / "engine") as engine:
        yield engine.url


async def _tokens(texts: Sequence[str], engine: str | None) -> str:
    if engine is None:
        return "not set up"
    async with httpx.AsyncClient() as client:
        counted = [(await client.post(f"{engine}/tokenize", json={"content": text})).json()["tokens"] for text in texts]
    return str(max(map(len, counted)))


async def report() -> list[dict[str, object]]:
    """The table."""
    processes.compile_package()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "service").mkdir()
        async with OllamaDouble([Model("qwen3:8b")]) as model, _tokenizer(folder) as engine:
            found, prompts = await measure(folder / "service", model)
            estimate = TokenEstimate()
            return [
                {
                    "servers": found.servers,
                    "tools": found.tools,
                    "seconds to the first answer": round(found.answers, 2),
                    "to all servers": round(found.ready, 1),
                    "MB connected": round(found.connected),
                    "MB after 16 runs": round(found.resident),
                    "plan without a model, ms": round(1_000 * found.planning, 1),
                    "asked first": found.first,
                    "first prompt, tokens estimated": estimate.count(prompts[0]),
                    "most counted": await _tokens(prompts, engine),
                    "documentation shown": sum("search_python_docs(" in prompt for prompt in prompts),
                    "SIGTERM to exit, s": round(found.exit, 2),
                }
            ]


def main() -> None:
    """Measure and report."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    print_report("many_servers", asyncio.run(report()))


if __name__ == "__main__":
    main()
