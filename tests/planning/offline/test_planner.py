"""Planning without a model: which tools are called, with what, and what is said when none can be."""

from collections.abc import Sequence
from time import process_time
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from agentic_search.domain.plan import Task
from agentic_search.domain.tool import Tool
from agentic_search.errors import PlanRefused
from agentic_search.planning.offline.arguments.filling import fill
from agentic_search.planning.offline.planner import OfflinePlanner
from agentic_search.planning.offline.reading.question import read_question, search_words
from agentic_search.planning.planner import DraftStarted, PlanRequest, PlanStep, TaskReady
from agentic_search.planning.relevance import by_relevance
from tests.planning.schemas import input_schemas, tool
from tests.planning.steps import follow
from tests.support.effort import cases


def takes(required: Sequence[str] = (), **properties: JsonValue) -> JsonObject:
    return {"type": "object", "properties": properties, "required": [*required] or [*properties]}


QUERY = takes(query={"type": "string"})
PYTHON = tool("search_docs", QUERY, server="python_docs", title="Search Python docs", description="Search Python docs.")
STORIES = tool("search_stories", QUERY, description="Search news stories by keywords.")
DOCUMENTS = tool("search_documents", QUERY, description="Search the documents of this project.")
FETCH = tool("fetch", takes(url={"type": "string", "format": "uri"}), description="Read a web page as text.")
READ = tool("read_story", takes(id={"type": "string"}), description="Read one news story.")
DELETE = tool("delete_stories", QUERY, read_only=False, description="Delete news stories that match the query.")
TOOLS = [PYTHON, STORIES, DOCUMENTS, FETCH, READ, DELETE]


async def planned(query: str, tools: Sequence[Tool] = TOOLS) -> tuple[Task, ...]:
    told: list[PlanStep] = []
    result = await follow(OfflinePlanner(), PlanRequest(query, tools), told)
    assert told == [DraftStarted(planner="offline"), *(TaskReady(task=task) for task in result.tasks)]
    assert (result.planner, result.model) == ("offline", None)
    return result.tasks


async def test_every_server_is_searched_the_one_that_the_question_is_about_first() -> None:
    tasks = await planned("How do I parse dates in Python?", [STORIES, PYTHON])
    assert [(task.tool, task.arguments) for task in tasks] == [
        ("search_docs", {"query": "How do I parse dates in Python"}),
        ("search_stories", {"query": "How do I parse dates in Python"}),
    ]
    assert tasks[0].purpose == "Search Python docs"


async def test_general_search_tools_are_called_beside_what_matches_best() -> None:
    tasks = await planned("How do I parse dates in Python?")
    assert [task.tool for task in tasks] == ["search_docs", "search_documents"]


FAR_DOCS = tool(
    "query_manuals",
    QUERY,
    server="manuals",
    description="Search the documentation and code examples of any programming library.",
).model_copy(update={"open_world": True})
WEB = tool("web_search", QUERY, description="Search the web.").model_copy(update={"open_world": True})


@pytest.mark.parametrize(
    "question", ["What is the launch code for project Falcon?", "Who wrote Dune?", "Was ist die Hauptstadt von Kuba?"]
)
async def test_what_leaves_this_machine_is_asked_where_the_question_calls_for_it(question: str) -> None:
    assert "query_manuals" not in {task.tool for task in await planned(question, [FAR_DOCS, *TOOLS])}
    assert "web_search" in {task.tool for task in await planned(question, [WEB, *TOOLS])}
    assert [task.tool for task in await planned(question, [FAR_DOCS])] == ["query_manuals"]


@pytest.mark.parametrize("question", ["What do the manuals say of hooks?", "documentation of the library"])
async def test_what_leaves_this_machine_is_asked_by_its_name_or_by_most_words_of_the_question(question: str) -> None:
    assert "query_manuals" in {task.tool for task in await planned(question, [FAR_DOCS, *TOOLS])}


async def test_of_the_chosen_calls_the_slow_ones_come_first_and_others_stay_as_they_match() -> None:
    slow = DOCUMENTS.model_copy(update={"typical_seconds": 4.0})
    quick = PYTHON.model_copy(update={"typical_seconds": 0.5})
    tasks = await planned("How do I parse dates in Python?", [quick, STORIES, slow])
    assert [task.tool for task in tasks] == ["search_documents", "search_docs"]


async def test_where_nothing_matches_every_search_tool_is_tried() -> None:
    tasks = await planned("photosynthesis", [PYTHON, STORIES, READ])
    assert [task.tool for task in tasks] == ["search_docs", "search_stories"]


