"""Schemathesis asks a real service thousands of things that its own /openapi.json says, and nearly says."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from agentic_search.api.access.guard import COOKIE
from tests.access.holders import ADMIN
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
negative_data_rejection.expected-statuses = [400, 401, 403, 404, 405, 409, 413, 421, 422, 429, 431]
positive_data_acceptance.expected-statuses = ["2xx", 401, 403, 404, 409, 429, 502, 503, 504]
[[operations]]
# a cursor may be of any form, and be unknown
include-operation-id = ["list_runs", "list_threads", "get_conversation", "read_audit_log"]
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
# which names documents may have, and which there are
include-operation-id = ["put_document", "delete_document", "read_source"]
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
        examples = count("FUZZ_EXAMPLES", _EXAMPLES)
        report = await _asked(service, tmp_path, "--max-examples", str(examples), seed=seed)
        assert sum(1 for _ in _cases(report)) >= LEAST_CASES
        assert (await service.client.get("/health")).status_code == 200
        assert not [line for line in service.log if "broke down" in line]


SCOPES = (["read"], ["search", "approve"], ["admin"])
_UNDONE = ("--exclude-operation-id", "sign_out")
"""It would sign the browser out that asks."""


async def test_with_keys_and_cookies_nothing_is_answered_otherwise_than_the_description_says(
    tmp_path: Path, seed: int
) -> None:
    settings = {"DEADLINE": "50", "API_KEYS": f"root={ADMIN}"}
    servers = {"fuzzed": fuzzed_entry()}
    async with running_service(tmp_path, servers=servers, settings=settings) as service:
        await service.ready_servers("fuzzed")
        callers: dict[str, tuple[str, ...]] = {"a wrong key": ("Authorization: Bearer ask_0_x",)}
        for scopes in SCOPES:
            key = await _made(service, scopes=scopes, rate=1_000_000)
            callers["key of " + " ".join(scopes)] = (f"Authorization: Bearer {key}",)
        callers["key that asks too often"] = (
            f"Authorization: Bearer {await _made(service, scopes=['admin'], rate=1)}",
        )
        own = {"Origin": service.url}
        async with httpx.AsyncClient(base_url=service.url) as browser:
            assert (await browser.post("/session", json={"key": ADMIN}, headers=own)).status_code == 200
            cookie = f"Cookie: {COOKIE}={browser.cookies[COOKIE]}"
        callers["browser"], callers["another page"] = (cookie, f"Origin: {service.url}"), (cookie,)
        examples = str(max(2, count("FUZZ_EXAMPLES", _EXAMPLES) // 12))
        for who, headers in callers.items():
            folder = tmp_path / who
            folder.mkdir()
            given = [part for header in headers for part in ("--header", header)]
            what = ("--max-examples", examples, "--phases", "fuzzing", *given, *_UNDONE)
            report = await _asked(service, folder, *what, seed=seed)
            statuses = {each["response"]["status_code"] for each in _cases(report) if each["response"]}
            assert statuses & _EXPECTED[who] == _EXPECTED[who], (who, statuses)


_EXPECTED: dict[str, set[int]] = {
    "a wrong key": {401},
    "key of read": {200, 403},
    "key of search approve": {200, 403},
    "key of admin": {200},
    "key that asks too often": {429},
    "browser": {200},
    "another page": {200, 403},
}


async def _made(service: RunningService, **asked: object) -> str:
    """A new key."""
    answer = await service.client.post("/keys", json={"name": "fuzz", **asked})
    assert answer.status_code == 201, answer.text
    return answer.json()["key"]


async def _asked(service: RunningService, folder: Path, *how: str, seed: int) -> Path:
    """Have schemathesis ask; the report of what it asked, in which nothing is answered otherwise than described."""
    configuration, report = folder / "schemathesis.toml", folder / "report.ndjson"
    configuration.write_text(_CONFIGURATION.format(runs=json.dumps(await _some_runs(service))))
    (folder / "openapi.json").write_text((await service.client.get("/openapi.json")).text)
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(configuration)),
        *("run", str(folder / "openapi.json"), "--url", service.url, "--continue-on-failure", "--no-color"),
        *("--seed", str(seed), "--request-timeout", "60", "--max-redirects", "0"),
        *("--report-ndjson-path", str(report), *how),
    ]
    ended = await asyncio.to_thread(subprocess.run, command, cwd=folder, capture_output=True, text=True)
    assert ended.returncode == 0, f"{how}\n{ended.stdout[-20_000:]}{ended.stderr[-5_000:]}"
    return report


async def _some_runs(service: RunningService) -> list[str]:
    """Ids of runs, some ended, and some that wait for approval of their task `t1`."""
    ended = [(await service.ask("Count", plan=_ENDED))["id"] for _ in range(5)]
    return [*ended, *[await service.begin("Erase", plan=_WAITING) for _ in range(5)]]


def _cases(report: Path) -> Iterator[Any]:
    """Every request that was sent, with its answer."""
    for line in report.read_text().splitlines():
        finished: dict[str, Any] = json.loads(line).get("ScenarioFinished", {})
        yield from finished.get("recorder", {}).get("interactions", {}).values()
