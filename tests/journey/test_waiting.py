"""Several searches at once on a model server with one slot: each gets the model's plan and answer, and its place."""

import asyncio
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from agentic_search.domain.data import JsonObject
from tests.support.ollama_double import Limits, Model, OllamaDouble, Say
from tests.support.ollama_double.steps import Step
from tests.support.service import RunningService, running_service, stdio_entry

SEARCHES = 5


class CountedReplies:
    """The replies of a model that knows how many of its calls were under way at once."""

    def __init__(self) -> None:
        self.now = self.most = 0

    def reply(self, body: JsonObject) -> Iterable[Step]:
        """A plan where a schema is given, else an answer."""
        self.now += 1
        delay = 0.1 if self.most else 2.0  # the first takes so long that all others come meanwhile
        self.most = max(self.most, self.now)
        try:
            plan = {"tasks": [{"tool": "echo", "arguments": {"text": "hello"}}]}
            yield Say(json.dumps(plan) if "format" in body else "It said hello [1].", delay=delay)
        finally:
            self.now -= 1


async def told(service: RunningService) -> list[Any]:
    """The events of one search, as (type, data, message)."""
    run_id = await service.begin("What is hello?")
    messages = await service.events(run_id)
    return [(message.event, message.data["data"], message.data["message"]) for message in messages]


async def waiting_run(service: RunningService) -> str:
    """A run that was told why its model has not begun."""
    run_id = await service.begin("What does echo say to hello?")
    await service.events(run_id, until="model.waiting")
    return run_id


async def test_five_searches_on_one_slot_all_get_the_models_plan_and_answer_and_true_places(tmp_path: Path) -> None:
    replies = CountedReplies()
    async with (
        OllamaDouble([Model("qwen3:8b", script=replies.reply)], limits=Limits(parallel=SEARCHES)) as ollama,
        running_service(tmp_path, servers={"slow": stdio_entry()}, ollama=ollama.url) as service,
    ):
        await service.ready_servers("slow")
        runs = await asyncio.gather(*(told(service) for _ in range(SEARCHES)))
    assert replies.most == 1, "they waited with us, not inside the model server"
    assert len(ollama.chats) == 2 * SEARCHES
    for events in runs:
        kinds = [kind for kind, _, _ in events]
        assert kinds[-1] == "run.completed" and "plan.fallback" not in kinds
        assert next(data for kind, data, _ in events if kind == "answer.started")["model"] == "qwen3:8b"
    waits = [[(data, said) for kind, data, said in events if kind == "model.waiting"] for events in runs]
    plans = sorted(
        [data["before"] for data, _ in run if data["purpose"] == "plan" and not data["loading"]] for run in waits
    )
    # Who came n-th was told n first; a number may grow where an answer went first. All end at 0, as does the loading.
    assert [places[0] for places in plans if places] == [0, 1, 2, 3, 4]
    assert all(places[-1] == 0 for places in plans if places)
    said = {text for run in waits for _, text in run}
    assert {"⏳ Waiting for the model, 2 before you", "⏳ The model has begun"} <= said
    assert sum(text == "⏳ Loading the model qwen3:8b; this can take a minute" for run in waits for _, text in run) == 1


async def test_who_stops_while_waiting_makes_room_and_never_reaches_the_model(tmp_path: Path) -> None:
    replies = CountedReplies()
    async with (
        OllamaDouble([Model("qwen3:8b", script=replies.reply)]) as ollama,
        running_service(tmp_path, servers={"slow": stdio_entry()}, ollama=ollama.url) as service,
    ):
        await service.ready_servers("slow")
        ollama.enqueue(Say("{", delay=600))
        first, second, third = [await waiting_run(service) for _ in range(3)]
        await service.client.post(f"/runs/{second}/cancel")
        end = (await service.events(second))[-1]
        assert (end.event, end.data["data"]["usage"]["model_calls"]) == ("run.cancelled", 0)
        await service.client.post(f"/runs/{first}/cancel")
        events = await service.events(third)
    places = [event.data["data"]["before"] for event in events if event.event == "model.waiting"]
    assert places[:3] == [2, 1, 0]
    assert (len(ollama.chats), ollama.chats[0].outcome) == (3, "cancelled")
