"""What a run missed is told in its status, its tasks and its answer; what the plan did not want is no miss."""

from pathlib import Path
from typing import Any

from tests.support.service import running_service, stdio_entry

SEARCH: dict[str, Any] = {"id": "found", "tool": "search_rows", "arguments": {"query": "lamp"}}


async def run_of(folder: Path, *tasks: dict[str, Any]) -> dict[str, Any]:
    """A plan's run over the slow server."""
    async with running_service(folder, servers={"slow": stdio_entry()}) as service:
        await service.ready_servers("slow")
        return await service.ask("What of the lamp?", plan={"tasks": tasks})


def task(run: dict[str, Any], task_id: str) -> dict[str, Any]:
    """One task of the run."""
    return next(each for each in run["tasks"] if each["id"] == task_id)


async def test_one_failed_call_of_a_list_makes_the_run_partial_and_is_named(tmp_path: Path) -> None:
    numbers = "${[length(found), found[0].title, `3`]}"
    each = {"id": "each", "tool": "rows", "arguments": {"n": "${item}"}, "for_each": numbers}
    run = await run_of(tmp_path, SEARCH, each)
    assert run["status"] == "partial"
    assert task(run, "each")["status"] == "completed"
    assert len(task(run, "each")["failed_calls"]) == 1
    assert any("1 of 3 calls failed" in left["why"] for left in run["left_out"])
    assert any("1 call failed" in step for step in run["thinking_steps"])


async def test_a_branch_that_was_not_taken_is_no_miss(tmp_path: Path) -> None:
    other = {"id": "other", "tool": "no_op", "when": "${length(found) == `0`}"}
    after = {"id": "after", "tool": "echo", "arguments": {"text": "${other}"}, "depends_on": ["other"]}
    run = await run_of(tmp_path, SEARCH, other, after)
    assert [each["status"] for each in run["tasks"]] == ["completed", "skipped", "skipped"]
    assert run["status"] == "completed"
    assert run["left_out"] == []


async def test_a_reference_that_finds_nothing_fails_its_task_before_the_call(tmp_path: Path) -> None:
    say = {"id": "say", "tool": "echo", "arguments": {"text": "It says: ${found[0].abstract.text}"}}
    run = await run_of(tmp_path, SEARCH, say)
    assert run["status"] == "partial"
    assert task(run, "say")["status"] == "failed"
    assert task(run, "say")["attempts"] <= 1
    assert "finds nothing" in task(run, "say")["error"]
    assert "'title', 'url', 'text'" in task(run, "say")["error"]


async def test_one_element_without_the_field_fails_alone(tmp_path: Path) -> None:
    elements = "${[{n: length(found)}, {m: found[0].title}, {n: `3`}]}"
    each = {"id": "each", "tool": "rows", "arguments": {"n": "${item.n}"}, "for_each": elements}
    run = await run_of(tmp_path, SEARCH, each)
    assert run["status"] == "partial"
    results = task(run, "each")["result"]
    assert [len(result) for result in (results[0], results[2])] == [1, 3]
    assert "item has 'm'" in results[1]["error"]


async def test_an_optional_argument_that_finds_nothing_is_left_out(tmp_path: Path) -> None:
    nap = {"id": "nap", "tool": "sleep_for", "arguments": {"seconds": 0, "label": "${found[0].no.such.thing}"}}
    run = await run_of(tmp_path, SEARCH, nap)
    assert run["status"] == "completed", run["tasks"]
