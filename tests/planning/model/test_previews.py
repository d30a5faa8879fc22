"""The preview of a result: the whole where it fits, else its shape and its beginning, never more than has room."""

import json

from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from agentic_search.models.budget import TokenEstimate
from agentic_search.planning.model.previews import preview
from tests.planning.schemas import JSON

TOKENS = TokenEstimate()


def test_a_short_value_is_shown_whole() -> None:
    assert preview({"stories": [{"id": 1, "title": "One"}]}, 100, TOKENS) == '{"stories":[{"id":1,"title":"One"}]}'


def test_of_a_long_list_every_shown_element_keeps_its_shape_and_the_rest_is_counted() -> None:
    stories: JsonValue = [{"id": number, "text": "word " * 300} for number in range(200)]
    shown = json.loads(preview({"stories": stories, "total": 200}, 600, TOKENS))
    first, *_, last = shown["stories"]
    assert first["id"] == 0 and first["text"].endswith("…")
    assert last == f"… {200 - (len(shown['stories']) - 1)} more"
    assert shown["total"] == 200


def test_of_a_long_text_the_beginning_is_shown() -> None:
    shown = preview("word " * 10_000, 300, TOKENS)
    assert shown.startswith('"word word') and shown.endswith('…"') and len(shown) > 300


def test_what_is_nested_too_deeply_ends() -> None:
    value: JsonValue = "deep"
    for _ in range(500):
        value = {"in": [value]}
    assert "…" in preview(value, 200, TOKENS)


def test_a_huge_value_is_not_walked_through() -> None:
    rows: list[JsonValue] = [{f"field {column}": "x" * 100 for column in range(200)} for _ in range(2_000)]
    assert preview([rows, *rows], 400, TOKENS).startswith('[[{"field 0":"x')


@given(JSON | st.text('a😀…"', max_size=80), st.integers(4, 60))
def test_a_preview_is_never_longer_than_its_room(value: JsonValue, room: int) -> None:
    assert TOKENS.count(preview(value, room, TOKENS)) <= room
