"""The model planner: tasks are told as they close, broken text is mended, refusals carry the draft."""

import asyncio
import json
from collections.abc import Sequence
from contextlib import aclosing

import pytest
from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from agentic_search.domain.run import Usage
from agentic_search.errors import ContextOverflow, ModelInterrupted, PlanRefused
from agentic_search.models.chat import Finish, Retracted
from agentic_search.models.scripted import ScriptedModel
from agentic_search.models.usage_counter import UsageCounter
from agentic_search.planning.model.form import FormSetting
from agentic_search.planning.model.planner import ModelPlanner
from agentic_search.planning.planner import DraftRefused, DraftStarted, PlanRequest, PlanStep, TaskReady
from tests.planning.schemas import tool
from tests.planning.steps import follow

SEARCH = tool(
    "search_stories",
    {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]},
    description="Find stories",
)
READ = tool("read_story", {"type": "object", "properties": {"id": {"type": "integer"}}, "required": ["id"]})
TOOLS = [SEARCH, READ]
ONE: JsonObject = {"tool": "search_stories", "with": {"query": "upstream"}}
TWO: JsonObject = {"tool": "read_story", "with": {"id": "${t1.stories[0].id}"}}
USAGE = Usage(model_calls=1, prompt_tokens=9, completion_tokens=5)


def plan_text(*tasks: JsonValue) -> str:
    return json.dumps({"tasks": [*tasks]})


def told_tasks(told: Sequence[PlanStep]) -> list[tuple[str, str]]:
    return [(step.task.id, step.task.tool) for step in told if isinstance(step, TaskReady)]


async def test_a_plan_is_told_task_by_task_and_comes_back_checked() -> None:
    told: list[PlanStep] = []
    model = UsageCounter(ScriptedModel("m", replies=[plan_text(ONE, TWO)]))
    planned = await follow(ModelPlanner(model), PlanRequest("upstream?", TOOLS), told)
    assert told[0] == DraftStarted(planner="model", model="m")
    assert told_tasks(told) == [("t1", "search_stories"), ("t2", "read_story")]
    assert (planned.planner, planned.model, model.usage.model_calls) == ("model", "m", 1)
    assert [task.depends_on for task in planned.tasks] == [(), ("t1",)]
    assert [task.purpose for task in planned.tasks] == [
        "Search stories: upstream",
        "Read story: ${t1.stories[0].id}",
    ]


async def test_a_task_is_told_while_the_model_still_writes_the_next() -> None:
    told: list[PlanStep] = []
    gate = asyncio.Event()
    first, rest = plan_text(ONE, TWO).split(", {", 1)
    planner = ModelPlanner(ScriptedModel("m", replies=[[first, gate, ", {" + rest]]))

    async with asyncio.timeout(5), aclosing(planner.plan(PlanRequest("upstream?", TOOLS))) as steps:
        async for step in steps:
            told.append(step)
            if isinstance(step, TaskReady):
                gate.set()  # nothing else opens the gate: were the task told late, the test would hang
    assert told_tasks(told) == [("t1", "search_stories"), ("t2", "read_story")]


async def test_the_model_is_held_to_a_grammar_of_the_tools_it_is_shown() -> None:
    model = ScriptedModel("m", replies=[plan_text(ONE)])
    await follow(ModelPlanner(model, most_tasks=3, max_tokens=77), PlanRequest("upstream?", TOOLS))
    [prompt] = model.prompts
    assert prompt.max_tokens == 77
    assert '"maxItems": 3' in json.dumps(prompt.schema)
    assert '{"read_story": {"type": "object"' in json.dumps(prompt.schema)


@pytest.mark.parametrize(
    "text",
    [
        "Here you are:\n```json\n" + plan_text(ONE) + "\n```",
        plan_text(ONE)[:-2],
        plan_text(ONE).replace('"', "'"),
        json.dumps([ONE]),
        json.dumps(ONE),
        plan_text(ONE).replace("}]", "},]"),
    ],
)
async def test_text_that_is_nearly_a_plan_is_mended(text: str) -> None:
    told: list[PlanStep] = []
    planned = await follow(ModelPlanner(ScriptedModel("m", replies=[text])), PlanRequest("upstream?", TOOLS), told)
    assert told_tasks(told) == [("t1", "search_stories")]
    assert planned.tasks[0].arguments == {"query": "upstream"}