async def test_a_word_that_only_an_argument_is_described_by_keeps_no_other_server_from_being_searched() -> None:
    since: JsonObject = {"type": "string", "description": "A date in ISO format."}
    dated: JsonObject = {
        "type": "object",
        "properties": {"query": {"type": "string", "default": ""}, "since": since},
    }
    servers = [
        tool("count_stories", dated, server="stories", description="Count the stories that hold a query."),
        tool("search_stories", dated, server="stories", description="Search news stories."),
        PYTHON,
    ]
    tasks = await planned("How do I read a date in ISO format?", servers)
    assert {task.tool: task.arguments["query"] for task in tasks} == dict.fromkeys(
        ["search_stories", "search_docs"], "How do I read a date in ISO format"
    )


async def test_an_address_in_the_question_is_fetched_and_so_is_a_second_one() -> None:
    tasks = await planned("Compare https://a.example/x?y=1 with https://b.example/.")
    assert [task.arguments for task in tasks if task.tool == "fetch"] == [
        {"url": "https://a.example/x?y=1"},
        {"url": "https://b.example/"},
    ]


async def test_a_question_that_looks_like_a_reference_is_still_only_words() -> None:
    [task] = await planned("How do I use ${HOME} in Python?", [PYTHON])
    assert task.arguments == {"query": "How do I use {HOME} in Python"}


async def test_a_tool_that_may_change_things_is_never_called() -> None:
    tasks = await planned("delete all news stories about trains")
    assert "delete_stories" not in {task.tool for task in tasks}


async def test_each_of_many_servers_is_searched_once_by_its_best_search_and_none_waits_for_another() -> None:
    tools = [
        tool(name, QUERY, server=f"s{number}", description=said)
        for number in range(9)
        for name, said in ((f"search_people_{number}", "Search people."), (f"search_news_{number}", "Search news."))
    ]
    tasks = await planned("news of today", tools)
    assert {task.tool for task in tasks} == {f"search_news_{number}" for number in range(9)}
    assert not any(task.depends_on for task in tasks)


async def test_the_same_question_gives_the_same_plan_whatever_was_asked_before() -> None:
    first = await planned("news about trains")
    await planned("How do I parse dates in Python?")
    assert await planned("news about trains") == first


async def test_when_no_tool_can_be_called_each_is_named_with_its_reason_and_what_to_do() -> None:
    with pytest.raises(PlanRefused) as refused:
        await planned("what is new?", [READ, DELETE])
    text = " | ".join(refused.value.complaints)
    assert "'read_story' needs 'id', which the question does not give" in text
    assert "'delete_stories' does not say that it only reads" in text
    assert "start a language model" in text


async def test_without_any_tool_the_refusal_points_at_the_servers() -> None:
    with pytest.raises(PlanRefused, match="no tools now; see /servers"):
        await planned("what is new?", [])


async def test_of_very_many_useless_tools_only_some_are_named() -> None:
    with pytest.raises(PlanRefused) as refused:
        await planned("what is new?", [tool(f"w{number}", read_only=False) for number in range(500)])
    assert refused.value.complaints[-1] == "and 490 more"
    assert len(refused.value.complaints) == 12


@given(query=st.text(min_size=1, max_size=300), schema=input_schemas())
@settings(max_examples=cases(40), deadline=None)
def test_what_is_filled_from_any_question_never_fails(query: str, schema: JsonObject) -> None:
    filling = fill(tool("odd", schema), read_question(query))
    assert filling.arguments.keys() <= cast("JsonObject", schema["properties"]).keys()


async def test_a_tool_whose_schema_the_question_cannot_satisfy_is_left_out() -> None:
    picky = tool("search_codes", takes(query={"type": "string", "pattern": "^[0-9]+$"}), description="Search codes.")
    with pytest.raises(PlanRefused, match="cannot take what the question gives"):
        await planned("codes of the world", [picky])


