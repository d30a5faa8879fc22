"""The beginning of a value's JSON: what `json` would write, as far as it goes, without a walk through the rest."""

import json

from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from agentic_search.text.json_start import json_start

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(values, st.integers(1, 400))
def test_it_is_what_json_begins_with(value: JsonValue, length: int) -> None:
    whole = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    assert json_start(value, length) == (whole if len(whole) <= length else f"{whole[:length]}…")


def test_a_text_inside_is_cut_before_it_is_written() -> None:
    assert json_start({"a": "x" * 100_000_000}, 20) == '{"a": "xxxxxxxxxxxxx…'


def test_what_is_no_json_is_null() -> None:
    assert json_start([float("nan"), float("inf"), 1.5], 40) == "[null, null, 1.5]"


def test_what_is_as_deep_as_can_arrive_is_begun() -> None:
    assert json_start(json.loads("[" * 200 + "]" * 200), 5) == "[[[[[…"
