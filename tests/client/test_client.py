"""A Python program as a user: over HTTP, and with the service in its own process, it sees the same."""

import json
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from agentic_search import Client, open_service
from agentic_search.client.exchange import NoService, ServiceProblem
from agentic_search.client.local import settled
from agentic_search.client.options import QuestionOptions
from agentic_search.domain.query import Query
from agentic_search.settings import Settings
from tests.support.service import NOBODY, running_service, stdio_entry

PLAN = {"tasks": [{"id": "t1", "tool": "rows", "arguments": {"n": 2}}]}


@pytest.fixture(scope="module", params=["HTTP", "this process"])
async def client(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Client]:
    """A client of a service with one server, both ways."""
    folder, servers = tmp_path_factory.mktemp("service"), {"slow": stdio_entry()}
    if request.param == "HTTP":
        async with running_service(folder, servers=servers) as running, Client(running.url) as client:
            yield client
    else:
        (folder / "mcp.json").write_text(json.dumps({"mcpServers": servers}))
        settings = Settings(
            servers_file=folder / "mcp.json", data=folder, bundled_servers=False, ollama_host=NOBODY, log_level="error"
        )
        async with open_service(settings) as client:
            yield client


async def test_a_question_is_answered_and_its_run_is_found_again(client: Client) -> None:
    run = await client.search("What do the rows say?", plan=PLAN)
    assert run.status == "completed" and run.tasks[0].result
    assert await client.run(run.id) == run
    assert (await client.runs(q="rows", limit=1)).runs[0].id == run.id
    assert (await client.task(run.id, "t1")).result == run.tasks[0].result
    assert (await client.export(run.id)).startswith("# What do the rows say?")
    again = await client.synthesize(run.id, model="offline", instructions="Be brief.")
    assert (again.retry_of, again.thread_id, again.instructions) == (run.id, run.thread_id, "Be brief.")
    assert (await client.threads()).threads[0].id == run.thread_id
    assert (await client.thread(run.thread_id)).run_count == 2


async def test_a_question_in_bytes_that_are_no_text_is_asked(client: Client) -> None:
    """As a terminal's input in another encoding, or a file's, is given to a program."""
    asked = b"What do the caf\xe9 rows say?".decode(errors="surrogateescape")
    run = await client.search(asked, plan=PLAN)
    assert (run.status, run.query) == ("completed", "What do the caf\ufffd rows say?")


async def test_events_come_while_the_run_goes_on_and_from_any_number_on(client: Client) -> None:
    kinds, run_id = list[str](), ""
    async for event in client.stream("What do the rows say?", plan=PLAN):
        if event.type == "run.started":
            assert (await client.run(event.run_id)).query == "What do the rows say?"
        kinds.append(event.type)
        run_id = event.run_id
    assert kinds[0] == "run.started" and kinds[-1] == "run.completed"
    assert [event.type async for event in client.events(run_id, after=3)] == kinds[3:]


async def test_a_run_is_stopped_deleted_and_brought_back(client: Client) -> None:
    waiting = {"tasks": [{"id": "t1", "tool": "sleep_for", "arguments": {"seconds": 60}}]}
    started = await client.start("Sleep", plan=waiting)
    async for event in client.events(started.id):
        if event.type == "task.started":
            await client.cancel(started.id)
    assert (await client.wait(started.id)).status == "cancelled"
    with pytest.raises(ServiceProblem, match="ended"):
        await client.approve(started.id, "t1")
    deleted = await client.delete(started.id)
    assert deleted.id == started.id
    assert (await client.restore(started.id)).id == started.id


async def test_what_there_is_can_be_listed(client: Client) -> None:
    await settled(client, within=30)
    assert "rows" in {tool.name for tool in (await client.tools()).tools}
    assert [server.name for server in (await client.servers()).servers] == ["slow"]
    assert (await client.models()).writer is None
    assert (await client.health()).status == "ok" and (await client.ready()).ready
    assert (await client.workflows()).workflows == ()


async def test_a_refusal_is_an_error_that_holds_what_the_service_said(client: Client) -> None:
    with pytest.raises(ServiceProblem, match="refused") as refused:
        await client.search("Anything", plan={"tasks": [{"tool": "rowz", "arguments": {"n": 1}}]})
    assert refused.value.status == 422 and refused.value.problem.run_id
    with pytest.raises(ServiceProblem) as unknown:
        await client.run("nowhere")
    assert (unknown.value.status, unknown.value.code) == (404, "not_found")
    with pytest.raises(ServiceProblem):
        _ = [event async for event in client.events("nowhere")]


async def test_a_run_of_a_service_that_is_gone_says_where_it_was_looked_for() -> None:
    async with Client(NOBODY) as client:
        with pytest.raises(NoService, match=f"Nothing answers at {NOBODY}"):
            await client.search("Anything")


def test_a_question_takes_every_option_that_a_request_has() -> None:
    assert set(QuestionOptions.__annotations__) == set(Query.model_fields) - {"query"}
    assert Path(__import__("agentic_search").__file__).with_name("py.typed").exists()
