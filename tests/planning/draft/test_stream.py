"""The plan's stream: tasks come out on their closing brace, whatever the chunks."""

import json
from collections.abc import Iterable
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from agentic_search.planning.draft.stream import PlanStream
from tests.planning.schemas import JSON
from tests.support.effort import cases

OBJECTS = st.dictionaries(st.text(max_size=6), JSON, max_size=3)


def tasks_of(chunks: Iterable[str]) -> list[JsonObject]:
    stream = PlanStream()
    return [task for chunk in chunks for task in stream.feed(chunk)]


def cut(text: str, offsets: Iterable[int]) -> list[str]:
    edges = [0, *sorted({offset % (len(text) + 1) for offset in offsets}), len(text)]
    return [text[start:end] for start, end in pairwise(edges)]


@settings(max_examples=cases(60), deadline=None)
@given(
    before=st.dictionaries(st.text(max_size=6).filter(lambda name: name != "tasks"), JSON, max_size=2),
    tasks=st.lists(OBJECTS, max_size=4),
    after=st.dictionaries(st.text(max_size=6).filter(lambda name: name != "tasks"), JSON, max_size=2),
    prose=st.sampled_from(["", "Here is the plan:\n```json\n", "It's \"unbalanced [ ", "I use {braces}. "]),
    indent=st.sampled_from([None, 2]),
    ascii_only=st.booleans(),
    offsets=st.lists(st.integers(min_value=0, max_value=10_000), max_size=40),
)
def test_any_chunking_of_any_plan_gives_exactly_its_tasks(
    before: JsonObject,
    tasks: list[JsonObject],
    after: JsonObject,
    prose: str,
    indent: int | None,
    ascii_only: bool,
    offsets: list[int],
) -> None:
    plan = json.dumps({**before, "tasks": tasks, **after}, indent=indent, ensure_ascii=ascii_only)
    assert tasks_of(cut(prose + plan + "\n```\n", offsets)) == tasks


@settings(deadline=None)
@given(chunks=st.lists(st.text(alphabet='{}[]"\\:, tasks\n', max_size=12), max_size=30))
def test_no_text_makes_it_raise_and_the_text_is_kept_whole(chunks: list[str]) -> None:
    stream = PlanStream()
    for chunk in chunks:
        stream.feed(chunk)
    assert stream.text == "".join(chunks)


def test_a_task_comes_with_the_chunk_that_closes_it_and_not_before() -> None:
    stream = PlanStream()
    assert stream.feed('{"tasks": [{"tool": "a", "arguments": {"q": "}"}') == []
    assert stream.feed("}") == [{"tool": "a", "arguments": {"q": "}"}}]
    assert stream.feed(', {"tool": "b"') == []
    assert stream.feed("}]}") == [{"tool": "b"}]


def test_objects_in_other_lists_of_the_plan_are_no_tasks() -> None:
    plan: dict[str, JsonValue] = {"notes": [{"tool": "x"}], "tasks": [{"tool": "a", "steps": [{"tool": "y"}]}]}
    assert tasks_of([json.dumps(plan)]) == plan["tasks"]


def test_a_line_break_that_a_model_did_not_escape_costs_no_task() -> None:
    assert tasks_of(['{"tasks": [{"tool": "a\n"}]}']) == [{"tool": "a\n"}]


def test_objects_in_tasks_that_are_no_list_are_no_tasks() -> None:
    assert tasks_of(['{"tasks": {"a": {"tool": "x"}}}', '{"tasks": "[", "more": [{"tool": "y"}]}']) == []


def test_an_unfinished_task_is_never_given() -> None:
    assert tasks_of(['{"tasks": [{"tool": "a"}, {"tool": "b", "arguments": {"q": "half']) == [{"tool": "a"}]


def test_a_task_that_is_no_json_is_left_out_and_the_next_one_still_comes() -> None:
    assert tasks_of(['{"tasks": [{tool: "a"}, {"tool": "b"}]}']) == [{"tool": "b"}]


def test_one_character_at_a_time_takes_time_in_proportion_to_the_text() -> None:
    plan = json.dumps({"tasks": [{"tool": "a", "arguments": {"text": "x" * 200_000}}]})
    assert len(tasks_of(plan)) == 1


def test_an_escape_counts_also_where_the_chunk_ends_behind_its_backslash() -> None:
    task: JsonObject = {"q": 'a"}\\', "r": '\\"}{', "s": "\\\\", "t": "end\n"}
    text = json.dumps({"tasks": [task, {"tool": "b"}]})
    assert tasks_of(text) == [task, {"tool": "b"}]
    for chunks in (text.replace("\\", "\\|"), text.replace("\\", "|\\||"), text.replace("\\n", "\\n|")):
        assert tasks_of(chunks.split("|")) == [task, {"tool": "b"}]
