"""Lines that arrive together: fewer come out, and they say the same."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from itertools import pairwise

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentic_search.clock import SystemClock
from agentic_search.domain.data import JsonObject
from agentic_search.models.ollama.chat_lines import ChatLines

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
PLACES = st.lists(st.integers(0, 10_000), max_size=8)
NOTHING = ["", "  ", "\r", '{"model":"m","done":false}', '{"message":null,"done":false}']
STRANGE = ['{"error":"killed"}', "no json", "[1]", '{"done":"perhaps"}', '{"message":{"content":1},"done":false}']


class Pieces(httpx.AsyncByteStream):
    """A body that arrives in these pieces."""

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = pieces

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            yield piece


class Hurried(SystemClock):
    """A clock that nobody waits for."""

    async def sleep(self, seconds: float) -> None:
        """Go on at once."""


def frame(content: str, thinking: str | None = None, **more: object) -> JsonObject:
    message = {"role": "assistant", "content": content} | ({} if thinking is None else {"thinking": thinking})
    return {"model": "m", "created_at": "now", "message": message, "done": False, **more}  # pyright: ignore[reportReturnType] - the double gives what a wrong server would


def end(content: str = "") -> JsonObject:
    return frame(content, eval_count=7, done_reason="stop") | {"done": True}


def told(data: bytes, places: list[int]) -> list[str]:
    """The lines that come out where the data arrives cut at these places."""
    ends = sorted({place % (len(data) + 1) for place in places} | {0, len(data)})
    pieces = [data[begin:stop] for begin, stop in pairwise(ends)]

    async def read() -> bytes:
        return b"".join([lines async for lines in ChatLines(Pieces(pieces), Hurried())])

    return asyncio.run(read()).decode().splitlines()


def sent(*lines: JsonObject | str) -> bytes:
    texts = (line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines)
    return "".join(f"{text}\n" for text in texts).encode()


def texts_of(lines: list[str], name: str) -> str:
    """All of one text, of the lines that are frames."""
    found = ""
    for line in lines:
        with suppress(ValueError, TypeError, KeyError):
            found += json.loads(line)["message"].get(name, "")
    return found


@given(st.lists(st.tuples(TEXTS, st.none() | TEXTS), max_size=12), TEXTS, PLACES)
def test_however_a_chat_is_cut_its_texts_and_its_end_are_the_same(
    parts: list[tuple[str, str | None]], last: str, places: list[int]
) -> None:
    lines = told(sent(*(frame(*part) for part in parts), end(last)), places)
    assert texts_of(lines, "content") == "".join(content for content, _ in parts) + last
    assert texts_of(lines, "thinking") == "".join(thinking or "" for _, thinking in parts)
    *others, final = (json.loads(line) for line in lines)
    assert all(other["done"] is False for other in others)
    assert {name: final[name] for name in ("done", "done_reason", "eval_count")} == {
        "done": True,
        "done_reason": "stop",
        "eval_count": 7,
    }


@given(st.lists(TEXTS.map(frame) | st.sampled_from(STRANGE), max_size=10), PLACES)
def test_what_is_not_understood_stays_as_it_is_and_where_it_is(
    lines: list[JsonObject | str], places: list[int]
) -> None:
    def story(given: list[str]) -> list[str]:
        """Strange lines, and between them the text of frames."""
        shown: list[str] = [""]
        for line in given:
            if line in STRANGE:
                shown += [line, ""]
            else:
                shown[-1] += json.loads(line)["message"]["content"]
        return shown

    whole = sent(*lines)
    assert story(told(whole, places)) == story(whole.decode().removesuffix("\n").split("\n") if lines else [])


@given(
    st.lists(TEXTS, min_size=1, max_size=8),
    st.lists(
        st.tuples(
            st.integers(0, 8),
            st.sampled_from(["", "  ", "\r", '{"model":"m","done":false}', '{"message":null,"done":false}']),
        ),
        max_size=8,
    ),
    PLACES,
)
def test_blank_lines_and_frames_that_say_nothing_are_passed_over(
    texts: list[str], nothing: list[tuple[int, str]], places: list[int]
) -> None:
    lines: list[JsonObject | str] = [*map(frame, texts)]
    for place, line in nothing:
        lines.insert(place, line)
    come = [json.loads(line) for line in told(sent(*lines, end()), places)]
    assert "".join(each["message"]["content"] for each in come) == "".join(texts)
    assert come[-1]["done"] is True


def test_an_end_without_a_message_is_an_end() -> None:
    (last,) = told(sent({"model": "m", "done": True, "eval_count": 7}), [])
    assert json.loads(last) == {
        "model": "m",
        "done": True,
        "eval_count": 7,
        "message": {"role": "assistant", "content": ""},
    }


def test_a_whole_reply_that_arrives_at_once_is_one_frame() -> None:
    assert len(told(sent(*(frame(word) for word in ("a ", "b ", "c")), end()), [])) == 1


def test_nothing_is_joined_to_an_end() -> None:
    lines = told(sent(frame("a"), end("b"), frame("c")), [])
    assert [json.loads(line)["message"]["content"] for line in lines] == ["ab", "c"]


def test_a_frame_with_more_than_text_stays_alone() -> None:
    call = frame("b")
    call["message"] = {"role": "assistant", "content": "b", "tool_calls": [{"function": {"name": "f"}}]}
    lines = told(sent(frame("a"), call, frame("c"), frame("d")), [])
    assert [json.loads(line)["message"]["content"] for line in lines] == ["a", "b", "cd"]


def test_what_was_cut_off_in_a_line_comes_at_the_end() -> None:
    assert told(sent(frame("a")) + b'{"mess', [5])[-1] == '{"mess'


@pytest.mark.parametrize("separator", ["\u0085", "\u2028", "\u2029", "\x1c"])
def test_characters_that_the_client_takes_for_line_ends_do_not_break_a_frame(separator: str) -> None:
    (line,) = told(sent(frame(f"a{separator}b")), [])
    assert json.loads(line)["message"]["content"] == f"a{separator}b"


async def test_a_line_without_end_breaks_off() -> None:
    with pytest.raises(httpx.RemoteProtocolError, match="a line without end"):
        async for _ in ChatLines(Pieces([b"{", *[b"x" * 65_536] * 100]), Hurried()):
            pass
