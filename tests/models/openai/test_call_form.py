"""Which fields a server takes is learnt over real HTTP: what is refused or ignored is left off, what works is kept."""

import json
from typing import Any

import pytest
from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from agentic_search.errors import ModelError, ModelInterrupted, ModelUnavailable
from agentic_search.models.openai.call_form import CallForm, CallForms
from agentic_search.models.openai.source import OpenAISource
from tests.models.asking import ask, text_of
from tests.models.openai.servers import access, first_model
from tests.support.ollama_double import Fail, Model
from tests.support.openai_double import Dialect, OpenAIDouble

SCHEMA: JsonObject = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
GOOD = '{"n": 1}'


def formats(server: OpenAIDouble) -> list[JsonValue]:
    """How each call asked for JSON."""
    asked = [(chat.body.get("response_format") or {}) for chat in server.chats]
    return [each.get("type") for each in asked if isinstance(each, dict)]


async def test_a_schema_is_sent_as_the_protocol_has_it_and_with_little_chance() -> None:
    async with OpenAIDouble() as server, first_model(server) as model:
        assert json.loads(await text_of(ask(model, schema=SCHEMA))) == {"n": 1}
    (chat,) = server.chats
    wanted = {"name": "reply", "schema": SCHEMA, "strict": True}
    assert chat.body["response_format"] == {"type": "json_schema", "json_schema": wanted}
    assert chat.body["temperature"] == 0.1


@pytest.mark.parametrize(
    ("dialect", "first", "then"),
    [
        (Dialect(), ["json_schema"], ["json_schema"]),
        (Dialect(formats=("json_object",)), ["json_schema", "json_schema", "json_object"], ["json_object"]),
        (Dialect(formats=()), ["json_schema", "json_schema", "json_object", None], [None]),
        (Dialect(formats=("json_object",), refuses_formats=False), ["json_schema"], ["json_object"]),
    ],
    ids=["schema", "object", "neither", "ignored"],
)
async def test_json_is_asked_for_in_the_firmest_way_that_the_server_takes_and_that_is_remembered(
    dialect: Dialect, first: list[str | None], then: list[str | None]
) -> None:
    ignored = not dialect.refuses_formats
    async with OpenAIDouble(dialect=dialect) as server, first_model(server) as model:
        server.enqueue("Sure! Here it is." if ignored else GOOD)
        await text_of(ask(model, schema=SCHEMA))
        assert formats(server) == first
        server.enqueue(GOOD)
        await text_of(ask(model, schema=SCHEMA))
        assert formats(server) == [*first, *then]


async def test_a_model_whose_server_takes_no_json_has_no_grammar_and_is_asked_in_words() -> None:
    async with OpenAIDouble(dialect=Dialect(formats=())) as server, first_model(server) as model:
        assert model.grammar is not None
        server.enqueue(GOOD)
        assert await text_of(ask(model, "How many?", schema=SCHEMA)) == GOOD
        assert model.grammar is None
    last = server.chats[-1].body["messages"]
    assert isinstance(last, list) and isinstance(last[0], dict)
    words = str(last[0]["content"])
    assert words.startswith("How many?\n") and "JSON" in words and json.dumps(SCHEMA, separators=(",", ":")) in words


async def test_a_schema_that_leaves_no_room_is_not_shown_in_words() -> None:
    wide: JsonObject = {"type": "object", "properties": {f"field_{n}": {"type": "string"} for n in range(400)}}
    server = OpenAIDouble([Model("x", context=1000)], dialect=Dialect(formats=("json_object",)))
    async with server, first_model(server) as model:
        server.enqueue("{}")
        await text_of(ask(model, "How many?", schema=wide))
    assert "field_1" not in str(server.chats[-1].body["messages"]) and "JSON" in str(server.chats[-1].body["messages"])


