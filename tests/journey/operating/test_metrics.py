"""GET /metrics of a real service, read by Prometheus's own parsers and compared with what the runs tell themselves."""

import json
import re
from collections import Counter
from collections.abc import AsyncGenerator, Iterable
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import Metric
from prometheus_client.openmetrics.parser import (
    text_string_to_metric_families as openmetrics,  # pyright: ignore[reportUnknownVariableType] - it says nothing of its argument
)
from prometheus_client.parser import text_string_to_metric_families as plain_text

from tests.support.ollama_double import OllamaDouble, Say, written
from tests.support.service import RunningService, running_service, stdio_entry
from tests.support.sse import messages

ROOT = Path(__file__).resolve().parents[3]
DASHBOARD = ROOT / "deploy" / "grafana" / "agentic-search.json"
OPENMETRICS = {"Accept": "application/openmetrics-text; version=1.0.0"}
KEY = "a-key-that-nobody-guesses"
ROWS = {"tool": "rows", "arguments": {"n": 1}}
HELD: dict[str, Any] = {"tasks": [{"tool": "hang"}]}


def echo(text: str) -> dict[str, Any]:
    """A task that says this."""
    return {"tool": "echo", "arguments": {"text": text}}


def nap(seconds: float) -> dict[str, Any]:
    """A task that sleeps."""
    return {"tool": "sleep_for", "arguments": {"seconds": seconds}}


@pytest.fixture(scope="module")
async def watched(
    tmp_path_factory: pytest.TempPathFactory, ollama: OllamaDouble
) -> AsyncGenerator[RunningService, None]:
    """A service that asks for keys, whose server takes one call at a time, and two of `rows` in a second."""
    limits = {"sleep_for": {"maxConcurrency": 1}, "echo": {"rateLimit": "1/s"}}
    settings = {"API_KEYS": f"root={KEY}", "MAX_CONCURRENT_RUNS": "2", "PREVIEW": "false"}
    folder = tmp_path_factory.mktemp("watched")
    servers = {"slow": {**stdio_entry(), "limits": limits, "retries": 1}}
    async with running_service(folder, servers=servers, ollama=ollama.url, settings=settings) as service:
        await service.ready_servers("slow")
        yield service


async def families(service: RunningService) -> list[Metric]:
    """What the service tells now."""
    response = await service.client.get("/metrics")
    assert response.status_code == 200 and response.headers["content-type"].startswith("text/plain; version=")
    return list(plain_text(response.text))


def samples(found: Iterable[Metric]) -> dict[tuple[str, ...], float]:
    """Every value by the name of its sample and the values of its labels, in the order of the labels' names."""
    return {
        (
            sample.name.removeprefix("agentic_search_"),
            *(value for _, value in sorted(sample.labels.items())),
        ): sample.value
        for family in found
        for sample in family.samples
    }


async def test_the_numbers_are_those_of_the_runs(watched: RunningService, ollama: OllamaDouble) -> None:
    ollama.enqueue(*written(json.dumps({"tasks": [ROWS]})))
    ollama.enqueue(*written("It says so [1]."))
    runs = [await watched.ask("What do the rows say?")]
    ollama.enqueue(Say("I would rather not."))
    ollama.enqueue(*written(json.dumps({"tasks": [ROWS]})))
    ollama.enqueue(*written("It says so [1]."))
    runs.append(await watched.ask("What do the rows say now?"))
    failing = {"tool": "fail", "arguments": {"message": "no"}}
    mixed = {"tasks": [ROWS, {"id": "bad", **failing}, echo("${bad}")]}
    runs.append(await watched.ask("mixed", plan=mixed, model="offline"))
    for tasks in ([echo("a"), echo("b")], [nap(0.1), nap(0.2)]):
        runs += [await watched.ask("waits", plan={"tasks": tasks}, model="offline")]
    cut = await watched.begin("cut", plan=HELD, model="offline")
    await watched.events(cut, until="task.started")
    assert samples(await families(watched))["current_runs", "running"] == 1
    await watched.client.post(f"/runs/{cut}/cancel")
    await watched.events(cut)
    runs.append(await watched.report(cut))

    told = samples(await families(watched))
    outcomes = Counter(run["status"] for run in runs)
    assert outcomes == {"completed": 4, "partial": 1, "cancelled": 1}
    assert {key[1]: value for key, value in told.items() if key[0] == "runs_total"} == outcomes
    assert told["run_seconds_count",] == len(runs)
    assert told["run_seconds_sum",] == pytest.approx(sum(run["timings"]["total"] for run in runs))
    tasks = Counter((task["status"], task["server"], task["tool"]) for run in runs for task in run["tasks"])
    assert {key[1:]: value for key, value in told.items() if key[0] == "tasks_total"} == tasks
    assert ("skipped", "", "echo") in tasks and ("cancelled", "slow", "hang") in tasks
    for phase in ("discover", "plan", "execute", "synthesize"):
        total = sum(run["timings"][phase] for run in runs)
        assert told["run_phase_seconds_total", phase] == pytest.approx(total)
    for kind in ("prompt", "completion"):
        tokens = sum(run["usage"][f"{kind}_tokens"] for run in runs)
        assert told["model_tokens_total", kind, "qwen3:8b"] == tokens > 0
    exchanged = {(each["server"], each["model"]): each["calls"] for each in runs[1]["receipt"]["contacted"]}
    assert exchanged["", "qwen3:8b"] == runs[1]["usage"]["model_calls"] and runs[1]["receipt"]["left_machine"] is None
    assert told["model_calls_total", "qwen3:8b"] == sum(run["usage"]["model_calls"] for run in runs) == 5
    added = sum("is added" in step for run in runs for step in run["thinking_steps"])
    rungs = {key[1]: value for key, value in told.items() if key[0] == "plans_total"}
    assert rungs == {"model": 1, "model_again": 1, "offline_added": added, "given": 4}
    cached = sum(task["cached"] for run in runs for task in run["tasks"])
    assert told["cache_lookups_total", "hit"] == cached == 2
    assert told["cache_lookups_total", "miss"] == 5 + added
    assert told["wait_seconds_count", "rate_limit"] == 1
    assert told["wait_seconds_count", "call_slot"] >= 1  # more where a busy machine lets another call wait
    assert told["wait_seconds_sum", "call_slot"] > 0.05 and told["wait_seconds_sum", "rate_limit"] > 0.5


