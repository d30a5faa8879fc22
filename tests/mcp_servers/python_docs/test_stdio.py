"""The server as a program of its own, over stdio, with its worker processes: started, asked, killed, started again."""

import asyncio
import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncGenerator, Generator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from mcp import Client, StdioServerParameters

from agentic_search.mcp_servers.fulltext import Index
from tests.mcp_servers.python_docs.small_pythons import install, uninstall

PATIENCE = 270.0
"""Seconds; two servers build the whole index, and the machine may be busy."""
COMMAND = [sys.executable, "-m", "agentic_search.mcp_servers.python_docs"]
ROOT = Path(__file__).parents[3]
QUESTION = "How do I run several coroutines at once in asyncio and wait for all of them?"
INDEX_NAME = """
import sys
from agentic_search.mcp_servers.python_docs.installed.interpreter import this_interpreter
print(this_interpreter(sys.path[1:]).index_name)
"""


def environment(cache: Path, *folders: Path) -> dict[str, str]:
    """Of a server with these folders on its search path, which looks for changes at every question."""
    return {
        "AGENTIC_SEARCH_CACHE": str(cache),
        "AGENTIC_SEARCH_PYTHON_DOCS_RECHECK": "0",
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(map(str, (*folders, ROOT))),
    }


def index_path(environment: dict[str, str]) -> Path:
    """Where a server of this environment keeps its index."""
    name = subprocess.run([sys.executable, "-c", INDEX_NAME], env=environment, stdout=subprocess.PIPE, check=True)
    return Path(environment["AGENTIC_SEARCH_CACHE"]) / name.stdout.decode().strip()


@asynccontextmanager
async def connected(environment: dict[str, str]) -> AsyncGenerator[Client]:
    """A client of a server process."""
    server = StdioServerParameters(command=COMMAND[0], args=COMMAND[1:], env=environment)
    async with asyncio.timeout(PATIENCE), Client(server) as client:
        yield client


@contextmanager
def process(environment: dict[str, str]) -> Generator[subprocess.Popen[str]]:
    """A server process to be spoken to line by line."""
    pipe = subprocess.PIPE
    with subprocess.Popen(COMMAND, env=environment, text=True, stdin=pipe, stdout=pipe, stderr=pipe) as server:
        try:
            yield server
        finally:
            server.kill()


def say(server: subprocess.Popen[str], method: str, number: int | None = None, **params: Any) -> None:
    """One JSON-RPC message; a request where it has a number."""
    assert server.stdin is not None
    message = {"jsonrpc": "2.0", "method": method, "params": params} | ({} if number is None else {"id": number})
    server.stdin.write(json.dumps(message) + "\n")
    server.stdin.flush()


def start_asking(server: subprocess.Popen[str]) -> Iterator[dict[str, Any]]:
    """Ask a question that waits for the index; what the server sends meanwhile."""
    assert server.stdout is not None
    about = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
    say(server, "initialize", 1, **about)
    say(server, "notifications/initialized")
    say(server, "tools/list", 2)
    question = {"name": "search_python_docs", "arguments": {"query": QUESTION}, "_meta": {"progressToken": 3}}
    say(server, "tools/call", 3, **question)
    return map(json.loads, server.stdout)


def wait_until_mid_build(server: subprocess.Popen[str]) -> tuple[list[int], list[int]]:
    """Until some packages are ready but not all.

    Gives the numbers of the requests that were answered before, and how nice the workers were that were seen at work.
    """
    answered: list[int] = []
    nice: list[int] = []
    for message in start_asking(server):
        nice += priorities_of_workers(server.pid)
        if "id" in message:
            answered.append(message["id"])
        elif message["method"] == "notifications/progress" and message["params"]["progress"] >= 3:
            return answered, nice
    raise AssertionError("the server ended by itself")


def priorities_of_workers(server: int) -> list[int]:
    """How much nicer than the server each worker process is that has begun to work, where the system tells."""
    found: list[int] = []
    usual = os.getpriority(os.PRIO_PROCESS, server)
    for children in Path(f"/proc/{server}/task").glob("*/children"):
        for pid in children.read_text().split():
            with contextlib.suppress(ProcessLookupError, FileNotFoundError):
                if b"workers.child" in Path(f"/proc/{pid}/cmdline").read_bytes():
                    found.append(os.getpriority(os.PRIO_PROCESS, int(pid)) - usual)
    return [niceness for niceness in found if niceness > 0]


