"""Processes on one Postgres call one MCP server together: its rate, its pauses and its failures are those of all."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import psycopg

from tests.support.busy_server import busy_server
from tests.support.doorman import Doorman
from tests.support.postgres import RunningPostgres
from tests.support.service import RunningService, running_service, stdio_entry

CALL = "tools/call"
RATE = 10


@asynccontextmanager
async def two_processes(
    folder: Path, database: str, *, more: dict[str, Any] | None = None
) -> AsyncGenerator[tuple[Doorman, RunningService, RunningService]]:
    """A server that counts its calls, and two processes that carry runs out, each with another server beside it."""
    async with AsyncExitStack() as stack:
        doorman = await stack.enter_async_context(busy_server())
        servers = {"busy": {"url": doorman.url, "cache": False, **(more or {})}, "own": stdio_entry()}
        start = [
            stack.enter_async_context(running_service(folder, servers=servers, settings={"DATABASE_URL": database}))
            for _ in range(2)
        ]
        one, other = [await each for each in start]
        for each in (one, other):
            await each.ready_servers("busy", "own")
        yield doorman, one, other


def plan(*texts: str) -> dict[str, Any]:
    """One call of `busy` for each text, all at once."""
    return {"tasks": [{"tool": "busy.echo", "arguments": {"text": text}} for text in texts]}


def row(database: str, what: str) -> Any:
    """Of the server `busy`, as Postgres has it; none where there is none."""
    with psycopg.connect(database) as connection:
        found = connection.execute(f"SELECT {what} FROM shared_rates WHERE server = 'busy'".encode()).fetchone()
    return found and found[0]


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 - of other processes
            await asyncio.sleep(0.05)


async def test_two_processes_together_keep_the_rate_of_a_server(tmp_path: Path, postgres: RunningPostgres) -> None:
    database = postgres.new_database()
    limited = {"rateLimit": f"{RATE}/h"}
    async with two_processes(tmp_path, database, more=limited) as (doorman, one, other):
        texts = [[f"{name} {number}" for number in range(RATE - 2)] for name in ("one", "other")]
        runs = [
            await each.begin("?", plan=plan(*of), model="offline") for each, of in zip((one, other), texts, strict=True)
        ]
        waiting = "(SELECT count(*) FROM unnest(begun) AS each WHERE each > extract(epoch FROM now()) + 60)"
        await until(lambda: row(database, waiting) == RATE - 4)
        await until(lambda: doorman.let_in.count(CALL) >= RATE)
        assert doorman.let_in.count(CALL) == RATE
        for each, run_id in zip((one, other), runs, strict=True):
            await each.client.post(f"/runs/{run_id}/cancel")
            await each.events(run_id)
        assert doorman.let_in.count(CALL) == RATE


async def test_what_one_process_finds_out_of_a_server_holds_in_the_other(
    tmp_path: Path, postgres: RunningPostgres
) -> None:
    database = postgres.new_database()
    rules = {"retries": 0, "breaker": {"failures": 2, "seconds": 600}}
    async with two_processes(tmp_path, database, more=rules) as (doorman, one, other):
        doorman.shaky = 1
        failed = await one.client.post("/search", json={"query": "?", "plan": plan("a", "b"), "model": "offline"})
        assert failed.json()["run_id"]
        await other.ready_servers("busy", are="unavailable")
        assert doorman.let_in.count(CALL) == 2
        [busy, _] = (await other.client.get("/servers")).json()["servers"]
        assert "its last 2 attempts failed" in busy["error"]
        refused = await other.client.post("/search", json={"query": "?", "plan": plan("c"), "model": "offline"})
        assert not refused.is_success, refused.text
        assert doorman.let_in.count(CALL) == 2

    async with two_processes(tmp_path, postgres.new_database()) as (doorman, one, other):
        doorman.refusals[CALL] = ["600"]
        held = [await one.begin("?", plan=plan("a"), model="offline")]
        told = await one.events(held[0], until="server.slowed")
        assert told[-1].data["data"]["wait"] == 600
        await until(lambda: any("asked another process for fewer calls" in line for line in other.log))
        free = {"tool": "own.no_op"}
        held.append(await other.begin("?", plan={"tasks": [*plan("b")["tasks"], free]}, model="offline"))
        await other.events(held[1], until="task.completed")
        [task, _] = (await other.report(held[1]))["tasks"]
        assert task["status"] == "queued"
        assert (doorman.turned_away, doorman.let_in.count(CALL)) == ([CALL], 0)
        for each, run_id in zip((one, other), held, strict=True):
            await each.client.post(f"/runs/{run_id}/cancel")