async def test_of_a_plan_that_was_cut_off_only_whole_tasks_are_used() -> None:
    text = plan_text(ONE, ONE)[:-20]
    model = ScriptedModel("m", replies=[[text, Finish("length", USAGE)]])
    planned = await follow(ModelPlanner(model), PlanRequest("upstream?", TOOLS))
    assert [task.arguments for task in planned.tasks] == [{"query": "upstream"}]


async def test_of_a_plan_that_repeats_itself_its_whole_tasks_are_used() -> None:
    text = plan_text(ONE)[:-2] + ', {"tool": "search_stories", "with": {"query": "what is what is what is '
    model = ScriptedModel("m", replies=[[text, Finish("loop", USAGE)]])
    planned = await follow(ModelPlanner(model), PlanRequest("upstream?", TOOLS))
    assert [task.arguments for task in planned.tasks] == [{"query": "upstream"}]


async def test_a_plan_that_was_only_thought_of_does_not_count() -> None:
    thought = 'Perhaps {"tasks": [{"tool": "search_stories", "with": {"query": "no"}'
    model = ScriptedModel("m", replies=[[thought, Retracted(), plan_text(ONE)]])
    planned = await follow(ModelPlanner(model), PlanRequest("upstream?", TOOLS))
    assert [(task.id, task.arguments) for task in planned.tasks] == [("t1", {"query": "upstream"})]


async def test_a_plan_cut_off_inside_its_first_task_is_refused() -> None:
    model = UsageCounter(ScriptedModel("m", replies=[[plan_text(ONE)[:50], Finish("length", USAGE)]]))
    with pytest.raises(DraftRefused, match="cut off before its first task"):
        await follow(ModelPlanner(model), PlanRequest("upstream?", TOOLS))
    assert model.usage == USAGE


@pytest.mark.parametrize("text", ["I cannot plan that.", "", "{}", '{"tasks": []}', "[" * 3_000])
async def test_text_that_is_no_plan_is_refused_with_the_draft(text: str) -> None:
    with pytest.raises(DraftRefused) as refused:
        await follow(ModelPlanner(ScriptedModel("m", replies=[text])), PlanRequest("upstream?", TOOLS))
    assert refused.value.draft == text
    assert refused.value.complaints


async def test_a_wrong_task_is_not_told_and_refuses_the_plan() -> None:
    told: list[PlanStep] = []
    wrong: JsonObject = {"tool": "reed_story"}
    with pytest.raises(DraftRefused, match="did you mean 'read_story'"):
        await follow(ModelPlanner(ScriptedModel("m", replies=[plan_text(ONE, wrong)])), PlanRequest("?", TOOLS), told)
    assert told_tasks(told) == [("t1", "search_stories")]


async def test_a_task_that_looks_ahead_is_told_when_the_plan_is_whole() -> None:
    told: list[PlanStep] = []
    ahead: JsonObject = {"tool": "read_story", "with": {"id": "${t2.stories[0].id}"}}
    await follow(ModelPlanner(ScriptedModel("m", replies=[plan_text(ahead, ONE)])), PlanRequest("?", TOOLS), told)
    assert told_tasks(told) == [("t2", "search_stories"), ("t1", "read_story")]


async def test_a_revision_shows_the_model_its_draft_and_every_complaint_after_the_same_prefix() -> None:
    model = ScriptedModel("m", replies=["nonsense", plan_text(ONE)])
    planner = ModelPlanner(model)
    with pytest.raises(DraftRefused) as refused:
        await follow(planner, PlanRequest("upstream?", TOOLS))
    await follow(planner, PlanRequest("upstream?", TOOLS, refused=refused.value))
    first, second = (prompt.messages for prompt in model.prompts)
    assert second[: len(first)] == first
    assert second[len(first)].content == "nonsense"
    assert refused.value.complaints[0] in second[-1].content


