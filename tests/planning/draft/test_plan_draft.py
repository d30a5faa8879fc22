"""A plan while it is written: when each task is given, what of it is kept as written, and how a stream may end."""

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Literal

import pytest
from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from agentic_search.domain.plan import Task
from agentic_search.domain.run import Usage
from agentic_search.errors import ModelInterrupted
from agentic_search.models.chat import ChatModel, Finish, Message, ModelOutput, Waiting
from agentic_search.models.scripted import ScriptedModel
from agentic_search.planning.draft.plan_draft import PlanDraft
from agentic_search.planning.planner import DraftRefused, Planned, PlannerWaiting, TaskReady
from tests.planning.schemas import tool

TOOLS = [
    tool("look_up"),
    tool("read", {"type": "object", "properties": {"id": {"type": "integer"}}, "required": ["id"]}),
]
LOOK: JsonObject = {"tool": "look_up"}
READ: JsonObject = {"tool": "read", "with": {"id": "${t1.id}"}}


async def tasks_given(model: ChatModel, *, earlier: Sequence[str] = ()) -> list[Task]:
    """Every task, in the order given."""
    writing = PlanDraft(TOOLS, earlier=earlier).generate(model, (), schema={}, max_tokens=99)
    async with aclosing(writing) as steps:
        return [step.task async for step in steps if isinstance(step, TaskReady)]


def written(*tasks: JsonValue) -> str:
    return json.dumps({"tasks": [*tasks]})


async def test_a_task_that_reads_the_one_before_it_is_given_before_the_plan_ends() -> None:
    gate = asyncio.Event()
    model = ScriptedModel("m", [[written(LOOK, READ)[:-2], gate, "]}"]])
    given: list[str] = []
    writing = PlanDraft(TOOLS).generate(model, (), schema={}, max_tokens=99)
    async with asyncio.timeout(5), aclosing(writing) as steps:
        async for step in steps:
            if isinstance(step, TaskReady):
                given.append(step.task.id)
            if given == ["t1", "t2"]:
                gate.set()  # nothing else opens it
    assert given == ["t1", "t2"]


async def test_a_task_that_reads_one_with_an_id_of_its_own_is_given_as_soon_too() -> None:
    named: JsonObject = {"id": "first", "tool": "look_up"}
    reading: JsonObject = {"tool": "read", "with": {"id": "${first.id}"}}
    ahead: JsonObject = {"tool": "read", "with": {"id": "${t3.id}"}}
    tasks = await tasks_given(ScriptedModel("m", [written(ahead, named, reading)]))
    assert [task.id for task in tasks] == ["first", "t3", "t1"]


@pytest.mark.parametrize(("earlier", "number"), [(("t1",), 2), (("t1", "t7"), 8), (("t1", "x", "y"), 4)])
async def test_the_ids_that_are_given_early_are_those_of_the_whole_plan(earlier: Sequence[str], number: int) -> None:
    tasks = await tasks_given(ScriptedModel("m", [written(LOOK, READ)]), earlier=earlier)
    assert [task.id for task in tasks] == [f"t{number}", f"t{number + 1}"]


async def test_a_purpose_that_the_model_wrote_is_kept() -> None:
    [own, ours] = await tasks_given(ScriptedModel("m", [written({**LOOK, "purpose": "Because."}, READ)]))
    assert (own.purpose, ours.purpose) == ("Because.", "Read: ${t1.id}")


async def test_why_the_model_has_not_begun_is_given_before_its_tasks() -> None:
    steps = PlanDraft(TOOLS).generate(
        ScriptedModel("m", [[Waiting(1), Waiting(), written(LOOK)]]), [], schema={}, max_tokens=9
    )
    given = [step async for step in steps]
    assert given[:2] == [PlannerWaiting("m", Waiting(1)), PlannerWaiting("m", Waiting())]
    assert [type(step) for step in given[2:]] == [TaskReady, Planned]


async def test_a_stream_that_just_ends_is_an_interrupted_model() -> None:
    class Silent(ScriptedModel):
        """Ends without a Finish."""

        async def stream(
            self,
            messages: Sequence[Message],
            *,
            max_tokens: int,
            schema: JsonObject | None = None,
            temperature: float | None = None,
        ) -> AsyncGenerator[ModelOutput]:
            yield written(LOOK)

    with pytest.raises(ModelInterrupted, match="'m' stopped before its plan was complete"):
        await tasks_given(Silent("m"))


async def test_a_plan_that_is_whole_is_used_though_the_model_broke_off_behind_it() -> None:
    gone = ModelInterrupted("gone")
    for end in ("", "\n", "\n```\nThat is"):
        assert [task.tool for task in await tasks_given(ScriptedModel("m", [[written(LOOK) + end, gone]]))] == [
            "look_up"
        ]
    for begun in ("", "{", written(LOOK)[:-1], written(LOOK)[:-3], '{"tasks": []}', "Thoughts {in braces}."):
        with pytest.raises(ModelInterrupted, match="gone"):
            await tasks_given(ScriptedModel("m", [[begun, gone]]))


@pytest.mark.parametrize("times", [300, 3_000, 20_000])
@pytest.mark.parametrize("opening", ["[", '{"a":', '{"tasks":[', '{"tasks":[{"tool":"look_up","with":{"a":['])
async def test_a_plan_that_is_nested_without_end_is_refused_on_every_python(opening: str, times: int) -> None:
    with pytest.raises(DraftRefused) as refused:
        await tasks_given(ScriptedModel("m", [opening * times]))
    assert refused.value.complaints


@pytest.mark.parametrize("reason", ["length", "loop"])
async def test_of_a_plan_that_was_cut_off_nothing_is_planned_that_could_change_something(
    reason: Literal["length", "loop"],
) -> None:
    tools = [*TOOLS, tool("write_down", read_only=False)]
    text = written({"write_down": {"x": 1}}, LOOK, {"write_down": {"x": 2}})[:-2]
    end = Finish(reason, Usage(model_calls=1))
    whole = PlanDraft(tools).generate(ScriptedModel("m", [[text, end]]), (), schema={}, max_tokens=99)
    planned = [step async for step in whole][-1]
    assert isinstance(planned, Planned) and [task.tool for task in planned.tasks] == ["look_up"]
    with pytest.raises(DraftRefused, match="could change something"):
        writing = ScriptedModel("m", [[written({"write_down": {}})[:-2], end]])
        assert [step async for step in PlanDraft(tools).generate(writing, (), schema={}, max_tokens=99)]


@pytest.mark.parametrize("value", ['"\\ud800"', '["a", {"\\udfff": "b"}]', "1" + "0" * 400])
async def test_values_that_json_can_write_and_nobody_can_send_end_no_search(value: str) -> None:
    tools = [tool("look_up", {"type": "object", "properties": {"x": {"multipleOf": 0.01}}})]
    text = f'{{"tasks":[{{"tool":"look_up","purpose":"\\ud800","with":{{"x":{value}}}}}]}}'
    steps = PlanDraft(tools).generate(ScriptedModel("m", [text]), (), schema={}, max_tokens=99)
    [task] = [step.task async for step in steps if isinstance(step, TaskReady)]
    assert task.model_dump_json()
