"""The service's own tools, `calculate` and `current_time`, in runs: planned by whoever asks, quoted in the answer."""

from pathlib import Path
from typing import Any

from tests.support.service import RunningService, running_service


def plan(*tasks: dict[str, Any]) -> dict[str, Any]:
    return {"tasks": list(tasks)}


def task(name: str, tool: str, **arguments: object) -> dict[str, Any]:
    return {"id": name, "tool": tool, "arguments": arguments}


async def test_a_calculation_is_quoted_as_a_fact(service: RunningService) -> None:
    given = plan(task("t1", "calculate", expression="17 times 23"))
    run = await service.ask("What is 17 times 23?", plan=given, model="offline")
    assert run["status"] == "completed" and "17 × 23 = 391" in run["answer"]
    (source,) = run["sources"]
    assert source["url"].startswith("tool:builtin/calculate?")


async def test_the_time_at_a_place_is_quoted_as_a_fact(service: RunningService) -> None:
    given = plan(task("t1", "current_time", timezone="Tokyo"))
    run = await service.ask("What is the current time in Tokyo?", plan=given, model="offline")
    assert "in Tokyo (Asia/Tokyo) is" in run["answer"] and "UTC+09:00" in run["answer"]
    assert run["tasks"][0]["result"]["time"].endswith("+09:00")


async def test_a_result_is_a_number_for_the_next_task(service: RunningService) -> None:
    given = plan(task("t1", "calculate", expression="2**10"), task("t2", "calculate", expression="${t1.value} + 15%"))
    run = await service.ask("How much is it with tax?", plan=given, model="offline")
    assert run["tasks"][1]["result"]["text"] == "1024 + 15% = 1177.6"


async def test_what_cannot_be_calculated_fails_its_task_with_the_cause(service: RunningService) -> None:
    given = plan(task("t1", "calculate", expression="1/0"), task("t2", "current_time", timezone="USA"))
    response = await service.client.post("/search", json={"query": "x", "plan": given, "model": "offline"})
    run = await service.report(response.json()["run_id"])
    errors = {each["id"]: each["error"] for each in run["tasks"]}
    assert "nothing can be divided by zero" in str(errors["t1"]) and "America/New_York" in str(errors["t2"])
    assert all(each["attempts"] == 1 for each in run["tasks"])


async def test_the_tools_are_listed_as_what_only_reads_and_stays_here(service: RunningService) -> None:
    tools = {tool["name"]: tool for tool in (await service.client.get("/tools")).json()["tools"]}
    for name in ("calculate", "current_time"):
        assert tools[name]["server"] == "builtin" and tools[name]["read_only"]
        assert tools[name]["open_world"] is False and tools[name]["output_schema"]
    assert "builtin" not in {server["name"] for server in (await service.client.get("/servers")).json()["servers"]}


async def test_without_a_server_they_are_used_where_the_request_names_them(tmp_path: Path) -> None:
    async with running_service(tmp_path) as service:
        response = await service.client.post("/search", json={"query": "What is the current time?"})
        assert response.status_code == 502 and "No server is configured" in response.json()["detail"]
        run = await service.ask("What is the current time?", tools=["current_time"])
        assert run["status"] == "completed" and "The current time here" in run["answer"]
