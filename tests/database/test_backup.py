"""A backup of Postgres, as docs/operating.md says to make it, has the whole history when it is restored elsewhere."""

from pathlib import Path
from typing import Any

from tests.support.postgres import RunningPostgres
from tests.support.service import running_service, stdio_entry

PLAN: dict[str, Any] = {"tasks": [{"id": "find", "tool": "search_rows", "arguments": {"query": "lamp"}}]}


async def test_a_dump_that_is_made_while_the_service_runs_is_restored_whole(
    postgres: RunningPostgres, tmp_path: Path
) -> None:
    first, second = postgres.new_database(), postgres.new_database()
    dump = f"{second.rpartition('/')[2]}.dump"
    servers = {"slow": stdio_entry()}
    async with running_service(tmp_path, servers=servers, settings={"DATABASE_URL": first}) as running:
        await running.ready_servers("slow")
        run = await running.ask("Where is the lamp?", plan=PLAN, model="offline")
        report, events = await running.report(run["id"]), await running.events(run["id"])
        postgres.run("pg_dump", "--format=custom", f"--file={dump}", first)
    postgres.run("pg_restore", "--no-owner", f"--dbname={second}", dump)
    async with running_service(tmp_path, settings={"DATABASE_URL": second}) as running:
        assert await running.report(run["id"]) == report
        assert await running.events(run["id"]) == events
        found = (await running.client.get("/runs", params={"q": "lamps"})).json()["runs"]
        assert [each["id"] for each in found] == [run["id"]]
