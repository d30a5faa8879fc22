"""`agentic-search` against a service that runs: what each command prints, and its exit status."""

import asyncio
import json
import sys
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.cli.terminal import Terminal, run
from tests.support.service import NOBODY, RunningService, environment_for, running_service, stdio_entry

README = Path(__file__).resolve().parents[2] / "README.md"
PLAN = """
description: Rows and a question to them
inputs:
  n: {type: integer, default: 1}
  note: {type: string, default: none}
tasks:
  - {id: t1, tool: rows, arguments: {n: "${inputs.n}"}}
  - {id: t2, tool: echo, arguments: {text: "${inputs.note}"}}
"""


@pytest.fixture(scope="module")
async def service(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[RunningService]:
    """A service with a server that is slow and one that writes."""
    folder = tmp_path_factory.mktemp("service")
    guarded = stdio_entry("--folder", str(folder), program="guarded_server")
    servers = {"slow": stdio_entry(), "files": guarded}
    (folder / "workflows").mkdir()
    (folder / "workflows" / "rows.yaml").write_text(PLAN)
    (folder / "workflows" / "moving.yaml").write_text(
        "tasks: [{tool: move_file, arguments: {source: a.md, destination: b.md}}]"
    )
    (folder / "workflows" / "long.yaml").write_text("tasks: [{tool: sleep_for, arguments: {seconds: 600}}]")
    async with running_service(folder, servers=servers, settings={"WORKFLOWS": str(folder / "workflows")}) as running:
        await running.ready_servers("slow", "files")
        yield running


async def test_a_question_is_answered_by_the_service_that_runs_with_progress_beside_the_answer(
    service: RunningService, tmp_path: Path
) -> None:
    at = ("--server", service.url)
    plain, as_json, typed = await asyncio.gather(
        run(tmp_path, "ask", "What do rows say?", *at),
        run(tmp_path, "ask", "What do rows say?", "--json", "--effort", "quick", "--tools", "search_rows", *at),
        run(tmp_path, "ask", *at, typed="What do rows say?\n"),
    )
    assert plain.status == 0 and "No language model wrote this answer" in plain.out and "\n[1] " in plain.out
    assert "🔎 What do rows say?" in plain.error and "🏁" in plain.error
    found = as_json.json
    assert as_json.status == 0 and found["status"] == "completed" and as_json.error == ""
    assert found == await service.report(found["id"])
    assert typed.status == 0 and "🔎 What do rows say?" in typed.error


async def test_history_finds_shows_exports_and_deletes_a_run(service: RunningService, tmp_path: Path) -> None:
    run_id = (await service.ask("Where do herons sleep?", tools=["search_rows"]))["id"]
    at = ("--server", service.url)
    listed, found, shown, exported = await asyncio.gather(
        run(tmp_path, "history", "list", "--json", *at),
        run(tmp_path, "history", "search", "herons", *at),
        run(tmp_path, "history", "show", run_id, *at),
        run(tmp_path, "history", "export", run_id[:10], "--format", "html", *at),
    )
    assert run_id in {each["id"] for each in listed.json["runs"]}
    assert found.out.splitlines() == [
        line for line in found.out.splitlines() if line.endswith("Where do herons sleep?")
    ]
    assert found.out.startswith(run_id[:8]) and "No language model" in shown.out
    assert exported.out.startswith("<!doctype html>")
    assert (await run(tmp_path, "history", "delete", run_id[:10], *at)).status == 0
    gone = await run(tmp_path, "history", "show", run_id, *at)
    assert gone.status == 1 and run_id in gone.error


async def test_plans_run_with_inputs_and_what_is_wrong_with_them_is_said(
    service: RunningService, tmp_path: Path
) -> None:
    at = ("--server", service.url)
    (tmp_path / "bad.yaml").write_text("tasks: 1")
    saved, unknown, bad, nameless, listed = await asyncio.gather(
        run(tmp_path, "run", "rows", "--input", "n=3", "-i", "note=seen", "--json", *at),
        run(tmp_path, "run", "rowz", *at),
        run(tmp_path, "run", "bad.yaml", *at),
        run(tmp_path, "run", "rows", "--input", "3", *at),
        run(tmp_path, "tools", "--json", *at),
    )
    assert saved.status == 0 and len(saved.json["tasks"][0]["result"]) == 3
    assert saved.json["tasks"][1]["result"] == "seen"
    assert unknown.status == 1 and "did you mean 'rows'?" in unknown.error
    assert bad.status == 2 and "'tasks' must be a list" in bad.error
    blank = await run(tmp_path, "ask", "  ", *at)
    assert blank.status == 2 and "The question is empty." in blank.error
    assert nameless.status == 2 and "--input name=value" in nameless.error
    assert {"rows", "move_file"} <= {tool["name"] for tool in listed.json["tools"]}


async def test_what_waits_is_asked_in_a_terminal_and_denied_where_nobody_can_be_asked(
    service: RunningService, tmp_path: Path
) -> None:
    at = ("--server", service.url)
    nobody = await run(tmp_path, "run", "moving", *at)
    assert "Nobody is here to be asked: move_file does not run. `--approve move_file`" in nobody.error
    asked = Terminal(tmp_path, "run", "moving", *at)
    await asyncio.to_thread(asked.until, "May it run?")
    assert '"source": "a.md"' in asked.shown
    asked.type("n")
    assert await asyncio.to_thread(asked.end) == 0
    assert "denied by the user" in asked.shown


async def test_ctrl_c_stops_the_run_and_ends_with_130(service: RunningService, tmp_path: Path) -> None:
    asked = Terminal(tmp_path, "run", "long", "--server", service.url)
    await asyncio.to_thread(asked.until, "sleep_for")
    asked.interrupt()
    assert await asyncio.to_thread(asked.end) == 130
    newest = (await service.client.get("/runs", params={"limit": 1})).json()["runs"][0]
    assert newest["status"] == "cancelled"


async def test_a_conversation_goes_on_in_one_thread(service: RunningService, tmp_path: Path) -> None:
    talk = Terminal(tmp_path, "chat", "--server", service.url)
    await asyncio.to_thread(talk.until, "› ")
    talk.type("What do rows say?")
    await asyncio.to_thread(talk.until, "No language model")
    talk.type("/model offline")
    await asyncio.to_thread(talk.until, "written by offline")
    talk.type("/nothing")
    await asyncio.to_thread(talk.until, "There is no command /nothing")
    talk.type("And what else do they say?")
    while (await service.client.get("/threads", params={"limit": 1})).json()["threads"][0]["run_count"] < 2:
        await asyncio.to_thread(talk.until, talk.shown[-1:])
    talk.type("/quit")
    assert await asyncio.to_thread(talk.end) == 0


async def test_wrong_usage_is_said_in_plain_words_and_ends_with_2(tmp_path: Path) -> None:
    misspelt, broken, nobody = await asyncio.gather(
        run(tmp_path, "ask", "What?", "--effort", "huge"),
        run(tmp_path, "tools", settings={"PORT": "many"}),
        run(tmp_path, "ask", "What?", "--server", NOBODY),
    )
    assert misspelt.status == 2 and "'quick', 'normal'" in misspelt.error
    assert broken.status == 2 and "AGENTIC_SEARCH_PORT" in broken.error and "Traceback" not in broken.error
    assert nobody.status == 1 and f"Nothing answers at {NOBODY}" in nobody.error


async def test_settings_are_shown_with_where_they_come_from_and_without_secrets(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("AGENTIC_SEARCH_DEADLINE=77\nAGENTIC_SEARCH_MODELS_LAB_KEY=hush\n")
    (tmp_path / "agentic_search.toml").write_text("rounds_ = 1\ntask_timeout = 9\n")
    given = {"SECRET_KEY": "hush", "MODELS": "lab=http://me:hush@box/v1", "DATABASE_URL": "postgresql://u:hush@h/d"}
    shown = await run(tmp_path, "config", "--json", settings=given)
    rows = {row["setting"]: (row["value"], row["source"]) for row in shown.json}
    assert rows["AGENTIC_SEARCH_DEADLINE"] == (77, ".env")
    assert rows["AGENTIC_SEARCH_TASK_TIMEOUT"] == (9, "agentic_search.toml")
    assert rows["AGENTIC_SEARCH_SECRET_KEY"] == ("********", "environment")
    assert rows["AGENTIC_SEARCH_LOG_LEVEL"][1] == "default" and rows["OLLAMA_HOST"] == (NOBODY, "environment")
    assert "hush" not in shown.out and "There is no setting AGENTIC_SEARCH_ROUNDS_" in shown.error


async def test_servers_of_another_host_are_added_and_none_is_lost(tmp_path: Path) -> None:
    (tmp_path / "mcp.json").write_text('{"mine": 1, "mcpServers": {"kept": {"command": "kept"}}}')
    zed = {
        "context_servers": {
            "notes": {"command": {"path": "npx", "args": ["notes"], "env": {"T": "${NOTES}"}}, "timeout": 30},
            "kept": {"command": {"path": "other"}},
        }
    }
    (tmp_path / "settings.json").write_text(f"// Zed\n{json.dumps(zed)}")
    vs_code = {"servers": {"wiki": {"url": "http://x.example/mcp", "headers": {"K": "${input:key}"}}}}
    (tmp_path / "vs.json").write_text(json.dumps({**vs_code, "inputs": [{"id": "key", "type": "promptString"}]}))
    shown = await run(tmp_path, "import", "settings.json", NOTES="hush")
    assert "hush" not in shown.out and json.loads((tmp_path / "mcp.json").read_text())["mcpServers"].keys() == {"kept"}
    added, unportable = await asyncio.gather(
        run(tmp_path, "import", "settings.json", "--write", NOTES="hush"), run(tmp_path, "import", "vs.json")
    )
    assert added.status == 0 and "kept: left out, our file has a server of this name" in added.error
    assert json.loads((tmp_path / "mcp.json").read_text()) == {
        "mine": 1,
        "mcpServers": {
            "kept": {"command": "kept"},
            "notes": {"command": "npx", "args": ["notes"], "env": {"T": "${NOTES}"}, "timeout": 30},
        },
    }
    assert "wiki: left out" in unportable.error and "AGENTIC_SEARCH_SERVERS_FILE=vs.json" in unportable.error
    (tmp_path / "mcp.json").write_text('{"mcpServers": {} // mine\n}')
    assert (await run(tmp_path, "import", "settings.json", "--write")).status == 2
    assert "// mine" in (tmp_path / "mcp.json").read_text()


async def test_without_a_service_a_plan_runs_in_the_process_and_its_run_is_found_afterwards(tmp_path: Path) -> None:
    (tmp_path / "mcp.json").write_text(json.dumps({"mcpServers": {"slow": stdio_entry()}}))
    (tmp_path / "rows.yaml").write_text(PLAN)
    (tmp_path / "note.txt").write_text("from a file")
    ended = await run(tmp_path, "run", "rows.yaml", "-i", "n=2", "-i", "note=@note.txt", "--json")
    assert ended.status == 0 and ended.json["tasks"][1]["result"] == "from a file", ended.error
    found = await run(tmp_path, "history", "list", "--json")
    assert [each["id"] for each in found.json["runs"]] == [ended.json["id"]]


async def test_the_version_is_told_without_loading_the_service(tmp_path: Path) -> None:
    told = await run(tmp_path, "--version")
    assert (told.status, told.out) == (0, "agentic-search 0.1.0\n")
    heavy = "import sys; import agentic_search.cli.program; print({'pydantic', 'fastapi', 'httpx'} & set(sys.modules))"
    loading = await asyncio.create_subprocess_exec(sys.executable, "-c", heavy, stdout=asyncio.subprocess.PIPE)
    assert (await loading.communicate())[0] == b"set()\n"


async def test_the_ten_lines_of_the_readme_answer(tmp_path: Path) -> None:
    program = README.read_text().partition("```python\n")[2].partition("```")[0]
    assert len([line for line in program.splitlines() if line]) <= 10
    (tmp_path / "mcp.json").write_text(json.dumps({"mcpServers": {"slow": stdio_entry()}}))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", program),
        cwd=tmp_path,
        env=environment_for(tmp_path),
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    assert process.returncode == 0 and b"No language model wrote this answer" in out
