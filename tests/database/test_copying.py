"""A whole history moves from an SQLite file to Postgres and back, what is unfinished too, or nothing of it does."""

import signal
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from agentic_search.database.address import DatabaseAddress
from agentic_search.database.copying import copy_database, main
from agentic_search.database.database import open_database
from agentic_search.errors import StorageFailed
from tests.schedules.following import ask_and_wait, standing
from tests.support.mcp_processes import events as written
from tests.support.postgres import RunningPostgres
from tests.support.service import ROOT, RunningService, running_service, stdio_entry

ROWS: dict[str, Any] = {"tasks": [{"id": "rows", "tool": "rows", "arguments": {"n": 60}}]}
UNDER_WAY: dict[str, Any] = {
    "tasks": [
        {"id": "quick", "tool": "sleep_for", "arguments": {"seconds": 0, "label": "quick"}},
        {
            "id": "late",
            "tool": "sleep_for",
            "arguments": {"seconds": 2, "label": "late ${quick}"},
            "depends_on": ["quick"],
        },
    ]
}


def copy(source: str, target: str) -> subprocess.CompletedProcess[str]:
    """Run the command."""
    command = [sys.executable, "-m", "agentic_search.database.copying", source, target]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)


def refusal(source: str, target: str, capsys: pytest.CaptureFixture[str]) -> str:
    """What it says against it: one line, with status 2."""
    with pytest.raises(SystemExit) as caught:
        main([source, target])
    told = capsys.readouterr()
    assert (caught.value.code, told.out, told.err.count("\n")) == (2, "", 1)
    return told.err


async def shown(running: RunningService, *run_ids: str) -> list[Any]:
    """All that is shown of the history, and of these runs."""
    paths = ["/runs", "/threads", "/schedules", "/runs?q=lamps", "/runs?q=gr%C3%B6%C3%9Fe"]
    paths += [f"/runs/{run_id}" for run_id in run_ids]
    answers = [(await running.client.get(path)).json() for path in paths]
    return [*answers, *[await running.events(run_id) for run_id in run_ids]]


async def test_a_history_moves_to_postgres_and_back_with_what_is_unfinished(
    postgres: RunningPostgres, tmp_path: Path
) -> None:
    servers = {"slow": stdio_entry("--log", str(tmp_path / "calls"))}
    before, target, after = (
        f"sqlite:///{tmp_path / 'before'}",
        postgres.new_database(),
        f"sqlite:///{tmp_path / 'after'}",
    )

    async with running_service(tmp_path, servers=servers, settings={"DATABASE_URL": before}) as running:
        await running.ready_servers("slow")
        first = await running.ask("Where are the lamps?", plan=ROWS, model="offline")
        second = await running.ask("Welche Größe?", plan=ROWS, model="offline", thread_id=first["thread_id"])
        await running.client.patch(f"/threads/{first['thread_id']}", json={"title": "Lamps"})
        deleted = await running.ask("Forget this", plan=ROWS, model="offline")
        await running.client.delete(f"/runs/{deleted['id']}")
        question = await standing(running, "Which rows are new?", plan=ROWS, model="offline")
        asked = await ask_and_wait(running, question["id"])
        ids = [first["id"], second["id"], asked["run_id"]]
        of_before = await shown(running, *ids)
        assert "Another process has " in copy(before, target).stderr
        run_id = await running.begin("What is under way?", plan=UNDER_WAY, model="offline")
        seen = await running.events(run_id, until="task.completed")
        running.process.send_signal(signal.SIGKILL)
        await running.process.wait()

    done = copy(before, target)
    assert done.returncode == 0, done.stderr
    assert "history_results: 1 row\n" in done.stdout
    assert "5 runs in 4 conversations are copied" in done.stdout and "1 of them unfinished" in done.stdout

    async with running_service(tmp_path, servers=servers, settings={"DATABASE_URL": target}) as running:
        assert (await running.events(run_id, after=len(seen)))[-1].event == "run.completed"
        labels = Counter(entry["label"] for entry in written(tmp_path / "calls") if entry["event"] == "finished")
        assert labels == {"quick": 1, "late slept quick": 1}
        thread_id = (await running.report(run_id))["thread_id"]
        assert (await running.client.delete(f"/threads/{thread_id}")).status_code < 300
        assert await shown(running, *ids) == of_before
        assert (await running.client.post(f"/runs/{deleted['id']}/restore")).status_code in {200, 204}
        await running.client.delete(f"/runs/{deleted['id']}")
        again = await ask_and_wait(running, question["id"])
        assert again["news"]["since_run"] == asked["run_id"] and not again["news"]["found"]
        new = await running.ask("And now?", plan=ROWS, model="offline", thread_id=first["thread_id"])
        ids += [again["run_id"], new["id"]]
        of_target = await shown(running, *ids)
        assert "A service runs on Postgres at " in copy(target, after).stderr

    done = copy(target, after)
    assert done.returncode == 0, done.stderr
    async with running_service(tmp_path, servers=servers, settings={"DATABASE_URL": after}) as running:
        assert await shown(running, *ids) == of_target


def test_what_cannot_be_copied_is_refused(
    lasting: DatabaseAddress, postgres: RunningPostgres, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, missing, target = f"sqlite:///{tmp_path / 'old'}", f"sqlite:///{tmp_path / 'none'}", postgres.new_database()
    open_database(DatabaseAddress(tmp_path / "old")).close()
    full = str(lasting.postgres.render_as_string()) if lasting.postgres else f"sqlite:///{lasting.file}"
    with closing(open_database(lasting)) as database, database.transaction() as connection:
        connection.exec_driver_sql("INSERT INTO history_results (hash, packed) VALUES ('a', 'b')")
    assert "is not empty, history_results has rows" in refusal(source, full, capsys)
    assert f"There is no file {tmp_path / 'none'}" in refusal(missing, target, capsys)
    assert not (tmp_path / "none").exists()
    assert "Both are " in refusal(full, full, capsys)
    for one, other in ((source, "memory:"), ("memory:", target), ("", target)):
        assert "two databases that last" in refusal(one, other, capsys)
    assert "is in no form that is known" in refusal(source, "mysql://u:s3cr3t@h/d", capsys)


def test_a_copy_that_fails_on_the_way_leaves_the_new_database_empty(postgres: RunningPostgres, tmp_path: Path) -> None:
    old, new = DatabaseAddress(tmp_path / "old"), DatabaseAddress(tmp_path / "new")
    with closing(open_database(old)) as source, closing(open_database(new)) as target:
        with source.transaction() as connection:
            for number in range(1_200):
                connection.exec_driver_sql("INSERT INTO history_results VALUES (?, ?)", (b"%d" % number, b""))
        with target.transaction() as connection:
            connection.exec_driver_sql(
                "CREATE TRIGGER full_disk BEFORE INSERT ON history_results WHEN NEW.hash = CAST('1100' AS BLOB)"
                " BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
            )
        with pytest.raises(StorageFailed, match="the disk is full"):
            copy_database(source, target, lambda _: None)
        with target.transaction() as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM history_results").scalar() == 0
            connection.exec_driver_sql("DROP TRIGGER full_disk")
        lines: list[str] = []
        copy_database(source, target, lines.append)
        assert "history_results: 1200 rows" in lines
