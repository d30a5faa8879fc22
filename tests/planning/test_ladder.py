"""The ladder and the given plan: every step down is given with its reason, and every call of the model is counted."""

import asyncio
import json
from contextlib import aclosing

import pytest

from agentic_search.domain.plan import Plan
from agentic_search.domain.run import Usage
from agentic_search.errors import ModelInterrupted, ModelUnavailable, PlanRefused
from agentic_search.models.chat import Finish
from agentic_search.models.scripted import ScriptedModel, Step
from agentic_search.models.usage_counter import UsageCounter
from agentic_search.planning.ladder import GivenPlanner, PlanLadder
from agentic_search.planning.model.planner import ModelPlanner
from agentic_search.planning.offline.planner import OfflinePlanner
from agentic_search.planning.planner import DraftDropped, DraftStarted, Planned, PlanRequest, PlanStep, TaskReady
from tests.planning.schemas import tool
from tests.planning.steps import follow
from tests.support.watched_model import WatchedModel

SEARCH = tool(
    "search_docs",
    {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]},
    description="Search the documentation",
)
GOOD = json.dumps({"tasks": [{"tool": "search_docs", "with": {"query": "timeouts"}}]})
BAD = json.dumps({"tasks": [{"tool": "serch_docs"}]})


def done(prompt_tokens: int) -> Finish:
    return Finish("stop", Usage(model_calls=1, prompt_tokens=prompt_tokens, completion_tokens=1))


async def climb(*replies: list[Step]) -> tuple[Planned, list[PlanStep], Usage]:
    told: list[PlanStep] = []
    model = UsageCounter(ScriptedModel("m", replies=replies))
    ladder = PlanLadder(ModelPlanner(model), OfflinePlanner())
    planned = await follow(ladder, PlanRequest("search the docs for timeouts", [SEARCH]), told)
    return planned, told, model.usage


def fallbacks(told: list[PlanStep]) -> list[DraftDropped]:
    return [step for step in told if isinstance(step, DraftDropped)]


async def test_a_good_plan_is_used_as_it_is() -> None:
    planned, told, usage = await climb([GOOD, done(10)])
    assert (planned.planner, usage.prompt_tokens) == ("model", 10)
    assert fallbacks(told) == []


async def test_a_refused_plan_is_asked_for_once_more_with_the_complaints() -> None:
    planned, told, usage = await climb([BAD, done(10)], [GOOD, done(100)])
    assert planned.planner == "model"
    assert usage == Usage(model_calls=2, prompt_tokens=110, completion_tokens=2)
    [step] = fallbacks(told)
    assert "did you mean 'search_docs'?" in step.reason
    assert step.instead == "It is asked once more, with what was wrong."


async def test_after_two_refused_plans_the_offline_planner_plans() -> None:
    planned, told, usage = await climb([BAD, done(10)], [BAD, done(100)])
    assert planned.planner == "offline"
    assert planned.model is None
    assert usage == Usage(model_calls=2, prompt_tokens=110, completion_tokens=2)
    assert [step.instead for step in fallbacks(told)] == [
        "It is asked once more, with what was wrong.",
        "Planning without a language model instead.",
    ]
    assert isinstance(told[-1], TaskReady)


async def test_a_model_that_fails_is_not_asked_again() -> None:
    planned, told, _ = await climb(["{", ModelInterrupted("The stream broke off.")])
    assert planned.planner == "offline"
    [step] = fallbacks(told)
    assert step.reason == "The model made no plan: The stream broke off."


async def test_of_a_model_that_fails_at_its_second_try_both_calls_are_counted() -> None:
    planned, _, usage = await climb([BAD, done(10)], [ModelUnavailable("Nobody answers.")])
    assert (planned.planner, usage) == ("offline", Usage(model_calls=2, prompt_tokens=10, completion_tokens=1))


async def test_without_a_model_the_plan_is_made_offline_and_nothing_is_called_a_fallback() -> None:
    told: list[PlanStep] = []
    planned = await follow(PlanLadder(None, OfflinePlanner()), PlanRequest("docs on timeouts", [SEARCH]), told)
    assert planned.planner == "offline"
    assert told[0] == DraftStarted(planner="offline")
    assert fallbacks(told) == []


async def test_why_there_is_no_model_is_told_where_it_is_known() -> None:
    told: list[PlanStep] = []
    ladder = PlanLadder(None, OfflinePlanner(), why_no_model="Nobody answers at Ollama's address.")
    await follow(ladder, PlanRequest("docs on timeouts", [SEARCH]), told)
    assert [step.reason for step in fallbacks(told)] == ["Nobody answers at Ollama's address."]


async def test_where_no_planner_finds_a_plan_the_refusal_says_why() -> None:
    told: list[PlanStep] = []
    ladder = PlanLadder(ModelPlanner(ScriptedModel("m", replies=[BAD, BAD])), OfflinePlanner())
    with pytest.raises(PlanRefused, match="does not say that it only reads"):
        await follow(ladder, PlanRequest("delete everything", [tool("delete_all", read_only=False)]), told)


@pytest.mark.parametrize("while_writing", [True, False], ids=["cancelled while it writes", "closed between tasks"])
async def test_whoever_stops_following_stops_the_model_at_once(*, while_writing: bool) -> None:
    model = WatchedModel(GOOD[:-2], asyncio.Event())  # it writes one task and never ends
    ladder = PlanLadder(ModelPlanner(model), OfflinePlanner())

    async def first_tasks() -> None:
        async with aclosing(ladder.plan(PlanRequest("?", [SEARCH]))) as steps:
            async for step in steps:
                if isinstance(step, TaskReady) and not while_writing:
                    return

    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        following = group.create_task(first_tasks())
        await (model.begun.wait() if while_writing else model.stopped.wait())
        following.cancel()
    assert model.stopped.is_set()


async def test_a_given_plan_is_checked_and_told_and_handed_on() -> None:
    told: list[PlanStep] = []
    plan = Plan.model_validate_json(GOOD)
    planned = await follow(GivenPlanner(plan), PlanRequest("?", [SEARCH]), told)
    assert (planned.planner, planned.tasks) == ("given", plan.tasks)
    assert told == [DraftStarted(planner="given"), TaskReady(task=plan.tasks[0])]


async def test_a_given_plan_over_unknown_tools_is_refused_before_any_task_is_told() -> None:
    told: list[PlanStep] = []
    with pytest.raises(PlanRefused, match="unknown tool 'serch_docs'"):
        await follow(GivenPlanner(Plan.model_validate_json(BAD)), PlanRequest("?", [SEARCH]), told)
    assert told == [DraftStarted(planner="given")]
