"""Each call of an MCP server carries a key: the same where it is made again, also after a kill, and no other has it."""

import asyncio
import json
import signal
from collections import defaultdict
from pathlib import Path
from typing import Any

from tests.support.service import running_service, stdio_entry

PLAN: dict[str, Any] = {
    "tasks": [
        {"id": "once", "tool": "book", "arguments": {"label": "once"}},
        {"id": "each", "tool": "book", "for_each": "${once.items || `[1, 2]`}", "arguments": {"label": "same"}},
        {"id": "late", "tool": "book", "arguments": {"label": "late", "seconds": 2}, "depends_on": ["each"]},
    ]
}


def keys(log: Path) -> dict[str, list[str]]:
    """The keys of the calls so far, by their labels."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for line in log.read_text().splitlines() if log.exists() else ():
        entry = json.loads(line)
        found[entry["label"]].append(entry["key"])
    return found


async def until_called(log: Path, label: str) -> None:
    """Wait until the server has been called with a label."""
    async with asyncio.timeout(30):
        while label not in keys(log):  # noqa: ASYNC110 - it is another process
            await asyncio.sleep(0.02)


async def test_a_call_that_is_made_again_has_its_key_again_and_no_other_has_it(tmp_path: Path) -> None:
    log = tmp_path / "keys"
    entry = {**stdio_entry(str(log), program="keyed_server"), "retries": 2}
    async with running_service(tmp_path, servers={"keyed": entry}) as running:
        await running.ready_servers("keyed")
        run_id = await running.begin("Book it", plan=PLAN, model="offline", approve=["*"])
        await until_called(log, "late")
        running.process.send_signal(signal.SIGKILL)
        await running.process.wait()
    async with running_service(tmp_path, servers={"keyed": entry}) as running:
        assert (await running.events(run_id))[-1].event == "run.completed"
        task = (await running.report(run_id))["tasks"][0]
        assert (task["status"], task["attempts"]) == ("completed", 2)
        first = keys(log)
        other = await running.ask("Book it", plan=PLAN, model="offline", approve=["*"])
        assert other["status"] == "completed"
    assert len(first["once"]) > 1 and len(first["late"]) > 1
    assert [len(set(first[label])) for label in ("once", "same", "late")] == [1, 2, 1]
    made = {key for of_label in keys(log).values() for key in of_label}
    assert len(made) == 8 and all(isinstance(key, str) and len(key) == 32 for key in made)
