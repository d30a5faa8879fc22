"""A worker's messages arrive as they were sent, however the pipe cuts them; what no worker sends is refused."""

import pickle
from io import BytesIO
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentic_search.workers.ending import Raised, Returned
from agentic_search.workers.frames import (
    Began,
    Message,
    Order,
    Reported,
    Unpacker,
    pack,
    pack_order,
    read_body,
    unpack_order,
)

numbers = st.floats(allow_nan=False)
messages: st.SearchStrategy[Message] = st.one_of(
    st.just(Began()),
    st.builds(Reported, numbers, st.none() | numbers, st.text()),
    st.builds(Returned, st.binary()),
    st.builds(Raised, st.text(), st.text()),
)


@given(st.lists(messages), st.lists(st.integers(0, 400)))
def test_messages_arrive_whole_and_in_order_however_they_are_cut(sent: list[Message], cuts: list[int]) -> None:
    text = b"".join(map(pack, sent))
    unpacker = Unpacker()
    pieces = [text[start:end] for start, end in pairwise([0, *sorted(cuts), len(text) + 400])]
    assert [message for piece in pieces for message in unpacker.feed(piece)] == sent


@pytest.mark.parametrize(
    "text",
    [
        b"X" + bytes(8),
        b"T" + (2).to_bytes(8, "big") + b"[]",
        b"T" + (1).to_bytes(8, "big") + b"[",
        b"E" + (9).to_bytes(8, "big") + b'["a", 1,]',
    ],
)
def test_what_no_worker_sends_is_refused(text: bytes) -> None:
    with pytest.raises((ValueError, TypeError)):
        list(Unpacker().feed(text))


def test_an_order_is_read_whole_or_not_at_all() -> None:
    order = Order("json", "dumps", {"obj": {1, 2}}, "progress")
    packed = pack_order(order)
    pipe = BytesIO(packed + packed[:-1])
    body = read_body(pipe)
    assert body is not None
    assert unpack_order(body) == order
    assert read_body(pipe) is None
    assert read_body(BytesIO(b"O")) is None
    with pytest.raises((pickle.PicklingError, AttributeError)):
        pack_order(Order("m", "f", {"a": lambda: 1}))
