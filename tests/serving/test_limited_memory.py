"""The real service in an address space of 600 MB: what it has no memory for costs a call, and it serves on."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.service import RunningService, running_service, stdio_entry

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="an address space is limited from outside on Linux")

SPACE = 600 << 20
LINE = "the lamp is red. "


def text_of(megabytes: int) -> dict[str, Any]:
    """A result of a little less than so many MB."""
    return {"content": [{"type": "text", "text": LINE * (megabytes * 1_000_000 // len(LINE))}]}


def lists_of(count: int) -> dict[str, Any]:
    """A result of so many lists in lists."""
    return {"content": [], "structuredContent": {"rows": [[[1]]] * count}}


RESULTS = {
    "small": text_of(1),
    "middle": text_of(8),
    "allowed": text_of(32),
    "large": text_of(50),
    "huge": text_of(120),
    "many": lists_of(250_000),
    "very_many": lists_of(2_000_000),
}


def plan_of(*tools: str) -> dict[str, Any]:
    """A plan that calls these at once."""
    return {"tasks": [{"id": f"t{at}", "tool": tool, "arguments": {}} for at, tool in enumerate(tools)]}


async def test_results_beyond_the_memory_cost_their_calls_alone(tmp_path: Path) -> None:
    import resource  # Windows has no such module

    file = tmp_path / "results.json"
    file.write_text(json.dumps({name: {"result": given} for name, given in RESULTS.items()}))
    servers = {"lamps": stdio_entry(str(file), program="scripted.filled_in")}
    async with running_service(tmp_path, servers=servers, settings={"CACHE_MAX_AGE": "0"}, forked=False) as service:
        await service.ready_servers("lamps")
        resource.prlimit(service.process.pid, resource.RLIMIT_AS, (SPACE, SPACE))
        for refused in ("large", "huge", "many", "very_many"):
            assert "cannot be used" in (await _asked(service, refused))["t0"]["error"]
            assert (await _asked(service, "small"))["t0"]["status"] == "completed"
        for tools in (("allowed",), ("middle",) * 6, ("allowed", "middle", "small", "many")):
            ended = await _asked(service, *tools)
            assert all(task["status"] == "completed" or task["error"] for task in ended.values())
            assert (await service.client.get("/health")).status_code == 200
        assert (await _asked(service, "small"))["t0"]["status"] == "completed"


async def _asked(service: RunningService, *tools: str) -> dict[str, Any]:
    """The tasks of a run with a plan of these tools, by id."""
    run_id = await service.begin("lamp", plan=plan_of(*tools))
    await service.events(run_id)
    return {task["id"]: task for task in (await service.report(run_id))["tasks"]}
