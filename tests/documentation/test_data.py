"""The data of README and documentation: each block is taken by what reads such data, or is what the service writes."""

import asyncio
import json
import re
import subprocess
import tomllib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest
import yaml

from agentic_search.api.schemas import EventMessage
from agentic_search.domain.data import Frozen
from agentic_search.domain.receipt.contacts import Receipt
from agentic_search.settings import TOML_FILE, Settings
from tests.browser.conftest import program
from tests.documentation.blocks import Block, blocks, each
from tests.support.service import RunningService
from tests.tools.config.reading import ENVIRONMENT, read

pytestmark = pytest.mark.timeout(600)  # a page shows several commands

DATA = ("json", "jsonc", "yaml", "toml", "text", "js")
QUESTION = "How do I run several coroutines at once in asyncio and wait for all of them?"
FILLED_IN = {
    **ENVIRONMENT,
    "WIKI_TOKEN": "token-1234",
    "ROBOT_SECRET": "secret-1234",
    "NOTES_URL": "https://notes.example",
}
OF_GOOSE_ITSELF = "it is a part of Goose"
AS_MILLISECONDS = re.compile(r'"timeout": \d+ is read as milliseconds')
ASKED = """
tasks:
  - {id: asked, tool: stock_of, for_each: "${inputs.places}", arguments: {inventory: "${item}", article: lamp}}
"""


@dataclass(frozen=True, slots=True)
class World:
    """What a block is given to."""

    block: Block
    service: RunningService
    folder: Path
    """Empty."""
    workflows: Path
    """The service's folder of workflows."""

    @property
    def json(self) -> Any:
        """What the block says."""
        return json.loads(self.block.text)


async def is_a_servers_file(world: World) -> None:
    """Every server of it can be used, and there is nothing to warn of, but of what its host means otherwise."""
    servers = read(world.folder, world.block.text, FILLED_IN)
    assert servers
    for server in servers.values():
        assert not server.problem or OF_GOOSE_ITSELF in server.problem, server
        assert server.disabled or all(AS_MILLISECONDS.match(warning) for warning in server.warnings), server


async def is_a_search(world: World) -> None:
    """It is answered."""
    run = (await world.service.client.post("/search", json=world.json)).json()
    assert run["status"] == "completed", run


async def is_an_answer(world: World) -> None:
    """An answer has all that is shown, of the same kinds."""
    fits(world.json, await world.service.ask(QUESTION, model="offline"))


async def is_a_standing_question(world: World) -> None:
    """It is taken."""
    made = await world.service.client.post("/schedules", json=world.json)
    assert made.status_code == 201, made.text
    await world.service.client.delete(f"/schedules/{made.json()['id']}")


async def is_a_line_of_the_log(world: World) -> None:
    """The log has one with all that is shown."""
    await world.service.ask("What was written?", plan={"tasks": [{"tool": "rows", "arguments": {"n": 1}}]})
    lines = [json.loads(line) for line in world.service.log if line.startswith("{")]
    shown = world.json
    fits(shown, next(line for line in lines if line.get("task_id") and line["logger"] == shown["logger"]))


async def is_scraped(world: World) -> None:
    """What Prometheus is told to ask answers; which keys it has is Prometheus' own."""
    (job,) = yaml.safe_load(world.block.text)["scrape_configs"]
    assert job.keys() == {"job_name", "authorization", "static_configs"}
    assert job["static_configs"] == [{"targets": ["localhost:8023"]}]
    assert "agentic_search_build_info" in (await world.service.client.get("/metrics")).text


async def is_an_endpoint_of_openai(world: World) -> None:
    """A client that is told so has these models, and what it adds to a request is taken."""
    (endpoint,) = yaml.safe_load(world.block.text)["endpoints"]["custom"]
    base = endpoint["baseURL"].removeprefix("http://localhost:8023")
    known = {model["id"] for model in (await world.service.client.get(f"{base}/models")).json()["data"]}
    models = endpoint["models"]["default"]
    assert known >= {*models}
    body = {"model": models[-1], "messages": [{"role": "user", "content": QUESTION}], **endpoint["addParams"]}
    completion = (await world.service.client.post(f"{base}/chat/completions", json=body)).json()
    assert "**Sources**" in completion["choices"][0]["message"]["content"]