async def test_one_bad_schema_does_not_take_schemas_from_a_server_that_has_them() -> None:
    async with OpenAIDouble() as server, first_model(server) as model:
        server.enqueue(GOOD)
        await text_of(ask(model, schema=SCHEMA))
        server.enqueue(Fail("failed to parse grammar", 400))
        server.enqueue(Fail("failed to parse grammar", 400))
        server.enqueue(GOOD)
        assert await text_of(ask(model, schema=SCHEMA)) == GOOD
        server.enqueue("I would rather not.")
        await text_of(ask(model, schema=SCHEMA))
        await text_of(ask(model, schema=SCHEMA))
    assert formats(server) == ["json_schema", "json_schema", "json_schema", "json_object", "json_schema", "json_schema"]


async def test_a_reply_that_was_cut_says_nothing_about_the_server() -> None:
    async with OpenAIDouble() as server, first_model(server) as model:
        for _ in range(2):
            server.enqueue('{"n": ', "1", "1", "}")
            await text_of(ask(model, max_tokens=2, schema=SCHEMA))
    assert formats(server) == ["json_schema", "json_schema"]


@pytest.mark.parametrize(
    ("field", "said", "instead"),
    [
        ("max_tokens", "Unsupported: 'max_tokens'. Use 'max_completion_tokens' instead.", "max_completion_tokens"),
        ("temperature", "'temperature' does not support 0.1 with this model. Only the default (1) is.", None),
        ("stream_options", '[{"type": "extra_forbidden", "loc": ["body", "stream_options"]}]', None),
    ],
)  # fmt: skip
async def test_a_field_that_is_refused_is_left_off_and_stays_off(field: str, said: str, instead: str | None) -> None:
    async with OpenAIDouble(dialect=Dialect(refuses={field: said})) as server, first_model(server) as model:
        for _ in range(2):
            server.enqueue(GOOD)
            assert await text_of(ask(model, schema=SCHEMA)) == GOOD
    refused, *others = (chat.body for chat in server.chats)
    assert field in refused and len(others) == 2
    assert all(field not in body and (instead is None or body[instead] == 50) for body in others)
    assert all(body["response_format"] for body in others)


@pytest.mark.parametrize(
    ("status", "text", "kind", "calls"),
    [
        (400, "no", ModelInterrupted, 4),
        (500, "boom", ModelInterrupted, 4),
        (503, "busy", ModelUnavailable, 1),
        (401, "who?", ModelUnavailable, 1),
    ],
)
async def test_what_no_other_form_helps_against_is_told_as_it_was_first(
    status: int, text: str, kind: type[ModelError], calls: int
) -> None:
    async with OpenAIDouble() as server, first_model(server) as model:
        server.enqueue(Fail(f"first {text}", status))
        for _ in range(3):
            server.enqueue(Fail(f"later {text}", status))
        with pytest.raises(kind, match=f"first {text}"):
            await text_of(ask(model, schema=SCHEMA))
        assert len(server.chats) == calls
        assert model.grammar is not None, "nothing was learnt from it"


async def test_what_was_learnt_is_forgotten_when_the_server_was_gone() -> None:
    async with OpenAIDouble(dialect=Dialect(formats=())) as server:
        url = server.url
        source = OpenAISource(access(url), fresh_for=0)
        await text_of(ask(await source.open(""), schema=SCHEMA))
        assert (await source.open("")).grammar is None
    async with source:
        assert (await source.report()).error
        async with OpenAIDouble(port=int(url.split(":")[2].partition("/")[0])):
            assert (await source.open("")).grammar is not None


@pytest.mark.parametrize(
    ("field", "learnt"),
    [
        ("json", 2),
        ("limit", "max_completion_tokens"),
        ("temperature", False),
        ("usage", False),
        ("thinks", True),
        ("proven", True),
    ],
)
def test_what_one_call_learns_another_that_began_before_does_not_undo(field: str, learnt: Any) -> None:
    forms = CallForms()
    forms.learn("x", CallForm(**{field: learnt}))
    forms.learn("x", CallForm())
    assert getattr(forms.of("x"), field) == learnt
