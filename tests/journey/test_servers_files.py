"""Whatever the servers file holds, the service starts: what cannot be used says so, what is asked for can be given."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.service import ROOT, RunningService, running_service

SECRET = "s3cr3t-key-of-notes"
HOST_FILE = """
{
  // the file of an editor
  "inputs": [{"type": "promptString", "id": "notes-key", "description": "Key of the notes", "password": true}],
  "servers": {
    "Good one": {"command": "PYTHON", "args": ARGS, "env": {"PYTHONPATH": "ROOT"}, "gallery": true},
    "asking": {"command": "PYTHON", "args": ARGS, "env": {"PYTHONPATH": "ROOT", "KEY": "${input:notes-key}"}},
    "bad": {"command": "PYTHON", "env": {"KEY": "${NOT_SET_ANYWHERE}"},},
  },
}
"""


def host_file(folder: Path) -> str:
    """A file in an editor's form, with its name."""
    text = HOST_FILE.replace('"PYTHON"', f'"{sys.executable}"').replace('"ROOT"', f'"{ROOT}"')
    text = text.replace("ARGS", '["-m", "tests.support.slow_server"]')
    (folder / "editor.json").write_text(text)
    return "editor.json"


async def servers_of(service: RunningService) -> dict[str, dict[str, Any]]:
    return {server["name"]: server for server in (await service.client.get("/servers")).json()["servers"]}


async def test_a_good_server_runs_beside_a_bad_one_and_one_that_asks_starts_when_it_is_answered(tmp_path: Path) -> None:
    async with running_service(tmp_path, settings={"SERVERS_FILE": host_file(tmp_path)}) as service:
        await service.ready_servers("Good_one")
        servers = await servers_of(service)
        assert servers["Good_one"]["title"] == "Good one"
        assert servers["Good_one"]["warnings"] == ['"gallery": unknown field, not used']
        assert servers["bad"]["status"] == "unavailable" and "NOT_SET_ANYWHERE" in servers["bad"]["error"]
        assert servers["asking"]["status"] == "needs_input"
        assert [(each["id"], each["secret"]) for each in servers["asking"]["inputs"]] == [("notes-key", True)]
        reasons = (await service.client.get("/ready")).json()["reasons"]
        assert any("NOT_SET_ANYWHERE" in reason for reason in reasons)
        assert any("NOT_SET_ANYWHERE" in line for line in service.log)
        assert any('"gallery": unknown field' in line for line in service.log)

        given = await service.client.post("/servers/asking/inputs", json={"notes-key": SECRET})
        assert given.status_code == 200 and given.json()["status"] in {"connecting", "ready"}
        await service.ready_servers("Good_one", "asking")
        assert not (await servers_of(service))["asking"]["inputs"]
        assert SECRET not in (await service.client.get("/servers")).text + "\n".join(service.log)
        again = await service.client.post("/servers/asking/inputs", json={"notes-key": SECRET})
        assert again.status_code == 409


@pytest.mark.parametrize(
    ("name", "values", "status"),
    [
        ("nobody", {"notes-key": "x"}, 404),
        ("Good_one", {"notes-key": "x"}, 409),
        ("bad", {"notes-key": "x"}, 409),
        ("asking", {}, 400),
        ("asking", {"notes-key": ""}, 400),
        ("asking", {"notes-key": "x", "command": "rm"}, 400),
        ("asking", {"notes-key": 5}, 422),
        ("asking", ["x"], 422),
    ],
)
async def test_what_cannot_be_given_is_refused(tmp_path: Path, name: str, values: object, status: int) -> None:
    async with running_service(tmp_path, settings={"SERVERS_FILE": host_file(tmp_path)}) as service:
        refused = await service.client.post(f"/servers/{name}/inputs", json=values)
        assert (refused.status_code, (await servers_of(service))["asking"]["status"]) == (status, "needs_input")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{nope", "line 1, column"),
        ('{"mcpServers": {\n  "a": {"command": }}}', "line 2, column"),
        ('{"mcpServers": {"a": {"comand": "x"}}}', "command"),
        ("\0\1\2", "cannot be used"),
    ],
)
async def test_a_file_that_cannot_be_used_is_told_and_the_bundled_servers_run(
    tmp_path: Path, kept_indexes: str, text: str, complaint: str
) -> None:
    (tmp_path / "broken").write_text(text)
    settings = {"SERVERS_FILE": "broken", "CACHE": kept_indexes}
    async with running_service(tmp_path, bundled=True, settings=settings) as service:
        await service.ready_servers("documents")
        bad = [server for server in (await servers_of(service)).values() if server["status"] == "unavailable"]
        assert len(bad) == 1 and complaint in bad[0]["error"]
        ready = (await service.client.get("/ready")).json()
        assert ready["ready"] and any(complaint in reason for reason in ready["reasons"])
        assert any(complaint in line for line in service.log)


async def test_a_value_that_was_wrong_is_asked_for_again(tmp_path: Path) -> None:
    entry = {
        "command": "${input:program}",
        "args": ["-m", "tests.support.slow_server"],
        "env": {"PYTHONPATH": str(ROOT)},
    }
    (tmp_path / "asks.json").write_text(json.dumps({"mcpServers": {"asking": entry}}))
    async with running_service(tmp_path, settings={"SERVERS_FILE": "asks.json"}) as service:
        await service.client.post("/servers/asking/inputs", json={"program": "no-such-program"})
        while (await servers_of(service))["asking"]["status"] != "unavailable":
            pass
        assert [each["id"] for each in (await servers_of(service))["asking"]["inputs"]] == ["program"]
        await service.client.post("/servers/asking/inputs", json={"program": sys.executable})
        await service.ready_servers("asking")


async def test_a_file_that_is_named_and_not_there_is_told_and_the_service_answers(
    tmp_path: Path, kept_indexes: str
) -> None:
    settings = {"SERVERS_FILE": "~/nowhere.json", "CACHE": kept_indexes}
    async with running_service(tmp_path, bundled=True, settings=settings) as service:
        await service.ready_servers("documents")
        servers = (await service.client.get("/servers")).json()["servers"]
    assert (servers[-1]["title"], servers[-1]["status"]) == ("nowhere.json", "unavailable")
    assert "/nowhere.json is not there" in servers[-1]["error"]
    assert "~" not in servers[-1]["error"]
