"""`agentic-search doctor` names the right cause and the fix, each time for a set-up that is really broken so."""

import asyncio
import json
import resource
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from agentic_search.doctor.places import room
from tests.cli.terminal import COMMAND, run
from tests.support.ollama_double import Model, OllamaDouble
from tests.support.openai_double import Dialect, OpenAIDouble
from tests.support.postgres import running_postgres
from tests.support.service import environment_for, running_service, stdio_entry


async def found(folder: Path, *, status: int = 1, settings: Mapping[str, str] | None = None, **more: str) -> str:
    """What the doctor says, a line a finding: state, name, what, fix; and its exit status is this one."""
    ended = await run(folder, "doctor", "--json", settings=settings, **more)
    assert ended.status == status, ended.out + ended.error
    rows = ended.json["findings"]
    assert ended.json["ok"] == (status == 0) and all(row["fix"] for row in rows if row["state"] != "ok"), rows
    return "\n".join(f"{row['state']} {row['name']}: {row['what']} -> {row['fix']}" for row in rows)


async def test_settings_that_cannot_be_used_or_are_misspelt(tmp_path: Path) -> None:
    unusable, misspelt = await asyncio.gather(
        found(tmp_path, settings={"PORT": "many"}),
        found(tmp_path, status=0, settings={"MODLE": "qwen3:8b", "MODEL": "offline"}),
    )
    assert "broken settings: AGENTIC_SEARCH_PORT" in unusable
    assert "There is no setting AGENTIC_SEARCH_MODLE -> did you mean AGENTIC_SEARCH_MODEL?" in misspelt


async def test_ollama_that_is_old_has_no_model_or_not_the_one_that_is_wanted(tmp_path: Path) -> None:
    async with (
        OllamaDouble([Model("qwen3:8b", context=4_096)], version="0.4.7") as old,
        OllamaDouble([]) as empty,
        OllamaDouble([Model("qwen3:8b", context=4_096)]) as other,
    ):
        ancient, bare, wrong, absent = await asyncio.gather(
            found(tmp_path, OLLAMA_HOST=old.url),
            found(tmp_path, status=0, OLLAMA_HOST=empty.url),
            found(tmp_path, settings={"MODEL": "qwen3:4b"}, OLLAMA_HOST=other.url),
            found(tmp_path, settings={"MODEL": "qwen3:8b"}),
        )
        slots = {"MODEL": "qwen3:8b", "NUM_CTX": "32768", "MODEL_SLOTS": "4"}
        small = await found(tmp_path, status=0, settings=slots, OLLAMA_HOST=other.url)
    assert "broken ollama: Ollama 0.4.7 answers" in ancient and "too old" in ancient and "ollama" in ancient
    assert "has no model that can be used -> ollama pull " in bare
    assert "AGENTIC_SEARCH_MODEL is qwen3:4b, which Ollama does not have; did you mean 'qwen3:8b'" in wrong
    assert "-> ollama pull qwen3:4b" in wrong
    assert "broken ollama: no Ollama answers" in absent
    assert "ollama serve" in absent
    assert "AGENTIC_SEARCH_NUM_CTX is 32768, and the context of qwen3:8b holds 4096" in small
    assert "start Ollama and this service with OLLAMA_NUM_PARALLEL=4" in small


async def test_a_model_server_that_refuses_the_key(tmp_path: Path) -> None:
    async with OpenAIDouble(dialect=Dialect(key="right")) as lab:
        said = await found(tmp_path, settings={"MODELS": f"lab={lab.url}", "MODELS_LAB_KEY": "wrong-key"})
    assert "broken model server lab: " in said and "KEY" in said and "wrong-key" not in said