async def search(client: Client, query: str, **arguments: Any) -> dict[str, Any]:
    """The structured result."""
    result = await client.call_tool("search_python_docs", {"query": query, **arguments})
    assert result.structured_content is not None, result
    return result.structured_content


def test_the_end_of_standard_input_ends_the_server_and_its_low_priority_workers_mid_build(tmp_path: Path) -> None:
    with process(environment(tmp_path)) as server:
        answered, nice = wait_until_mid_build(server)
        assert answered == [1, 2]
        assert not Path("/proc").is_dir() or min(nice) >= 10
        # Workers share the server's standard error: it ends when the last of them has.
        _, errors = server.communicate(timeout=PATIENCE)
        assert (server.returncode, errors) == (0, "")


async def search_when_complete(client: Client) -> dict[str, Any]:
    """Ask until the standard library is indexed: a busy machine takes longer than a server lets one wait."""
    while "stdlib" in (answer := await search(client, QUESTION))["missing"]:
        pass
    return answer


async def test_after_being_killed_mid_build_two_servers_finish_the_index_together(
    tmp_path: Path, standard_index: Index
) -> None:
    surroundings = environment(tmp_path)
    with process(surroundings) as server:
        await asyncio.to_thread(wait_until_mid_build, server)
        server.kill()
        await asyncio.to_thread(server.communicate, timeout=PATIENCE)
    async with connected(surroundings) as one, connected(surroundings) as two:
        async with asyncio.TaskGroup() as group:
            answers = [group.create_task(search_when_complete(client)) for client in (one, two)]
        for answer in answers:
            titles = [result["title"] for result in answer.result()["results"][:5]]
            assert {"asyncio.gather", "asyncio.TaskGroup", "asyncio.wait"} <= set(titles)
            assert "stdlib" not in answer.result()["missing"]
    with Index(index_path(surroundings)) as index:
        standard = {group: count for group, count in index.counts().items() if group.startswith("python/")}
        assert standard == standard_index.counts()


async def test_an_installed_package_is_found_while_it_is_there_and_as_it_is(
    tmp_path: Path, standard_index_path: Path
) -> None:
    site = tmp_path / "site"
    install(site, "frobnicator", "1.0", {"frobnicator.py": "def old():\n    '''Frobnicate gently.'''"})
    surroundings = environment(tmp_path / "cache", site)
    path = await asyncio.to_thread(index_path, surroundings)
    path.parent.mkdir()
    shutil.copy(standard_index_path, path)
    async with connected(surroundings) as client:
        first = await search(client, "frobnicate", package="frobnicator")
        assert first["results"][0]["title"] == "frobnicator.old"
        install(site, "frobnicator", "2.0", {"frobnicator.py": "def new():\n    '''Frobnicate hard.'''"})
        second = await search(client, "frobnicate", package="frobnicator")
        assert second["results"][0]["title"] == "frobnicator.new"
        assert "frobnicator.old" not in [result["title"] for result in second["results"]]
        uninstall(site / "frobnicator-2.0.dist-info")
        third = await search(client, "frobnicate gently or hard")
        assert not [result for result in third["results"] if result["package"] == "frobnicator"]


def test_a_closed_server_prints_nothing_of_its_own(tmp_path: Path) -> None:
    ended = subprocess.run(
        COMMAND, env=environment(tmp_path), input="", capture_output=True, text=True, timeout=PATIENCE
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


def test_a_setting_that_is_no_number_is_refused_at_the_start(tmp_path: Path) -> None:
    surroundings = environment(tmp_path) | {"AGENTIC_SEARCH_PYTHON_DOCS_RECHECK": "soon"}
    ended = subprocess.run(COMMAND, env=surroundings, input="", capture_output=True, text=True, timeout=PATIENCE)
    assert ended.returncode != 0
    assert "AGENTIC_SEARCH_PYTHON_DOCS_RECHECK" in ended.stderr
