"""The grammar of plans on a real engine: whatever it lets a model write, and end, is a plan that the check accepts."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from agentic_search.domain.data import JsonObject
from agentic_search.domain.tool import Tool
from agentic_search.errors import PlanRefused
from agentic_search.models.ollama.source import OllamaSource
from agentic_search.planning.model.form import FormSetting
from agentic_search.planning.model.planner import ModelPlanner
from agentic_search.planning.planner import Planned, PlanRequest
from benchmarks.models.evaluate import import_stories
from tests.real_model.conftest import BUNDLED, MOST_SECONDS
from tests.real_model.engine import LlamaServer
from tests.real_model.ollama_front import MODEL, LlamaEngine
from tests.support.ollama_double import Length, Model, OllamaDouble, Say, Step
from tests.support.service import ROOT, running_service

pytestmark = pytest.mark.real_model

SEEDS: dict[FormSetting, range] = {"full": range(20), "simple": range(10)}
"""Of each form of plans."""
TEMPERATURE = 0.8
"""So that the model wanders all over what the grammar allows."""
QUESTION = "How do I run several coroutines at once, and which of our documents speaks of deadlines?"


class Overheard(LlamaEngine):
    """It keeps the text that the model wrote last, and whether the model ended it."""

    text = ""
    ended = False

    async def reply(self, model: Model, body: JsonObject, num_ctx: int) -> AsyncGenerator[Step]:
        """See LlamaEngine."""
        self.text, self.ended = "", True
        async with aclosing(super().reply(model, body, num_ctx)) as steps:
            async for step in steps:
                self.text += step.text if isinstance(step, Say) else ""
                self.ended &= not isinstance(step, Length)
                yield step


@pytest.fixture(scope="module")
async def tools(tmp_path_factory: pytest.TempPathFactory) -> list[Tool]:
    """Those of the bundled servers, as their servers offer them."""
    folder = tmp_path_factory.mktemp("service")
    import_stories(folder)
    async with running_service(folder, bundled=True, settings={"DOCUMENTS": str(ROOT / "docs")}) as service:
        await service.ready_servers(*BUNDLED)
        offered = (await service.client.get("/tools")).json()["tools"]
    told = [tool for tool in offered if tool["server"] in BUNDLED]
    return [
        Tool.model_validate(
            {name: tool[name] for name in tool.keys() & Tool.model_fields} | {"remote_name": tool["name"]}
        )
        for tool in told
    ]


@pytest.mark.parametrize("form", SEEDS)
async def test_every_plan_that_the_grammar_lets_end_is_accepted(
    engine: LlamaServer, tools: list[Tool], form: FormSetting
) -> None:
    assert len(tools) == 12
    llama = Overheard(engine.url)
    refused: dict[int, str] = {}
    ended = 0
    async with (
        OllamaDouble([MODEL], engine=llama) as ollama,
        OllamaSource(ollama.url, read_timeout=MOST_SECONDS) as source,
    ):
        planner = ModelPlanner(await source.open(""), form=form)
        for seed in SEEDS[form]:
            llama.forced = {"temperature": TEMPERATURE, "seed": seed}
            try:
                async with aclosing(planner.plan(PlanRequest(QUESTION, tools))) as steps:
                    assert isinstance([step async for step in steps][-1], Planned)
            except PlanRefused as refusal:
                if llama.ended:
                    refused[seed] = f"{llama.text}\n{refusal}"
            ended += llama.ended
    assert ended >= 0.9 * len(SEEDS[form]), "the grammar has a model end its plan"
    assert not refused, f"{len(refused)} of {ended} refused"