async def is_a_workflow(world: World) -> None:
    """It runs."""
    text = world.block.text.replace("name: search-and-read", "name: documented")
    (world.workflows / "documented.yaml").write_text(text)
    run = await world.service.ask(QUESTION, workflow="documented", inputs={"hits": 1})
    assert run["status"] == "completed", run


async def adds_up_what_was_found(world: World) -> None:
    """It is a task of a workflow whose task before it finds something in several places."""
    text = f"inputs:\n  places: {{type: array, default: [Cork, Jena]}}{ASKED}{world.block.text}"
    (world.workflows / "added-up.yaml").write_text(text)
    run = await world.service.ask("How many lamps are there?", workflow="added-up")
    assert run["tasks"][-1]["result"]["exact"] is True, run


async def is_the_settings_file(world: World) -> None:
    """The settings have all that it says."""
    (world.folder / TOML_FILE).write_text(world.block.text)
    profiles = Settings().profiles
    for name, profile in tomllib.loads(world.block.text)["profiles"].items():
        assert profiles[name].model_dump() == profile


async def is_javascript(world: World) -> None:
    """node can read it. It is not run: AG-UI's client is at npm; tests/api/protocols asks by the one of PyPI."""
    file = world.folder / "shown.mjs"
    file.write_text(world.block.text)
    await asyncio.to_thread(subprocess.run, [program("node"), "--check", file], check=True)


def has_the_form_of(model: type[Frozen]) -> Callable[[World], Awaitable[None]]:
    """It is one of these, whole."""

    async def is_one(world: World) -> None:
        assert model.model_validate(world.json).model_dump(mode="json") == world.json

    return is_one


TAKEN_BY: Mapping[str, Callable[[World], Awaitable[None]]] = {
    "README.md#ask-2": is_an_answer,
    "README.md#add-your-tools-2": is_a_servers_file,
    "docs/api.md#the-receipt": has_the_form_of(Receipt),
    "docs/api.md#standing-questions": is_a_standing_question,
    "docs/api.md#a-plan-of-your-own": is_a_search,
    "docs/clients.md#librechat": is_an_endpoint_of_openai,
    "docs/clients.md#mcp": is_a_servers_file,
    "docs/clients.md#mcp-2": is_a_servers_file,
    "docs/clients.md#mcp-3": is_a_servers_file,
    "docs/clients.md#ag-ui": is_javascript,
    "docs/configuration.md#mcp-servers-mcpjson": is_a_servers_file,
    "docs/configuration.md#servers-that-want-a-sign-in": is_a_servers_file,
    "docs/events.md#events": has_the_form_of(EventMessage),
    "docs/operating.md#logs": is_a_line_of_the_log,
    "docs/operating.md#metrics": is_scraped,
    **{block.id: is_a_servers_file for block in blocks(*DATA) if block.page == "docs/server-files.md"},
    "docs/workflows.md#workflows-plans-as-files": is_a_search,
    "docs/workflows.md#the-file": is_a_workflow,
    "docs/workflows.md#the-file-2": adds_up_what_was_found,
    "docs/workflows.md#ask_model": is_the_settings_file,
}


def test_every_block_of_data_is_given_to_something() -> None:
    assert {block.id for block in blocks(*DATA)} == TAKEN_BY.keys()


@each(*DATA)
async def test_what_reads_such_data_takes_it(
    block: Block, service: RunningService, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    await TAKEN_BY[block.id](World(block, service, tmp_path, folder / "workflows"))


def fits(shown: Any, real: Any, where: str = "") -> None:
    """All that is shown is in what is real, of the same kind; of a list each is like one of the real."""
    if isinstance(shown, dict):
        assert isinstance(real, dict), f"{where} is no object"
        for name, value in cast("dict[str, object]", shown).items():
            assert name in real, f"{where} has no {name!r}"
            fits(value, real[name], f"{where}.{name}")
    elif isinstance(shown, list):
        assert isinstance(real, list) and real, f"{where} is no list, or empty"
        for value in cast("list[object]", shown):
            fits(value, real[0], f"{where}[0]")
    else:
        is_number = isinstance(shown, int | float) and not isinstance(shown, bool)
        is_alike = isinstance(real, int | float) if is_number else type(real) is type(shown)
        assert is_alike, f"{where} is {real!r}, not like {shown!r}"
