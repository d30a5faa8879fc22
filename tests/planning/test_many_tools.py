"""Planning with 26 servers and 349 tools: searches are seen and asked, and a prompt keeps small."""

from collections.abc import Sequence

import pytest

from agentic_search.domain.data import JsonObject
from agentic_search.domain.tool import Tool
from agentic_search.models.budget import Budget, TokenEstimate
from agentic_search.planning.model.asking import PlanPrompt, PromptNeeds
from agentic_search.planning.model.examples import example_plans
from agentic_search.planning.model.form import PlanForm
from agentic_search.planning.model.prompt import MOST_TOOLS, planning_prompt
from agentic_search.planning.model.shortlist import by_usefulness
from agentic_search.planning.offline.planner import OfflinePlanner
from agentic_search.planning.planner import PlanRequest
from tests.planning.schemas import tool
from tests.planning.steps import follow
from tests.world.crowd import crowd

README = "How do I run several coroutines at once in asyncio and wait for all of them?"
NOTHING_IN_COMMON = [
    "Who was Ada Lovelace?",
    "Was ist die Hauptstadt von Australien?",
    "量子コンピュータとは何ですか",
    "?",
]
MOST_TOKENS = 4_000

QUERY: JsonObject = {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]}
NAME: JsonObject = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
PYTHON = (
    tool(
        "search_python_docs",
        QUERY,
        server="python_docs",
        description="Search the documentation of Python itself. Ask in plain English.",
    ),
    tool("read_python_doc", NAME, server="python_docs", description="Read about one name, such as asyncio.gather."),
)


def taken() -> list[Tool]:
    """The 349 tools as a catalog holds them: names that two servers share are told apart."""
    told = [(server, each) for server, tools in crowd().items() for each in tools]
    names = [each["name"] for _, each in told]
    return [
        tool(
            name if names.count(name := each["name"]) == 1 else f"{server}.{name}",
            each["inputSchema"],
            server=server,
            description=each["description"],
            read_only=each["annotations"]["readOnlyHint"],
        )
        for server, each in told
    ]


TOOLS = [*taken(), *PYTHON]
SEARCHING_SERVERS = {each.server for each in TOOLS if each.name.rpartition(".")[2].startswith("search_")} | {"web"}


def prompt(query: str, tools: Sequence[Tool] = TOOLS, *, num_ctx: int = 32_768) -> PlanPrompt:
    needs = PromptNeeds(Budget(num_ctx, 512, TokenEstimate()), PlanForm("full", 5))
    said = {each.server: f"This is {each.server}, which " + "does a great deal. " * 9 for each in tools}
    return planning_prompt(query, tools, needs, examples=example_plans(query, tools, linked=True), instructions=said)


def tokens(made: PlanPrompt) -> int:
    return TokenEstimate().texts(message.content for message in made.messages)


async def asked(query: str, tools: Sequence[Tool] = TOOLS) -> list[str]:
    return [task.tool for task in (await follow(OfflinePlanner(), PlanRequest(query, tools), [])).tasks]


@pytest.mark.parametrize("query", NOTHING_IN_COMMON)
def test_where_nothing_shares_a_word_with_the_question_the_first_shown_are_searches_of_every_server(query: str) -> None:
    shown = [*by_usefulness(query, TOOLS)]
    assert len(shown) == len(TOOLS) and {each.name for each in shown} == {each.name for each in TOOLS}
    first = shown[: len(SEARCHING_SERVERS)]
    assert {each.server for each in first} == SEARCHING_SERVERS
    assert {"web_search", "search_articles", "search_python_docs"} <= {each.name for each in first[:6]}


@pytest.mark.parametrize("query", [*NOTHING_IN_COMMON, README, "Which issues of the sprint are open?"])
@pytest.mark.parametrize("first", ["as listed", "reversed"])
def test_whatever_is_asked_a_model_is_shown_the_searches_that_find_anything(query: str, first: str) -> None:
    tools = TOOLS if first == "as listed" else TOOLS[::-1]
    shown = {each.name for each in prompt(query, tools).shown}
    assert {"web_search", "search_articles", "search_python_docs"} <= shown
    assert len(shown) <= MOST_TOOLS


def test_places_kept_for_searches_leave_most_to_what_is_like_the_question() -> None:
    shown = [each.name for each in prompt("List the issues of a sprint and create a comment on one of them").shown]
    assert {"list_issues", "get_issue", "list_sprints", "create_comment", "tickets.create_comment"} & {*shown} >= {
        "list_issues",
        "list_sprints",
    }
    assert sum(name.rpartition(".")[2].startswith(("search_", "web_search")) for name in shown) <= len(shown) / 2


@pytest.mark.parametrize("num_ctx", [4_096, 8_192, 32_768, 131_072])
@pytest.mark.parametrize("query", [*NOTHING_IN_COMMON, README, "word " * 300])
def test_a_prompt_stays_below_four_thousand_tokens_whatever_the_context(query: str, num_ctx: int) -> None:
    made = prompt(query, num_ctx=num_ctx)
    assert tokens(made) <= min(MOST_TOKENS, Budget(num_ctx, 512, TokenEstimate()).prompt)
    assert made.shown


def test_a_question_as_long_as_a_prompt_still_gets_tools() -> None:
    made = prompt("How do otters and beavers differ? " * 400)
    assert len(made.shown) >= 5


async def test_the_readmes_question_asks_the_python_documentation_first() -> None:
    assert (await asked(README))[0] == "search_python_docs"
    assert (await asked(README, TOOLS[::-1]))[0] == "search_python_docs"


@pytest.mark.parametrize(
    ("query", "never"),
    [
        (README, {"wait_for", "wait_for_all", "trigger_long_running_operation", "think", "screenshot"}),
        ("How do I wait for a process in Python?", {"wait_for", "wait_for_all", "wait_for_run"}),
        ("Why do otters hold hands on a page of my book?", {"screenshot", "wait_for_all", "think"}),
    ],
)
async def test_what_shares_a_word_with_a_question_is_not_done_for_that(query: str, never: set[str]) -> None:
    assert never.isdisjoint(await asked(query))


async def test_a_tool_that_takes_nothing_is_called_where_the_question_names_it() -> None:
    screenshot = tool("take_screenshot", server="browser", description="Take a screenshot.")
    assert (await asked("Take a screenshot", [screenshot, *PYTHON]))[0] == "take_screenshot"
