"""Schemathesis asks a real service thousands of things that its own /openapi.json says, and nearly says."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fuzz.conftest import count, fuzzed_entry
from tests.support.service import RunningService, running_service

pytestmark = [pytest.mark.fuzz, pytest.mark.timeout(1_200)]

LEAST_CASES = 3_000
_EXAMPLES = 100
"""Generated cases an operation, beside those that schemathesis makes of each field's bounds."""
_ENDED = {"tasks": [{"id": "t1", "tool": "count", "arguments": {"to": 3}}]}
_WAITING = {"tasks": [{"id": "t1", "tool": "erase"}]}
_CONFIGURATION = """
[dictionaries.runs]
values = {runs}
[dictionaries.tasks]
values = ["t1"]
[dictionaries.servers]
values = ["fuzzed", "documents", "web"]
[parameters]
run_id = {{ dictionary = "runs", probability = 0.5 }}
task_id = {{ dictionary = "tasks", probability = 0.5 }}
name = {{ dictionary = "servers", probability = 0.5 }}
[checks]
max_response_time = 60
not_a_server_error.expected-statuses = ["2xx", "3xx", "4xx", 502, 503, 504]
negative_data_rejection.expected-statuses = [400, 403, 404, 405, 409, 413, 421, 422, 431]
[[operations]]
include-operation-id = ["list_runs", "list_threads", "get_conversation"]  # a cursor may be of any form, and be unknown
checks.positive_data_acceptance.enabled = false
[[operations]]
# which tools and workflows there are no schema says, nor what tasks and values a run has
include-operation-id = ["search", "retry_run", "synthesize_run", "start_planned_run", "save_workflow"]
checks.positive_data_acceptance.enabled = false
[[operations]]
# which models there are no schema says, nor that the last message is the user's
include-operation-id = ["create_chat_completion", "create_response", "get_openai_model", "run_agent"]
checks.positive_data_acceptance.enabled = false
[[operations]]
# that there is an administrator's key, before others are made
include-operation-id = ["create_key"]
checks.positive_data_acceptance.enabled = false
[[operations]]
# which addresses a webhook may have, which time zones there are, and that a change changes something
include-operation-id = ["create_schedule", "change_schedule"]
checks.positive_data_acceptance.enabled = false
"""


async def test_no_request_that_the_description_allows_or_forbids_is_answered_otherwise_than_it_says(
    tmp_path: Path, seed: int
) -> None:
    async with running_service(
        tmp_path, servers={"fuzzed": fuzzed_entry()}, bundled=True, settings={"DEADLINE": "50"}
    ) as service:
        await service.ready_servers("fuzzed", "documents", "stories", "python_docs")
        configuration = tmp_path / "schemathesis.toml"
        configuration.write_text(_CONFIGURATION.format(runs=json.dumps(await _some_runs(service))))
        report = tmp_path / "report.ndjson"
        command = [
            *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(configuration)),
            *("run", f"{service.url}/openapi.json", "--continue-on-failure", "--no-color"),
            *("--seed", str(seed), "--max-examples", str(count("FUZZ_EXAMPLES", _EXAMPLES)), "--request-timeout", "60"),
            *("--max-redirects", "0", "--report-ndjson-path", str(report)),
        ]
        ended = await asyncio.to_thread(subprocess.run, command, cwd=tmp_path, capture_output=True, text=True)
        assert ended.returncode == 0, ended.stdout[-20_000:] + ended.stderr[-5_000:]
        assert sum(1 for _ in _cases(report)) >= LEAST_CASES
        assert (await service.client.get("/health")).status_code == 200
        assert not [line for line in service.log if "broke down" in line]


async def _some_runs(service: RunningService) -> list[str]:
    """Ids of runs, some ended, and some that wait for approval of their task `t1`."""
    ended = [(await service.ask("Count", plan=_ENDED))["id"] for _ in range(5)]
    return [*ended, *[await service.begin("Erase", plan=_WAITING) for _ in range(5)]]


def _cases(report: Path) -> Iterator[Any]:
    """Every request that was sent."""
    for line in report.read_text().splitlines():
        finished: dict[str, Any] = json.loads(line).get("ScenarioFinished", {})
        yield from finished.get("recorder", {}).get("interactions", {})