async def test_without_tools_the_model_is_not_asked() -> None:
    model = ScriptedModel("m")
    with pytest.raises(PlanRefused, match="no tools"):
        await follow(ModelPlanner(model), PlanRequest("upstream?", []))
    assert model.prompts == []


async def test_a_question_that_does_not_fit_the_context_is_told_before_the_model_is_asked() -> None:
    model = ScriptedModel("m", num_ctx=2_048)
    with pytest.raises(ContextOverflow, match="2048 tokens"):
        await follow(ModelPlanner(model), PlanRequest("word " * 1_600, TOOLS))
    assert model.prompts == []


async def test_a_models_own_error_passes() -> None:
    model = ScriptedModel("m", replies=[["{", ModelInterrupted("gone")]])
    with pytest.raises(ModelInterrupted, match="gone"):
        await follow(ModelPlanner(model), PlanRequest("upstream?", TOOLS))


async def written_by(model: ScriptedModel, form: FormSetting) -> str:
    """The schema of the only call, as JSON."""
    await follow(ModelPlanner(model, form=form), PlanRequest("upstream?", TOOLS))
    return json.dumps(model.prompts[0].schema)


@pytest.mark.parametrize(
    ("parameters", "form", "linked"),
    [
        (135e6, "auto", False),
        (2.9e9, "auto", False),
        (3e9, "auto", True),
        (0.0, "auto", True),
        (135e6, "full", True),
        (70e9, "simple", False),
    ],
)
async def test_a_small_model_is_asked_for_a_few_calls_that_stand_alone(
    parameters: float, form: FormSetting, linked: bool
) -> None:
    model = ScriptedModel("m", replies=[plan_text(ONE)], parameters=parameters)
    schema = await written_by(model, form)
    assert ("for_each" in schema) == ("for_each" in model.prompts[0].text) == linked
    assert ('"maxItems": 3' in schema and '"maxItems": 12' not in schema) != linked
    assert model.prompts[0].max_tokens == (1_024 if linked else 320)


async def test_a_simple_plan_has_no_optional_arguments_and_a_tool_that_requires_none_keeps_what_it_takes() -> None:
    both: JsonObject = {"type": "object", "properties": {"query": {"type": "string"}, "size": {"type": "integer"}}}
    tools = [tool("search_stories", {**both, "required": ["query"]}), tool("list_stories", both)]
    model = ScriptedModel("m", replies=[plan_text(ONE)], parameters=1e9)
    await follow(ModelPlanner(model), PlanRequest("upstream?", tools))
    assert json.dumps(model.prompts[0].schema).count('"size"') == 1


async def test_the_second_try_is_simple_and_goes_on_where_the_first_ended() -> None:
    model = ScriptedModel("m", replies=["nonsense", plan_text(ONE)])
    planner = ModelPlanner(model)
    with pytest.raises(DraftRefused) as refused:
        await follow(planner, PlanRequest("upstream?", TOOLS))
    await follow(planner, PlanRequest("upstream?", TOOLS, refused=refused.value))
    first, second = model.prompts
    assert "for_each" in json.dumps(first.schema) and "for_each" not in json.dumps(second.schema)
    assert second.messages[: len(first.messages)] == first.messages


async def test_a_model_without_grammar_is_asked_in_words_and_given_no_schema() -> None:
    model = ScriptedModel("m", replies=[f"Sure:\n```json\n{plan_text(ONE)}\n```"], grammar=None)
    planned = await follow(ModelPlanner(model), PlanRequest("upstream?", TOOLS))
    assert planned.tasks[0].arguments == {"query": "upstream"}
    assert model.prompts[0].schema is None and "JSON object alone" in model.prompts[0].text
    assert model.prompts[0].temperature == 0.1


async def test_what_the_planner_s_prompt_says_of_answers_is_handed_on_to_who_writes_them() -> None:
    model = ScriptedModel("m", replies=[plan_text(ONE), plan_text(ONE)])
    planned = await follow(ModelPlanner(model, answer_rules="Answer in verse."), PlanRequest("upstream?", TOOLS))
    assert planned.opening == model.prompts[0].messages[0].content
    assert "Answer in verse." in planned.opening
    alone = await follow(ModelPlanner(model), PlanRequest("upstream?", TOOLS))
    assert alone.opening == ""
