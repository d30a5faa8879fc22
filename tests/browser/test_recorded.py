"""Recorded events, folded by the service's own record and by the page's reducer: both must come to the same run."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from agentic_search.domain.run import RunReport
from agentic_search.events.event import Event
from agentic_search.events.facts import Fact
from agentic_search.events.record import RunRecord
from tests.browser.conftest import program

HERE = Path(__file__).parent
RECORDED = sorted((HERE / "recorded").glob("*.json"))
RESULT = "📊 Full Result"
"""The step below a completed task: its beginning in the run's JSON, the whole of it on the page, unfolded."""
_FACTS: TypeAdapter[Fact] = TypeAdapter(Fact)


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_the_service_makes_the_expected_run_of_recorded_events(path: Path) -> None:
    recorded = json.loads(path.read_text())
    assert summary(report(recorded)) == recorded["expected"]


@pytest.mark.parametrize("path", sorted(HERE.glob("*.test.mjs")), ids=lambda path: path.name)
def test_the_page_s_own_tests_pass_under_node(path: Path, tmp_path: Path) -> None:
    for recorded in RECORDED:
        told = report(json.loads(recorded.read_text())).brief()
        (tmp_path / recorded.name).write_text(told.model_dump_json(by_alias=True))
    node = [program("node"), "--test", str(path)]
    env = {**os.environ, "REPORTS": str(tmp_path)}
    ran = subprocess.run(node, capture_output=True, text=True, timeout=110, check=False, env=env)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def report(recorded: dict[str, Any]) -> RunReport:
    """What the service makes of recorded events."""
    record = RunRecord("run-1", thread_id="thread-1", query=recorded["expected"]["query"], created_at="2026-01-01")
    for event in recorded["events"]:
        data = {key: value for key, value in event["data"].items() if key != "result_url"}
        record.apply(
            Event(event["seq"], event["run_id"], event["at"], _FACTS.validate_python({"kind": event["type"], **data}))
        )
    return record.report()


def summary(run: RunReport) -> dict[str, Any]:
    """What both sides must agree on."""
    return {
        "status": run.status,
        "query": run.query,
        "model": run.model,
        "planner": run.planner,
        "answer": run.answer,
        "sources": [source.id for source in run.sources],
        "steps": [RESULT if step.startswith(f"{RESULT}: ") else step for step in run.thinking_steps],
        "error": run.error,
        "total": run.timings.total,
        "tasks": [
            {
                "id": task.id,
                "tool": task.tool,
                "server": task.server,
                "purpose": task.purpose,
                "status": task.status,
                "attempts": task.attempts,
                "cached": task.cached,
                "started_at": task.started_at,
                "duration": task.duration,
                "error": task.error,
            }
            for task in run.tasks
        ],
    }