async def test_who_waits_and_who_listens_is_counted(watched: RunningService) -> None:
    held = [await watched.begin("held", plan=HELD, model="offline") for _ in range(2)]
    waiting = await watched.begin("waits", plan={"tasks": [ROWS]}, model="offline")
    async with watched.client.stream("GET", f"/runs/{held[0]}/events") as response:
        come = messages(response)
        while (await anext(come)).event != "task.started":
            pass
        told = samples(await families(watched))
        assert told["current_runs", "queued"] == told["open_event_streams",] == 1
        for run in held:
            await watched.client.post(f"/runs/{run}/cancel")
    await watched.events(waiting)
    told = samples(await families(watched))
    assert told["wait_seconds_count", "run_slot"] == 1
    while not samples(await families(watched))["event_loop_lag_seconds_count",]:
        pass  # it looks once a second


async def test_only_who_may_do_all_is_told(watched: RunningService) -> None:
    made = await watched.client.post("/keys", json={"name": "reader", "scopes": ["read", "search"]})
    reader = {"Authorization": f"Bearer {made.json()['key']}"}
    assert (await watched.client.get("/metrics", headers=reader)).status_code == 403
    assert (await watched.client.get("/metrics", headers={"Authorization": ""})).status_code == 401


async def test_documentation_and_dashboard_name_the_metrics_that_there_are_and_no_others(
    watched: RunningService,
) -> None:
    found = await families(watched)
    response = await watched.client.get("/metrics", headers=OPENMETRICS)
    assert "openmetrics" in response.headers["content-type"]
    assert {family.name for family in openmetrics(response.text)} == {family.name for family in found}

    names = {family.name + ("_total" if family.type == "counter" else "") for family in found}
    own = {name for name in names if name.startswith("agentic_search_")}
    rows = re.findall(r"^\| (agentic_search_\w+) \|([^|]*)\|", (ROOT / "docs" / "operating.md").read_text(), re.M)
    assert {name for name, _ in rows} == own
    labels = {
        family.name + ("_total" if family.type == "counter" else ""): {
            label for sample in family.samples for label in sample.labels if label != "le"
        }
        for family in found
        if family.samples
    }
    documented = {name: set(filter(None, re.split(r"[,\s]+", told))) for name, told in rows}
    assert {name: documented[name] for name in labels if name in own} == {
        name: labels[name] for name in labels if name in own
    }

    dashboard = json.loads(DASHBOARD.read_text())
    asked = " ".join(target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", ()))
    shown = set(re.findall(r"\b(?:agentic_search|process)_\w+", asked))
    real = {sample.name for family in found for sample in family.samples} | names
    assert shown <= real, f"the dashboard asks for what is not there: {sorted(shown - real)}"
    assert own <= {re.sub(r"_(bucket|sum|count)$", "", name) for name in shown}, "every metric of ours is shown"
