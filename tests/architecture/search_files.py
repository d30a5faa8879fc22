"""Which files of the package one search with a model passes through: `python -m tests.architecture.search_files`.

The service runs in this process, with the Ollama double and two real MCP servers, over stdio and over HTTP;
`sys.setprofile` notes every function of the package that is called from the request to the whole answer.
"""

import asyncio
import json
import sys
import tempfile
import threading
from pathlib import Path
from types import FrameType
from typing import Any

import httpx

from agentic_search.api.app import create_app
from agentic_search.domain.data import JsonObject
from agentic_search.settings import Settings
from tests.support.mcp_processes import http_server
from tests.support.ollama_double import Model, OllamaDouble, written
from tests.support.service import stdio_entry

PACKAGE = Path(__file__).resolve().parents[2] / "agentic_search"
MOST_FILES = 75
ANSWER = "The first row is about it [1], the second too [2].\n\nNobody said this [9]."


def files_of_a_search() -> dict[str, set[str]]:
    """The functions that were called, by file, relative to the package."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_search(Path(folder)))


def _plan(number: int) -> JsonObject:
    rows: JsonObject = {"tool": "slow.rows", "arguments": {"n": 2 + number}}
    echo: JsonObject = {"tool": "web.echo", "arguments": {"text": f"{number} ${{t1[0].title}}"}}
    return {"tasks": [rows, echo]}


async def _search(folder: Path) -> dict[str, set[str]]:
    servers = folder / "mcp.json"
    async with OllamaDouble([Model("qwen3:8b")]) as ollama, http_server("--name", "web") as url:
        servers.write_text(json.dumps({"mcpServers": {"slow": stdio_entry(), "web": {"url": url}}}))
        settings = Settings(servers_file=servers, bundled_servers=False, ollama_host=ollama.url)
        app = create_app(settings)
        async with app.router.lifespan_context(app) as opened:
            state: dict[str, Any] = dict(opened or {})

            async def with_state(scope: Any, receive: Any, send: Any) -> None:
                await app({**scope, "state": {**state}}, receive, send)

            async with httpx.AsyncClient(transport=httpx.ASGITransport(with_state), base_url="http://test") as client:
                await state["service"].tools.settled(30)
                called: dict[str, set[str]] = {}
                for number in (
                    1,
                    2,
                ):  # the first does what is done once
                    ollama.enqueue(*written(json.dumps(_plan(number))))
                    ollama.enqueue(*written(ANSWER))
                    called = await _profiled(client)
    return called


async def _profiled(client: httpx.AsyncClient) -> dict[str, set[str]]:
    called: dict[str, set[str]] = {}

    def note(frame: FrameType, event: str, _: object) -> None:
        path = frame.f_code.co_filename
        if event == "call" and path.startswith(str(PACKAGE)):
            called.setdefault(str(Path(path).relative_to(PACKAGE)), set()).add(frame.f_code.co_qualname)

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        answer = await client.post("/search", json={"query": "What do the rows say?"}, timeout=60)
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    assert answer.status_code == 200 and answer.json()["planner"] == "model", answer.text
    return called


def main() -> None:
    """Print how many files and functions, by package."""
    called = files_of_a_search()
    functions = sum(map(len, called.values()))
    print(f"{functions} functions in {len(called)} files (at most {MOST_FILES})")
    by_folder: dict[str, list[str]] = {}
    for name in sorted(called):
        by_folder.setdefault(str(Path(name).parent), []).append(Path(name).stem)
    for folder, names in sorted(by_folder.items(), key=lambda item: -len(item[1])):
        print(f"{len(names):5d} {folder}: {', '.join(names)}")


if __name__ == "__main__":
    main()
