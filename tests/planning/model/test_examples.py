"""The examples in a planning prompt: accepted by the check, made of the question, harmless when they are copied."""

import pytest
from hypothesis import given, settings
from pydantic_core import from_json

from agentic_search.domain.tool import Tool
from agentic_search.planning.draft.model_draft import ModelDraft
from agentic_search.planning.model.asking import as_written
from agentic_search.planning.model.examples import example_plans
from tests.planning.model.catalogs import ANY, BUNDLED, QUESTIONS
from tests.support.effort import cases


@settings(max_examples=cases(150), deadline=None)
@given(QUESTIONS, ANY)
def test_whatever_the_tools_every_example_is_accepted_and_only_reads(query: str, tools: list[Tool]) -> None:
    reading = {tool.name for tool in tools if tool.read_only}
    for linked in (False, True):
        for plan in example_plans(query, tools, linked=linked):
            assert {task.tool for task in plan.tasks} <= reading
            draft = ModelDraft(tools, ())
            for task in from_json(as_written(plan.tasks))["tasks"]:
                list(draft.add(task))
            assert draft.finish() and draft.notes == []


def written(query: str, *, linked: bool) -> list[str]:
    return [as_written(plan.tasks) for plan in example_plans(query, BUNDLED, linked=linked)]


def test_simple_examples_are_one_search_and_one_on_each_of_two_servers_with_the_questions_words() -> None:
    assert written("What is in otters?", linked=False) == [
        '{"tasks":[{"search_docs":{"query":"in otters"}}]}',
        '{"tasks":[{"search_docs":{"query":"in otters"}},{"search_stories":{"query":"in otters"}}]}',
    ]
    assert '"query":"known otters rivers"' in written("What is known about the otters in rivers?", linked=False)[0]


def test_full_examples_show_the_ordinary_case_first_and_then_a_result_that_is_used() -> None:
    ordinary, linked = written("Which stories are about otters?", linked=True)
    assert "${" not in ordinary
    assert '{"for_each":"${t1.stories[:2]}","get_story":{"id":"${item.id}"}}' in linked


@pytest.mark.parametrize("query", ["Wie heißt der Autor von otters.md?", "How does the `for` statement work?"])
def test_words_that_are_meant_stay_in_the_search(query: str) -> None:
    meant = next(word for word in query.rstrip("?").split() if not word.isalpha())
    assert meant in written(query, linked=False)[0]


def test_a_long_question_is_cut_behind_a_word_and_an_address_never() -> None:
    address = "https://example.org/" + "x" * 200
    page = Tool.model_validate({**BUNDLED[1].model_dump(), "name": "read_page", "input_schema": {
        "type": "object", "properties": {"url": {"type": "string"}}, "required": ["url"]}})  # fmt: skip
    [plan, *_] = example_plans(f"What does {address} say of otters? " + "And of rivers " * 50, [page], linked=False)
    assert plan.tasks[0].arguments == {"url": address}
    [search, *_] = written("otters rivers lakes " * 50, linked=False)
    assert len(search) < 200 and '"}' in search and search.split('"')[-2].split()[-1] in ("otters", "rivers", "lakes")


def test_where_the_question_gives_no_tool_its_arguments_there_is_no_example() -> None:
    assert example_plans("Hello?", [BUNDLED[4], BUNDLED[5]], linked=True) == ()
