"""JSON that every program reads, whatever stands in the value."""

import asyncio
import json
import math
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from agentic_search.domain.run import TaskRecord
from agentic_search.domain.tool import ServerStatus
from agentic_search.plain_json import json_bytes, large_json_bytes, nested_at, read_json, well_formed
from agentic_search.tools.mcp.wire.messages import read_message

TEXTS = st.text(max_size=20) | st.sampled_from(["\ud800", "x" * 1_001])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=8,
)
RECORDS: list[JsonValue] = [{"n": n, "share": n / 7, "text": "red lamp " * 5} for n in range(120_000)]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ([math.nan, math.inf, -math.inf, 1.5], [None, None, None, 1.5]),
        ({"a\ud800": ["\udfff", "🚀", "x"]}, {"a\ufffd": ["\ufffd", "🚀", "x"]}),
        ({"\ud800": math.inf}, {"\ufffd": None}),
        (10**30, 10**30),
        ("plain", "plain"),
    ],
)
def test_what_json_lacks_is_replaced(value: object, written: object) -> None:
    assert json.loads(json_bytes(value), parse_constant=lambda name: pytest.fail(name)) == written


def test_a_model_with_half_of_a_surrogate_pair_is_written_too() -> None:
    status = ServerStatus.model_construct(name="a\ud800")
    assert json.loads(json_bytes(status))["name"] == "a\ufffd"


def test_more_levels_than_may_be_are_refused() -> None:
    assert well_formed([[{}]], deepest=3) == [[{}]]
    with pytest.raises(RecursionError):
        well_formed([[[]]], deepest=2)


LARGE_VALUES: list[JsonValue] = [
    "é" * 300_000,
    '"\\\n' * 200_000,
    "\ud800" * 300_000,
    [[1.5] * 250, ["x" * 2_000] * 101],
    {f"k{n}": n for n in range(500)},
    [{"a": [None] * 120}] * 150,
]


@given(VALUES | st.sampled_from(LARGE_VALUES))
def test_step_by_step_the_same_is_written_and_read(value: JsonValue) -> None:
    written = json_bytes(value)
    assert large_json_bytes(value) == written
    assert json_bytes(read_json(written.decode())) == written


def test_a_model_is_written_as_ever_also_step_by_step() -> None:
    task = TaskRecord(id="t1", tool="x", result={"a": RECORDS}, content=({"b": RECORDS[:200]},), size=9)
    assert large_json_bytes([task, task]) == json_bytes([task, task])


@pytest.mark.parametrize("text", ["[NaN, 1e999, -Infinity, 1.5]", "[null, null, null, 1.5]"])
def test_what_is_no_number_of_json_is_none(text: str) -> None:
    assert read_json(text) == [None, None, None, 1.5]


@pytest.mark.parametrize("text", ["", "{", '{"a": 1}}', "x", '{"a" 1}'])
def test_what_is_no_json_is_not_read(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_json(text)


def test_what_stands_at_a_level() -> None:
    value: Any = {"a": [[1], {"b": []}], "c": 2}
    assert [nested_at(value, level) for level in range(5)] == [[value], [value["a"]], [[1], {"b": []}], [[]], []]


@pytest.fixture
def quick_turns() -> Iterator[None]:
    """Threads that wait for their turn ask for it soon."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-4)
    yield
    sys.setswitchinterval(before)


MESSAGE = json.dumps({"jsonrpc": "2.0", "id": 1, "result": {"records": RECORDS}})


@pytest.mark.usefixtures("quick_turns")
@pytest.mark.parametrize(
    "work",
    [
        lambda: read_json(MESSAGE),
        lambda: read_message(MESSAGE.encode()),
        lambda: large_json_bytes(RECORDS),
        lambda: large_json_bytes({"of": [RECORDS]}),
    ],
)
async def test_while_a_thread_reads_or_writes_much_the_event_loop_has_many_turns(work: Callable[[], object]) -> None:
    turns, works = 0, False

    def work_in_thread() -> None:
        nonlocal works
        works = True
        work()
        works = False

    working = asyncio.create_task(asyncio.to_thread(work_in_thread))
    while not working.done():
        await asyncio.sleep(0)
        turns += works
    await working
    assert turns > 10_000  # a call of C code that does all the work leaves it 300 to 4,000, and this some 45,000