@pytest.mark.parametrize(
    ("schema", "query", "arguments"),
    [
        (takes(q={"type": "string"}), "Please tell me about owls.", {"q": "owls"}),
        (takes(question={"type": "string"}), "What is an owl?", {"question": "What is an owl?"}),
        (
            {"properties": {"limit": {"type": "integer"}, "query": {"type": "string"}}},
            "What is an owl?",
            {"query": "owl"},
        ),
        (takes(userQuery={"type": "string"}), "owls", {"userQuery": "owls"}),
        (takes(x={"type": "string", "description": "The search query"}), "owls", {"x": "owls"}),
        (takes(queries={"type": "array", "items": {"type": "string"}}), "owls", {"queries": ["owls"]}),
        (takes(url={"type": "string"}), "read (https://a.example/b).", {"url": "https://a.example/b"}),
        (
            takes(urls={"type": "array", "items": {"type": "string"}}),
            "http://a.b http://c.d",
            {"urls": ["http://a.b", "http://c.d"]},
        ),
        (takes(nct_id={"type": "string"}), "references of NCT04280705", {"nct_id": "NCT04280705"}),
        (takes(user_id={"type": "integer"}), "the user with the ID 7890", {"user_id": 7890}),
        (takes(date={"type": "string"}), "news of December 13, 2019", {"date": "2019-12-13"}),
        (takes(date={"type": "string"}), "news of the 3rd of May 2021", {"date": "2021-05-03"}),
        (takes(n={"type": "integer"}), "the factorial of 5", {"n": 5}),
        (takes(a={"type": "number"}, b={"type": "number"}), "divide 7.5 by 1,000", {"a": 7.5, "b": 1_000}),
        (takes(city={"type": "string"}), "the weather in Tel Aviv", {"city": "Tel Aviv"}),
        (takes(title={"type": "string"}), 'the book "Persuasion"', {"title": "Persuasion"}),
        (takes(unit={"enum": ["celsius", "fahrenheit"]}), "hot in Fahrenheit?", {"unit": "fahrenheit"}),
        (takes(unit={"enum": ["a", "b"], "default": "b"}), "owls", {"unit": "b"}),
        (takes(kind={"const": "news"}), "owls", {"kind": "news"}),
        (takes(["q"], q={"type": "string"}, limit={"type": "integer"}), "owls 7", {"q": "owls 7"}),
        (
            takes(["q"], q={"type": "string"}, by={"enum": ["date", "n"]}),
            "owls by date",
            {"q": "owls by date", "by": "date"},
        ),
    ],
)
def test_a_required_argument_is_taken_from_the_question(schema: JsonObject, query: str, arguments: JsonObject) -> None:
    filling = fill(tool("t", schema), read_question(query))
    assert filling.missing == ()
    assert filling.arguments == arguments


@pytest.mark.parametrize(
    ("schema", "query"),
    [
        (takes(url={"type": "string"}), "no address here"),
        (takes(id={"type": "string"}), "no number here"),
        (takes(date={"type": "string"}), "on the 31st of February 2020"),
        (takes(a={"type": "number"}, b={"type": "number"}), "only 7"),
        (takes(city={"type": "string"}), "from Paris Gare to London maybe or Rome"),
        (takes(unit={"enum": ["celsius", "fahrenheit"]}), "how warm?"),
        (takes(flag={"type": "boolean"}), "yes"),
        (takes(filters={"type": "object"}), "owls"),
    ],
)
def test_what_the_question_does_not_give_is_missing_and_never_made_up(schema: JsonObject, query: str) -> None:
    filling = fill(tool("t", schema), read_question(query))
    assert filling.missing
    assert filling.arguments.keys().isdisjoint(filling.missing)


@pytest.mark.parametrize(
    ("query", "searched"),
    [
        ("Hello, could you please tell me about lazy imports?", "lazy imports"),
        ("What is the capital of France?", "capital of France"),
        ("Search the web for cheap flights, please!", "cheap flights"),
        ("I want to know how TaskGroup handles errors. Thanks!", "how TaskGroup handles errors"),
        ("why is the sky blue?", "why is the sky blue"),
        ("please", "please"),
        ("?", "?"),
        ("  what \n is  it ", "it"),
    ],
)
def test_search_words_leave_out_politeness_and_keep_the_meaning(query: str, searched: str) -> None:
    assert search_words(query) == searched


@pytest.mark.benchmark
def test_a_question_of_the_greatest_length_is_read_at_once() -> None:
    began = process_time()
    for unit in ("? ", "a.", "A ", "'", "12,", "http://", "Aa.", '"x', "#1 ", "1a", "can you "):
        read_question((unit * 8_000)[:8_000])
    assert process_time() - began < 5


@pytest.mark.parametrize("gap", [" ", "\n", "\t ", "\u00a0"])
async def test_thousands_of_blanks_say_no_more_than_one(gap: str) -> None:
    """They took a quarter of a minute of a core."""
    wide = await planned(f"Which coroutines{gap * 3_900}are there?")
    assert wide == await planned("Which coroutines are there?")


def test_a_rarer_word_in_common_counts_for_more() -> None:
    tools = [
        tool("a", description="search old trains"),
        tool("b", description="search owls"),
        tool("c", description="search"),
    ]
    assert by_relevance("search for owls", tools)[0].tool.name == "b"
    assert all(scored.score == 0 for scored in by_relevance("zzz", tools))
    assert by_relevance("anything", []) == []


def test_a_long_word_inside_a_joined_name_counts_as_a_word_of_it() -> None:
    tools = [tool("seoanalysis", description="Improve a page."), tool("improve_site", description="Improve a site.")]
    assert by_relevance("an analysis to improve my shop", tools)[0].tool.name == "seoanalysis"
    assert by_relevance("so improve my shop", tools)[0].tool.name == "improve_site", "short words do not count so"
