"""Server-sent events are read whatever pieces they come in, and however servers end their lines."""

import json

import pytest

from agentic_search.domain.data import JsonObject
from agentic_search.models.network.transport import LONGEST_LINE
from agentic_search.models.openai.events import EventReader

STREAM = (
    b": keep-alive\n\n:\n"
    b'data: {"a": "one\xe2\x80\xa8\xc2\x85"}\n\n'
    b"event: message\nid: 7\nretry: 10\n"
    b'data:{"a":\ndata: 2}\r\n\r\n'
    b': OPENROUTER PROCESSING\ndata: {"a": 3}\r\n\r\n'
    b"data: [DONE]\n\n"
)
EVENTS: list[JsonObject] = [{"a": "one\u2028\x85"}, {"a": 2}, {"a": 3}]


def read(*pieces: bytes) -> list[JsonObject]:
    """All objects of a stream in these pieces."""
    reader = EventReader()
    found = [data for piece in pieces for data in reader.feed(piece)]
    return [json.loads(data) for data in (*found, *reader.end())]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_a_stream_is_the_same_in_any_pieces(size: int) -> None:
    assert read(*(STREAM[start : start + size] for start in range(0, len(STREAM), size))) == EVENTS


def test_an_event_is_given_when_it_ends_and_not_later() -> None:
    reader = EventReader()
    assert reader.feed(b'data: {"a": 1}\n') == []
    assert reader.feed(b"\n") == [b'{"a": 1}']
    assert not reader.done
    assert reader.feed(b"data: [DONE]\n\n") == []
    assert reader.done


def test_a_last_event_may_lack_its_end() -> None:
    assert read(b'data: {"a": 1}') == read(b'data: {"a": 1}\n') == [{"a": 1}]
    assert read(b"data: [DONE]") == read(b"") == read(b"data:\n\n") == []


def test_lone_carriage_returns_end_lines_too() -> None:
    assert read(b'data: {"a": 1}\r\rdata: {"a": 2}\r\r') == [{"a": 1}, {"a": 2}]


def test_a_line_without_end_is_given_up() -> None:
    with pytest.raises(ValueError, match="without end"):
        read(b"x" * (LONGEST_LINE + 1))


def test_an_event_without_end_is_refused() -> None:
    reader = EventReader()
    with pytest.raises(ValueError, match="an event without end"):
        for _ in range(LONGEST_LINE // 1_000 + 2):
            reader.feed(b"data: " + b"x" * 1_000 + b"\n")
