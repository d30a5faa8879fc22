"""Resources of real servers: found by name, read, followed from links; kept as long as their server says."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import cast

import pytest

from agentic_search.clock import SystemClock
from agentic_search.domain.data import JsonObject
from agentic_search.domain.outcome import ToolResult
from agentic_search.errors import ToolFailed
from agentic_search.tools.config.server_config import ToolRules
from agentic_search.tools.pool import ToolPool
from tests.support.clock import FakeClock, turning
from tests.support.mcp_processes import (
    PATIENCE,
    asking_server,
    at_url,
    reading_http_server,
    reading_server,
    scripted_server,
    unheard,
    until,
)

SERVERS = ("stdio", "stdio_legacy", "http", "http_legacy")
every_server = pytest.mark.parametrize("server", SERVERS)


@pytest.fixture(scope="module")
async def pool() -> AsyncGenerator[ToolPool]:
    """One pool with all servers, ready, and their resources listed."""
    async with reading_http_server() as modern, reading_http_server("--legacy") as legacy:
        servers = [
            reading_server("stdio"),
            reading_server("stdio_legacy", "--legacy"),
            at_url(modern, "http"),
            at_url(legacy, "http_legacy"),
            reading_server("denied", rules=ToolRules(deny=("read_*",))),
            reading_server("kept", "--keep", "3600"),
            reading_server("kept_legacy", "--keep", "3600", "--legacy"),
            asking_server("without"),
        ]
        async with ToolPool(servers, clock=SystemClock()) as pool:
            await pool.settled(PATIENCE)
            wanted = {*SERVERS, "kept", "kept_legacy"}
            await until(pool, lambda: wanted <= {each.server for each in pool.resources()})
            yield pool


async def call(pool: ToolPool, tool: str, *globs: str, **arguments: str) -> ToolResult:
    """Call a tool in a request that may use these."""
    return await pool.call(tool, dict(arguments), timeout=PATIENCE, on_progress=unheard, globs=globs)


async def servers_of(pool: ToolPool, query: str, *globs: str) -> set[str]:
    """Whose resources are found."""
    return {str(each["server"]) for each in await found(pool, query, *globs)}


async def found(pool: ToolPool, query: str, *globs: str) -> Sequence[JsonObject]:
    """What is found of these words."""
    return cast("list[JsonObject]", (await call(pool, "find_resources", *globs, query=query)).value)


@every_server
async def test_a_resource_is_found_by_its_name_and_read(pool: ToolPool, server: str) -> None:
    [red, *_] = await found(pool, "the red lamp", f"{server}.*", "*_resources")
    assert (red["uri"], red["server"], red["title"]) == ("notes://lamps/red", server, "The red lamp")
    result = await call(pool, "read_resource", server=server, uri=str(red["uri"]))
    assert "The red lamp costs 4 euros" in result.text
    assert [passage.url for passage in result.passages] == ["notes://lamps/red"]


@every_server
async def test_a_template_is_found_and_its_address_filled_in(pool: ToolPool, server: str) -> None:
    [chairs] = await found(pool, "chairs", f"{server}.*", "*_resources")
    assert (chairs["uri"], chairs["is_template"]) == ("notes://chairs/{colour}", True)
    result = await call(pool, "read_resource", server=server, uri="notes://chairs/blue")
    assert result.value == "The blue chair is here."


@every_server
async def test_a_link_in_a_result_can_be_followed(pool: ToolPool, server: str) -> None:
    links = cast("list[JsonObject]", (await call(pool, f"{server}.links")).value)
    result = await call(pool, "read_resource", server=server, uri=str(links[0]["uri"]))
    assert result.value == "The green chair is here."


@every_server
async def test_what_is_no_text_is_named(pool: ToolPool, server: str) -> None:
    result = await call(pool, "read_resource", server=server, uri="notes://lamps/picture")
    assert "image/png" in result.text


@every_server
async def test_a_resource_that_is_not_there_is_a_failure_that_says_so(pool: ToolPool, server: str) -> None:
    with pytest.raises(ToolFailed, match="notes://nowhere"):
        await call(pool, "read_resource", server=server, uri="notes://nowhere")


@every_server
async def test_a_change_of_the_list_is_seen(pool: ToolPool, server: str) -> None:
    await call(pool, f"{server}.add_table", name=server)
    await until(pool, lambda: any(each.uri == f"notes://tables/{server}" for each in pool.resources()))


async def test_what_is_found_is_only_what_has_the_words(pool: ToolPool) -> None:
    assert await found(pool, "a giraffe") == []


async def test_a_request_finds_and_reads_only_what_servers_have_whose_tools_it_may_use(pool: ToolPool) -> None:
    assert await servers_of(pool, "lamp", "stdio.*", "find_resources") == {"stdio"}
    with pytest.raises(ToolFailed, match="resources of 'http' are not among the tools that this request may use"):
        await call(pool, "read_resource", "stdio.*", "read_resource", server="http", uri="notes://lamps/red")
    assert len(await servers_of(pool, "lamp", "find_resources")) > 1


async def test_the_operators_rules_hold_for_resources(pool: ToolPool) -> None:
    assert "denied" not in await servers_of(pool, "lamp")
    with pytest.raises(ToolFailed, match="servers file does not let read_resource be used with 'denied'"):
        await call(pool, "read_resource", server="denied", uri="notes://lamps/red")


async def test_which_server_is_meant_must_be_clear(pool: ToolPool) -> None:
    with pytest.raises(ToolFailed, match=r"give 'server', one of http, http_legacy, kept, kept_legacy, stdio, stdio_l"):
        await call(pool, "read_resource", uri="notes://lamps/red")
    result = await call(pool, "read_resource", "http.*", "read_resource", uri="notes://lamps/red")
    assert "4 euros" in result.text


async def test_contents_are_kept_as_long_as_their_server_says(pool: ToolPool) -> None:
    async def read_twice(server: str) -> bool:
        await call(pool, "read_resource", server=server, uri="notes://lamps/red")
        return (await call(pool, "read_resource", server=server, uri="notes://lamps/red")).cached

    assert await read_twice("kept")
    assert not await read_twice("stdio")  # which says: not at all
    assert await read_twice("kept_legacy")  # which cannot say anything: as results of tools


async def test_the_tools_are_there_only_while_there_is_something_to_read() -> None:
    async with ToolPool([asking_server("without")], clock=SystemClock()) as pool:
        await pool.settled(PATIENCE)
        assert pool.catalog().get("read_resource") is None
    async with ToolPool([reading_server("with")], clock=SystemClock()) as pool:
        await until(pool, lambda: pool.catalog().get("read_resource") is not None)
        tool = pool.catalog().get("find_resources")
        assert tool is not None
        assert tool.read_only


async def test_one_bad_resource_costs_itself_and_a_list_without_end_ends() -> None:
    async with ToolPool([scripted_server("odd", "odd_resources")], clock=SystemClock()) as pool:
        async with asyncio.timeout(PATIENCE):
            await until(pool, lambda: bool(pool.resources()))
        assert [each.uri for each in pool.resources()] == ["notes://good", "notes://also-good"]


async def test_a_list_is_asked_for_again_when_it_is_too_old() -> None:
    clock = FakeClock()
    async with ToolPool([reading_server("kept", "--keep", "3600")], clock=clock) as pool:
        await turning(clock, lambda: bool(pool.resources()))
        arguments: JsonObject = {"name": "new", "silently": True}
        await pool.call("add_table", arguments, timeout=PATIENCE, on_progress=unheard)
        clock.advance(3_000.0)
        await asyncio.sleep(0.2)
        assert not _is_listed(pool)
        clock.advance(600.0)
        await turning(clock, lambda: _is_listed(pool))


def _is_listed(pool: ToolPool) -> bool:
    return any(each.uri == "notes://tables/new" for each in pool.resources())
