"""Questions of users over the bundled servers: which calls each needs, beside one search on every server."""

import asyncio
import json
from collections.abc import Mapping, Sequence

import pytest
from pydantic import JsonValue

from agentic_search.domain.plan import Task
from agentic_search.domain.tool import Tool
from agentic_search.planning.offline.planner import OfflinePlanner
from agentic_search.planning.planner import PlanRequest
from benchmarks.quality.user_questions import QUESTIONS
from tests.planning.offline.bundled import bundled_tools
from tests.planning.steps import follow

Call = tuple[str, Mapping[str, JsonValue]]

SEARCHES = {"search_python_docs", "search_documents", "search_stories"}
ASKED: Mapping[str, str] = {row["id"]: row["question"] for row in json.loads(QUESTIONS.read_text(encoding="utf-8"))}


def read(name: str) -> Call:
    return "read_python_doc", {"name": name}


def stories(query: str) -> Call:
    return "search_stories", {"query": query}


def count(query: str) -> Call:
    return "count_stories", {"query": query}


def posts(user: str) -> Call:
    return "get_user_posts", {"user": user}


def time(place: str) -> Call:
    return "current_time", {"timezone": place}


def sum_of(expression: str) -> Call:
    return "calculate", {"expression": expression}


PACKAGES: Call = ("list_packages", {})
DOCUMENTS: Call = ("list_documents", {})
NEEDED: Mapping[str, Sequence[Call]] = {
    "p2": [read("threading.Lock"), read("asyncio.Lock")],
    "p3": [PACKAGES],
    "p4": [PACKAGES],
    "p7": [read("asyncio.run")],
    "p9": [read("functools.lru_cache")],
    "p12": [read("os.path.join"), ("search_python_docs", {"query": "pathlib"})],
    "p19": [PACKAGES],
    "p22": [read("asyncio.wait"), read("asyncio.gather")],
    "p23": [PACKAGES],
    "p26": [read("pathlib.Path")],
    "d6": [DOCUMENTS],
    "d7": [("search_documents", {"query": "for_each"}), ("search_documents", {"query": "depends_on"})],
    "d9": [DOCUMENTS],
    "n2": [count("Kubernetes")],
    "n3": [stories("Rust")],
    "n5": [posts("mara_k")],
    "n10": [count("")],
    "u9": [sum_of("17 * 23")],
}
"""What the questions of the benchmark need beside the searches; those that are not here need nothing else."""

