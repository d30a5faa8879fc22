"""All servers at once, the bundled ones among them: each is there, and the right one is asked."""

import pytest

from tests.world.conftest import BUNDLED
from tests.world.strangers import LISTENERS, STRANGERS
from tests.world.watching import Everywhere

pytestmark = pytest.mark.world


async def test_every_server_is_ready_and_no_tool_is_without_a_name_of_its_own(everywhere: Everywhere) -> None:
    servers = (await everywhere.service.client.get("/servers")).json()["servers"]
    ours = {each.name for each in (*STRANGERS, *LISTENERS)}
    states = {server["name"]: server["status"] for server in servers}
    assert states == {**dict.fromkeys(ours | {*BUNDLED}, "ready"), "web": "disabled"}  # which nobody has allowed
    told = (await everywhere.service.client.get("/tools")).json()
    names = [tool["name"] for tool in told["tools"]]
    assert len(names) == len({*names}) >= sum(each.tools for each in (*STRANGERS, *LISTENERS)) - len(told["unusable"])


async def test_the_readmes_question_asks_the_python_documentation_first(everywhere: Everywhere) -> None:
    question = "How do I run several coroutines at once in asyncio and wait for all of them?"
    run = await everywhere.service.ask(question, model="offline")
    assert run["plan"]["tasks"][0]["tool"] == "search_python_docs"
    assert run["tasks"][0]["status"] == "completed"


async def test_a_question_that_shares_no_word_with_a_tool_is_asked_of_searches_alone(everywhere: Everywhere) -> None:
    run = await everywhere.service.ask("Who was Ada Lovelace?", model="offline")
    tools = {tool["name"]: tool for tool in (await everywhere.service.client.get("/tools")).json()["tools"]}
    asked = [task["tool"] for task in run["plan"]["tasks"]]
    assert "search_python_docs" in asked
    assert all(any(word in name for word in ("search", "ask", "find")) for name in asked)
    assert all(tools[name]["read_only"] for name in asked if name in tools)
