"""Tasks begin while the model still writes the plan, or all after it: AGENTIC_SEARCH_START_EARLY decides."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from agentic_search.domain.data import JsonObject
from tests.support.ollama_double import Model, OllamaDouble, Say, Step, written
from tests.support.service import RunningService, running_service, stdio_entry
from tests.support.sse import Message

FIRST = '{"tool":"sleep_for","with":{"seconds":0,"label":"first"}}'
SECOND = '{"tool":"sleep_for","with":{"seconds":0,"label":"second"}}'


def slowly_written(log: Path, spaces: int) -> Iterator[Step]:
    """A plan whose end the model writes only when the tool server's log names a call, or after so many spaces."""
    yield Say(f'{{"tasks":[{FIRST},')
    for _ in range(spaces):
        if called(log):
            break
        yield Say(" ", delay=0.05)
    yield Say(f"{SECOND}]}}")


def called(log: Path) -> bool:
    """Whether a call has arrived at the tool server."""
    return log.exists() and '"started"' in log.read_text()


async def search(folder: Path, *, early: bool, spaces: int) -> tuple[list[Message], int]:
    """The events of one search, and how many spaces the model wrote."""
    log, wrote = folder / "calls.jsonl", list[Step]()

    def plan() -> Iterator[Step]:
        for step in slowly_written(log, spaces):
            wrote.append(step)
            yield step

    def script(body: JsonObject) -> Iterable[Step]:
        return plan() if body.get("format") else written("The first slept [1].")

    async with (
        OllamaDouble([Model("qwen3:8b", script=script)]) as ollama,
        running_service(
            folder,
            servers={"slow": stdio_entry("--log", str(log))},
            ollama=ollama.url,
            settings={"START_EARLY": str(early)},
        ) as service,
    ):
        await service.ready_servers("slow")
        return await events_of(service), len(wrote) - 2


async def events_of(service: RunningService) -> list[Message]:
    """Ask, and wait for the end."""
    run_id = await service.begin("How long do they sleep?")
    events = await service.events(run_id)
    run = await service.report(run_id)
    assert (run["planner"], run["status"], len(run["tasks"])) == ("model", "completed", 2), run
    return events


def starts_and_plan(events: Sequence[Message]) -> list[str]:
    """In order: which tasks began, and when the plan was ready."""
    return [
        message.data["data"]["id"] if message.event == "task.started" else "ready"
        for message in events
        if message.event in {"task.started", "plan.ready"}
    ]


async def test_a_call_arrives_at_its_server_before_the_model_has_written_the_rest_of_the_plan(tmp_path: Path) -> None:
    events, spaces = await search(tmp_path, early=True, spaces=500)
    assert spaces < 500, "the model waited for the call to the end, and nothing was called"
    assert starts_and_plan(events)[0] == "t1"


async def test_with_early_start_switched_off_nothing_is_called_before_the_plan_is_ready(tmp_path: Path) -> None:
    events, spaces = await search(tmp_path, early=False, spaces=10)
    assert spaces == 10, "something was called while the model was still writing"
    assert starts_and_plan(events) == ["ready", "t1", "t2"]