OTHERS: Sequence[tuple[str, Sequence[Call]]] = [
    ("How many articles talk about Postgres?", [count("Postgres")]),
    ("number of stories about Rust", [count("Rust")]),
    ("Wie viele Geschichten erwähnen Kubernetes?", [count("Kubernetes")]),
    ("Wie viele Artikel gibt es über Postgres?", [count("Postgres")]),
    ("combien d'articles parlent de Kubernetes ?", [count("Kubernetes")]),
    ("How many stories were published by mara_k?", [("count_stories", {"author": "mara_k"})]),
    ("latest articles on TypeScript", [stories("TypeScript")]),
    ("the most recent news regarding Helios Energy", [stories("Helios Energy")]),
    ("neueste Nachrichten über Rust", [stories("Rust")]),
    ("dernières actualités sur Rust", [stories("Rust")]),
    ("latest news", [stories("")]),
    ("articles by @jonas", [posts("jonas")]),
    ("Geschichten von mara_k", [posts("mara_k")]),
    ("articles de mara_k", [posts("mara_k")]),
    ("mara_k's comments", [("get_user_comments", {"user": "mara_k"})]),
    ("comments by user otto", [("get_user_comments", {"user": "otto"})]),
    ("who is mara_k?", [("get_user_profile", {"user": "mara_k"})]),
    ("How many points does mara_k have?", [("get_user_profile", {"user": "mara_k"})]),
    ("What does pathlib.Path.glob return?", [read("pathlib.Path.glob")]),
    ("Was macht functools.partial?", [read("functools.partial")]),
    ("à quoi sert itertools.chain ?", [read("itertools.chain")]),
    ("json.dumps versus json.dump", [read("json.dumps"), read("json.dump")]),
    ("Unterschied zwischen os.walk und os.scandir", [read("os.walk"), read("os.scandir")]),
    ("différence entre queue.Queue et asyncio.Queue", [read("queue.Queue"), read("asyncio.Queue")]),
    ("compare threads with processes", [("search_python_docs", {"query": "threads"})]),
    ("is numpy installed?", [PACKAGES]),
    ("Welche Pakete sind installiert?", [PACKAGES]),
    ("which libraries do you have", [PACKAGES]),
    ("quelle version de httpx est installée ?", [PACKAGES]),
    ("Which version of starlette comes with this?", [PACKAGES]),
    ("show me all files", [DOCUMENTS]),
    ("Welche Dokumente hast du?", [DOCUMENTS]),
    ("quels documents as-tu ?", [DOCUMENTS]),
    ("how many files are there?", [DOCUMENTS]),
    ("read events.md", [("read_document", {"path": "events.md"})]),
    ("What does api.md say about cancelling?", [("read_document", {"path": "api.md"})]),
    ("Was steht in configuration.md?", [("read_document", {"path": "configuration.md"})]),
    ("Read the newest story about Rust", [("get_story", {"id": "${search_stories.stories[0].id}"})]),
    ("What time is it in Tokyo?", [time("Tokyo")]),
    ("Wie spät ist es in Berlin?", [time("Berlin")]),
    ("quelle heure est-il à Paris ?", [time("Paris")]),
    ("current time in Tokyo and in Paris", [time("Tokyo"), time("Paris")]),
    ("What's the date today?", [("current_time", {})]),
    ("Was ist 17 mal 23?", [sum_of("17 * 23")]),
    ("combien font 12 fois 8 ?", [sum_of("12 * 8")]),
    ("15% of 80", [sum_of("15% of 80")]),
    ("How do I wait for a task?", []),
    ("sort a list of dictionaries by key", []),
    ("retry by exponential backoff", []),
    ("what does max_workers do", []),
    ("How do I write a file line by line?", []),
    ("Wie lese ich eine Datei?", []),
    ("How many seconds are in three days?", []),
    ("Who won in 2018-2019?", []),
    ("compute sha256 of notes", []),
    ("number of threads in a pool", []),
]


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> list[Tool]:
    return asyncio.run(bundled_tools(tmp_path_factory.mktemp("bundled")))


async def planned(query: str, tools: Sequence[Tool]) -> tuple[Task, ...]:
    return (await follow(OfflinePlanner(), PlanRequest(query, tools), [])).tasks


def told(task: Task, tasks: Sequence[Task]) -> Call:
    """A task's tool and arguments; a reference names the tool that it reads."""
    names = {each.id: each.tool for each in tasks}
    arguments = {
        name: next(
            (value.replace(f"${{{id}.", f"${{{tool}.") for id, tool in names.items() if f"${{{id}." in value), value
        )
        if isinstance(value, str)
        else value
        for name, value in task.arguments.items()
    }
    return task.tool, arguments


@pytest.mark.parametrize(
    ("query", "needed"),
    [pytest.param(query, NEEDED.get(name, []), id=name) for name, query in ASKED.items()] + [*OTHERS],
)
async def test_a_question_is_asked_of_every_server_and_of_the_tools_that_are_for_it(
    query: str, needed: Sequence[Call], tools: list[Tool]
) -> None:
    tasks = await planned(query, tools)
    calls = [told(task, tasks) for task in tasks]
    assert {tool for tool, _ in calls} >= SEARCHES
    for tool, arguments in needed:
        assert any(name == tool and arguments.items() <= given.items() for name, given in calls), calls
    assert {tool for tool, _ in calls} == SEARCHES | {tool for tool, _ in needed}


async def test_a_count_or_a_search_alone_is_not_followed_by_reading(tools: list[Tool]) -> None:
    for query in ("how many stories mention Rust", "stories about Rust", "How do I read a story?"):
        assert not any(task.depends_on for task in await planned(query, tools))