async def test_servers_that_cannot_start(tmp_path: Path) -> None:
    servers = {
        "noted": {"command": "npx-that-is-nowhere", "args": ["-y", "notes"]},
        "boxed": {"command": "uvx", "env": {"PATH": str(tmp_path)}},
        "dying": {"command": sys.executable, "args": ["-c", "raise SystemExit('no licence')"]},
        "gone": {"url": "http://127.0.0.1:9/mcp"},
        "good": stdio_entry(),
    }
    (tmp_path / "mcp.json").write_text(json.dumps({"mcpServers": servers}))
    said = await found(tmp_path)
    assert "broken server noted: its command npx-that-is-nowhere is not on the PATH -> install" in said
    assert "broken server boxed: its command uvx is not on the PATH -> " in said and "uv" in said
    assert "broken server dying: " in said and "no licence" in said
    assert "broken server gone: " in said and "ok server good: " in said
    (tmp_path / "mcp.json").write_text('{"mcpServers": {"a": ')
    assert "broken server mcp-json: " in (await found(tmp_path)).replace("mcp_json", "mcp-json")


async def test_a_port_that_is_taken_and_a_database_that_another_process_has(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        taken = await found(tmp_path, settings={"PORT": str(port)})
    assert f"broken port: Port {port} on 127.0.0.1 is taken" in taken and "is free" in taken
    async with running_service(tmp_path) as service:
        locked = await found(tmp_path)
        own = await found(tmp_path, status=0, settings={"PORT": service.url.rpartition(":")[2]})
    assert "in use by another agentic-search" in locked and "AGENTIC_SEARCH_DATABASE_URL" in locked
    assert f"ok port: the service runs at {service.url}" in own and "is the running service's" in own


async def test_postgres_that_is_stopped(tmp_path: Path) -> None:
    with running_postgres() as postgres:
        url = postgres.new_database()
        there = await found(tmp_path, status=0, settings={"DATABASE_URL": url})
        postgres.stop()
        stopped = await found(tmp_path, settings={"DATABASE_URL": url})
        postgres.start()  # what ends it expects it to run
    assert "ok database: Postgres at 127.0.0.1" in there
    assert "broken database: Postgres at 127.0.0.1" in stopped


async def test_folders_and_files_that_cannot_be_used_or_that_others_may_read(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "data").mkdir(mode=0o755)
    (tmp_path / "data" / "runs.sqlite").write_text("no database at all")
    (tmp_path / ".env").write_text("SOME_KEY=x\n")
    (tmp_path / ".env").chmod(0o644)
    unwritable, open_to_all = await asyncio.gather(
        found(tmp_path, settings={"DATA": str(tmp_path / "file" / "data")}), found(tmp_path)
    )
    assert "broken data folder: " in unwritable and "AGENTIC_SEARCH_DATA" in unwritable
    assert "runs.sqlite is no SQLite database -> move it away" in open_to_all
    assert "chmod 600 .env" in open_to_all and "chmod 700" in open_to_all
    (tmp_path / "data" / "runs.sqlite").unlink()
    mended = await run(tmp_path, "doctor", "--fix")
    assert mended.status == 0 and "done: chmod 600 .env" in mended.out
    assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o600 and (tmp_path / "data").stat().st_mode & 0o777 == 0o700


async def test_proxies_that_stand_before_this_machine_and_limits_that_are_tiny(tmp_path: Path) -> None:
    proxied = await found(tmp_path, HTTP_PROXY="http://127.0.0.1:9", NO_PROXY="example.org")
    assert "broken proxies: HTTP_PROXY is set" in proxied
    assert "NO_PROXY=example.org,localhost,127.0.0.1,::1" in proxied
    assert "ok proxies" in await found(
        tmp_path, status=0, HTTP_PROXY="http://127.0.0.1:9", NO_PROXY="localhost,127.0.0.1"
    )
    ended = await asyncio.to_thread(
        subprocess.run,
        [*COMMAND, "doctor", "--json"],
        cwd=tmp_path,
        env=environment_for(tmp_path),
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (128, 128)),
    )
    assert ended.returncode == 1 and "a process may open 128 files at once" in ended.stdout


def test_room_on_the_disk_is_judged_by_what_is_free() -> None:
    assert [room(Path("/data"), int(free * 1024**3)).state for free in (0.1, 1, 50)] == ["broken", "warning", "ok"]
    assert "AGENTIC_SEARCH_DATA" in room(Path("/data"), 0).fix
