"""Planning without a model over servers of others: paths, time zones, several things, chains, what is not called."""

from collections.abc import Sequence

import pytest
from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from agentic_search.domain.plan import Task
from agentic_search.domain.tool import Tool
from agentic_search.errors import PlanRefused
from agentic_search.planning.offline.planner import OfflinePlanner
from agentic_search.planning.planner import PlanRequest
from tests.planning.schemas import tool
from tests.planning.steps import follow

TEXT: JsonObject = {"type": "string"}
NUMBER: JsonObject = {"type": "number"}


def takes(*required: str, **properties: JsonValue) -> JsonObject:
    return {"type": "object", "properties": properties, "required": [*required] or [*properties]}


FILES = [
    tool("read_text_file", takes(path=TEXT), server="files", description="Read a file as text."),
    tool("list_directory", takes(path=TEXT), server="files", description="List the files and folders in a directory."),
    tool("directory_tree", takes(path=TEXT), server="files", description="Get a tree of files as JSON."),
    tool("list_allowed_directories", server="files", description="List the directories that may be read."),
    tool(
        "search_files",
        takes(path=TEXT, pattern=TEXT),
        server="files",
        description="Search for files whose names fit a pattern.",
    ),
]
CLOCK = tool(
    "get_current_time",
    takes(timezone={"type": "string", "description": "IANA timezone name, such as America/New_York."}),
    server="time",
    description="Get the current time in a time zone.",
)
MONGO = tool("connect", takes(connectionString=TEXT), server="mongodb", description="Connect to a MongoDB instance.")
GRAPH = tool("search_nodes", takes(query=TEXT), server="memory", description="Search for nodes in the graph.")
OTHERS = [*FILES, CLOCK, MONGO, GRAPH]
WEATHER = tool("get_weather", takes(city=TEXT), server="weather", description="The weather in a city.")
TRIANGLE = tool("triangle_area", takes(base=NUMBER, height=NUMBER), description="The area of a triangle.")
CIRCLE = tool("circle_area", takes(radius=NUMBER), description="The area of a circle.")


async def planned(query: str, tools: Sequence[Tool] = OTHERS) -> tuple[Task, ...]:
    return (await follow(OfflinePlanner(), PlanRequest(query, tools), [])).tasks


async def called(query: str, tools: Sequence[Tool] = OTHERS) -> list[tuple[str, JsonObject]]:
    return [(task.tool, task.arguments) for task in await planned(query, tools) if task.tool != "search_nodes"]


@pytest.mark.parametrize(
    ("query", "call"),
    [
        ("Read the file /srv/data/notes.md", ("read_text_file", {"path": "/srv/data/notes.md"})),
        ("What is in ~/todo.txt?", ("read_text_file", {"path": "~/todo.txt"})),
        ("Lies ./report.txt", ("read_text_file", {"path": "./report.txt"})),
        ("Which files are in /srv/data?", ("list_directory", {"path": "/srv/data"})),
        ("list the folder C:\\Users\\eve", ("list_directory", {"path": "C:\\Users\\eve"})),
        ("What is the current time in Europe/Berlin?", ("get_current_time", {"timezone": "Europe/Berlin"})),
        ("What time is it in Tokyo?", ("get_current_time", {"timezone": "Asia/Tokyo"})),
        ("Wie spät ist es in New York?", ("get_current_time", {"timezone": "America/New_York"})),
    ],
)
async def test_what_a_question_points_at_goes_where_it_can_be_meant(query: str, call: tuple[str, JsonObject]) -> None:
    assert await called(query) == [call]


@pytest.mark.parametrize(
    "query",
    ["Which Python function reads a csv file?", "How do I connect Tokyo to Osaka by train?", "Who is the API for?"],
)
async def test_a_name_is_no_path_and_no_connection(query: str) -> None:
    assert await called(query) == []


@pytest.mark.parametrize(
    "query", ['Write a file /tmp/a.txt with content "hello"', "delete /srv/notes.md", "lösche ./a.md"]
)
async def test_what_is_to_be_written_is_refused_with_the_reason(query: str) -> None:
    with pytest.raises(PlanRefused, match="without a language model nothing is written"):
        await planned(query)


@pytest.mark.parametrize("query", ["the weather in Paris and in Rome", "How is the weather in Paris and Rome?"])
@pytest.mark.parametrize("beside", [[], [GRAPH]])
async def test_a_tool_is_called_once_for_each_of_several_things(query: str, beside: list[Tool]) -> None:
    assert await called(query, [WEATHER, *beside]) == [
        ("get_weather", {"city": "Paris"}),
        ("get_weather", {"city": "Rome"}),
    ]


async def test_several_tools_are_called_for_several_things() -> None:
    query = "Find the area of a triangle with base 6 and height 10. Also find the area of a circle with a radius of 5."
    assert await called(query, [TRIANGLE, CIRCLE]) == [
        ("triangle_area", {"base": 6, "height": 10}),
        ("circle_area", {"radius": 5}),
    ]


@pytest.mark.parametrize(
    "query",
    [
        "the area of a triangle with a base of 6 and a height of 10",
        "the area of a triangle with height 10 and base 6",
        "triangle area, base and height being 6 and 10",
    ],
)
async def test_a_number_goes_to_the_argument_whose_words_are_nearest(query: str) -> None:
    assert await called(query, [CIRCLE, TRIANGLE]) == [("triangle_area", {"base": 6, "height": 10})]


async def test_what_lacks_a_number_is_not_called_and_said_to_need_it() -> None:
    with pytest.raises(PlanRefused, match="'triangle_area' needs 'height'"):
        await planned("the area of a triangle with a base of 6", [TRIANGLE])


async def test_both_sides_of_a_comparison_are_looked_up() -> None:
    tasks = await planned("What is the difference between otters and beavers?", [GRAPH])
    assert [task.arguments for task in tasks] == [{"query": "otters"}, {"query": "beavers"}]


FOUND: JsonObject = {
    "type": "object",
    "properties": {"notes": {"type": "array", "items": {"type": "object", "properties": {"note_id": TEXT}}}},
}
NOTES = [
    tool("find_notes", takes(query=TEXT), server="notes", description="Search notes.", output_schema=FOUND),
    tool("get_note", takes(note_id=TEXT), server="notes", description="One note, whole."),
]


async def test_what_is_found_is_read_where_the_question_asks_for_that() -> None:
    tasks = {task.tool: task for task in await planned("Read the note about otters", NOTES)}
    found = tasks["find_notes"].id
    assert tasks["get_note"].arguments == {"note_id": f"${{{found}.notes[0].note_id}}"}
    assert tasks["get_note"].depends_on == (found,)
    for query in ("notes about otters", "How many notes are about otters?", "How do I read a note?"):
        assert [task.tool for task in await planned(query, NOTES)] == ["find_notes"]


async def test_a_part_takes_from_an_earlier_call_what_it_does_not_name() -> None:
    tools = [
        tool(
            "find_hotel",
            takes(city=TEXT),
            description="Find a hotel in a city.",
            output_schema={"type": "object", "properties": {"hotel_name": TEXT}},
        ),
        tool("hotel_reviews", takes(hotel_name=TEXT), description="The reviews of a hotel."),
    ]
    tasks = await planned("Find a hotel in Paris and then show the reviews of the hotel", tools)
    assert [task.arguments for task in tasks] == [{"city": "Paris"}, {"hotel_name": f"${{{tasks[0].id}.hotel_name}}"}]
