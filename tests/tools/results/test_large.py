"""Large answers are read beside the event loop, small ones at once; with the same outcome."""

import json
import threading

import pytest
from mcp_types import CallToolResult, TextContent

from agentic_search.domain.data import JsonObject
from agentic_search.domain.outcome import ToolResult
from agentic_search.domain.tool import Tool
from agentic_search.tools.results import content
from agentic_search.tools.results.content import read_answer, read_large_answer
from agentic_search.tools.results.naming import questions_put_in, repeats_the_question
from agentic_search.tools.results.self_talk import CallWords, is_unfinished

TOOL = Tool(name="find", server="odd", remote_name="find", input_schema={"type": "object"})
ROWS = [{"title": f"Row {number}", "text": "A row. " * 5} for number in range(3_000)]


@pytest.fixture
def beside_the_loop(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Of each answer that is read, whether it is read in another thread than the event loop's."""
    read: list[bool] = []

    def noted(answer: CallToolResult, tool: Tool, arguments: JsonObject) -> ToolResult:
        read.append(threading.current_thread() is not threading.main_thread())
        return read_answer(answer, tool, arguments)

    monkeypatch.setattr(content, "read_answer", noted)
    return read


async def read_as_ever(answer: CallToolResult) -> bool:
    """Whether the outcome is the one of reading at once."""
    read = await read_large_answer(answer, TOOL, {"query": "rows"})
    return read == read_answer(answer, TOOL, {"query": "rows"})


@pytest.mark.parametrize(
    "answer",
    [
        CallToolResult(content=[TextContent(type="text", text=json.dumps(ROWS))]),
        CallToolResult(content=[TextContent(type="text", text="! " * 100_000)]),
        CallToolResult(content=[], structured_content={"rows": ROWS}),
    ],
    ids=["rows", "signs", "structured"],
)
async def test_a_large_answer_does_not_hold_the_event_loop(answer: CallToolResult, beside_the_loop: list[bool]) -> None:
    assert await read_as_ever(answer)
    assert beside_the_loop == [True]


async def test_a_small_answer_is_read_at_once(beside_the_loop: list[bool]) -> None:
    assert await read_as_ever(CallToolResult(content=[TextContent(type="text", text="A lamp.")]))
    assert beside_the_loop == [False]


@pytest.mark.parametrize("filler", ["word ", "word\n", "\n", " "])
@pytest.mark.parametrize("said", ["The index is still being built, try again later.", "A lamp."])
def test_what_stands_at_the_ends_of_a_large_text_is_seen(filler: str, said: str) -> None:
    given, middle = CallWords.of({}), f"\nbody\n{filler * 20_000}\nbody\n"
    assert is_unfinished(said + middle, given) is is_unfinished(middle + said, given) is (said != "A lamp.")
    assert not is_unfinished(f"body{middle}{said}{middle}body", given)


def test_titles_are_held_against_the_beginning_of_long_questions() -> None:
    asked = questions_put_in({"query": ["rows counted by colour", *["word " * 5_000] * 100]})
    assert len(asked) == 20 and max(map(len, asked)) <= 400
    assert repeats_the_question("Rows: counted by colour", asked)
    assert not repeats_the_question("Lamps", asked)
