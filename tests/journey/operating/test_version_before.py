"""A database that version 1 of its tables left is opened by today's service, with all that is in it."""

from pathlib import Path
from typing import Any

from agentic_search.database.address import DatabaseAddress
from tests.support.databases import lasting
from tests.support.mcp_processes import events as written
from tests.support.service import RunningService, running_service, stdio_entry
from tests.support.version1 import BIG_LAMP, DELETED, GERMAN, KILLED, LAMP, LAMPS, WAITED, write_version1

__all__ = ["lasting"]


async def get(running: RunningService, path: str, **params: str) -> Any:
    """The answer of a GET, which is 200."""
    response = await running.client.get(path, params=params)
    assert response.status_code == 200, response.text
    return response.json()


async def found(running: RunningService, text: str) -> list[str]:
    """The ids of the runs in which the text is found."""
    return [run["id"] for run in (await get(running, "/runs", q=text))["runs"]]


async def test_a_database_of_version_1_is_shown_whole_and_goes_on(lasting: DatabaseAddress, tmp_path: Path) -> None:
    write_version1(lasting)
    url = str(lasting.postgres.render_as_string()) if lasting.postgres else f"sqlite:///{lasting.file}"
    servers = {"slow": stdio_entry("--log", str(tmp_path / "calls"))}
    for _ in range(2):  # as it is migrated, and when it has been
        async with running_service(tmp_path, servers=servers, settings={"DATABASE_URL": url}) as running:
            await running.ready_servers("slow")
            await assert_history_is_shown(running)
            await assert_unfinished_have_ended(running)
    async with running_service(tmp_path, servers=servers, settings={"DATABASE_URL": url}) as running:
        await running.ready_servers("slow")
        assert written(tmp_path / "calls") == []
        again = await running.client.post(f"/runs/{BIG_LAMP}/synthesize", headers={"Prefer": "respond-async"})
        assert (await running.events(again.json()["id"]))[-1].event == "run.completed"
        plan = {"tasks": [{"id": "find", "tool": "search_rows", "arguments": {"query": "lamp"}}]}
        new = await running.ask("And the third lamp?", plan=plan, model="offline", thread_id=LAMPS)
        assert new["status"] == "completed" and await found(running, "third lamps") == [new["id"]]
        assert (await get(running, "/threads"))["threads"][0]["id"] == LAMPS


async def assert_history_is_shown(running: RunningService) -> None:
    """The lists, the conversation, the reports, the events, and what is found by words."""
    listed = {run["id"]: run for run in (await get(running, "/runs"))["runs"]}
    assert list(listed) == [WAITED, KILLED, GERMAN, BIG_LAMP, LAMP]
    assert (listed[BIG_LAMP]["status"], listed[BIG_LAMP]["query"]) == ("partial", "And the big lamp?")
    threads = {each["id"]: each["title"] for each in (await get(running, "/threads"))["threads"]}
    assert threads[LAMPS] == "Lamps of the house" and "Wer schrieb über Größe?" in threads.values()
    assert [run["id"] for run in (await get(running, f"/threads/{LAMPS}"))["runs"]] == [LAMP, BIG_LAMP]
    report = await running.report(LAMP)
    assert report["answer"].startswith("**What the rows say of lamp** [1]") and report["sources"][0]["id"] == 1
    assert len(report["tasks"][1]["result"]) == len((await running.report(BIG_LAMP))["tasks"][0]["result"]) == 60
    assert "no such lamp" in (await running.report(BIG_LAMP))["tasks"][1]["error"]
    assert (await running.report(GERMAN))["tasks"][0]["result"] == "größer 🚀"
    for run_id, last in ((LAMP, 23), (BIG_LAMP, 23), (GERMAN, 19)):
        told = await running.events(run_id)
        assert [int(message.id) for message in told] == [*range(1, last + 1)]
        assert told[-1].event == "run.completed"
    assert await found(running, "lamps") == [BIG_LAMP, LAMP]
    assert await found(running, "wer schrieb") == await found(running, "größe") == [GERMAN]
    assert (await running.client.get(f"/runs/{DELETED}")).status_code == 404


async def assert_unfinished_have_ended(running: RunningService) -> None:
    """Version 1 kept no steps: what went on would make calls again that may change something."""
    for run_id, last in ((KILLED, 12), (WAITED, 2)):
        told = await running.events(run_id)
        assert [int(message.id) for message in told] == [*range(1, last + 1)]
        assert told[-1].event == "run.failed" and told[-1].data["data"]["code"] == "interrupted"
    assert (await running.report(KILLED))["tasks"][0]["result"][0]["title"] == "The row found"
