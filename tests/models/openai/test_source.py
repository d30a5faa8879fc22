"""OpenAISource over real HTTP: what it tells of a server, which model it opens, and what it says if there is none."""

import asyncio

import pytest

from agentic_search.domain.data import JsonObject
from agentic_search.errors import ModelMissing, ModelUnavailable
from agentic_search.models.chat import ModelReport, ModelSource
from agentic_search.models.openai.source import OpenAISource
from tests.models.asking import ask, text_of
from tests.models.openai.servers import access
from tests.support.clock import FakeClock
from tests.support.ollama_double import Model
from tests.support.openai_double import Dialect, OpenAIDouble
from tests.support.serving import says, serving

CHATS, EMBEDS = Model("qwen/qwen3-8b", context=4_096), Model("nomic-embed-text")


def http(body: str, status: str = "200 OK", headers: str = "") -> bytes:
    """A whole answer."""
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n{body}".encode()


async def test_the_report_tells_what_can_be_used_under_the_sources_name() -> None:
    async with (
        OpenAIDouble([EMBEDS, CHATS]) as server,
        OpenAISource(access(server.url), prefix="lab/") as source,
    ):
        port: ModelSource = source
        report = await port.report()
        assert report.error is None
        embeds, chats = report.models
        assert (embeds.name, embeds.usable) == ("lab/nomic-embed-text", False)
        assert (chats.name, chats.size, chats.context, chats.usable) == ("lab/qwen/qwen3-8b", "8B", 4_096, True)
        for name in ("lab/qwen/qwen3-8b", "qwen/qwen3-8b", ""):
            model = await source.open(name)
            assert (model.name, model.num_ctx) == ("lab/qwen/qwen3-8b", 4_096)
        with pytest.raises(ModelMissing, match=r"'lab/nomic-embed-text' cannot be used\. It cannot chat"):
            await source.open("lab/nomic-embed-text")
        with pytest.raises(ModelMissing, match="'lab' has no model 'lab/nope'; it has: lab/qwen/qwen3-8b"):
            await source.open("lab/nope")


@pytest.mark.parametrize("written", ["{root}", "{root}/", "{root}/v1", "{root}/v1/chat/completions"])
async def test_a_url_that_lacks_v1_is_completed(written: str) -> None:
    async with (
        OpenAIDouble() as server,
        OpenAISource(access(written.format(root=server.root))) as source,
    ):
        assert await text_of(ask(await source.open("")))
        assert server.chats[0].path == "/v1/chat/completions"


async def test_a_server_whose_paths_begin_elsewhere_is_used_as_it_is() -> None:
    async with OpenAIDouble(dialect=Dialect(path="/api")) as server, OpenAISource(access(server.url)) as source:
        assert await text_of(ask(await source.open("")))


async def test_a_slot_of_llama_cpp_has_the_context_that_its_props_tell() -> None:
    props: dict[str, JsonObject] = {"/props": {"default_generation_settings": {"n_ctx": 2_048}, "total_slots": 4}}
    dialect = Dialect(in_llama_cpp=True)
    async with OpenAIDouble(dialect=dialect, pages=props) as server, OpenAISource(access(server.url)) as source:
        model = await source.open("")
        assert (model.num_ctx, model.served_by.slots, model.served_by.url) == (2_048, 4, server.url)
    async with OpenAIDouble(dialect=dialect) as server, OpenAISource(access(server.url)) as source:
        assert (await source.open("")).num_ctx == 32_768, "of 40,960 that the model was made for"


async def test_lm_studio_tells_contexts_and_kinds_in_a_list_of_its_own() -> None:
    own: dict[str, JsonObject] = {
        "/api/v0/models": {
            "data": [
                {"id": "qwen3-8b", "type": "llm", "loaded_context_length": 2_048, "max_context_length": 40_960},
                {"id": "embedder", "type": "embeddings"},
            ]
        }
    }
    dialect, models = Dialect(context_field=""), [Model("qwen3-8b"), Model("embedder")]
    async with OpenAIDouble(models, dialect=dialect, pages=own) as server, OpenAISource(access(server.url)) as source:
        assert [info.usable for info in (await source.report()).models] == [True, False]
        assert (await source.open("")).num_ctx == 2_048
    async with (
        OpenAIDouble(models, dialect=dialect) as server,
        OpenAISource(access(server.url), fresh_for=0) as source,
    ):
        for _ in range(2):
            assert (await source.open("")).num_ctx == 8_192
        paths = [request.path for request in server.requests]
        assert paths == ["/v1/models", "/api/v0/models", "/v1/models"], "where there is none it is asked for once"


async def test_a_list_is_believed_for_a_few_seconds_and_a_new_model_is_found_at_once() -> None:
    clock = FakeClock()
    async with (
        OpenAIDouble([CHATS]) as server,
        OpenAISource(access(server.url), fresh_for=5, clock=clock) as source,
    ):
        async with asyncio.TaskGroup() as group:
            for _ in range(10):
                group.create_task(source.report())
        assert len(server.requests) == 1
        clock.advance(4.9)
        await source.open("")
        assert len(server.requests) == 1
        server.models["new"] = Model("new")
        assert (await source.open("new")).name == "new"
        clock.advance(5.1)
        await source.report()
        assert len(server.requests) == 3


async def test_where_no_server_is_the_report_says_what_to_do_and_it_is_found_once_it_is_there() -> None:
    async with OpenAIDouble() as server:
        url, port = server.url, int(server.root.rpartition(":")[2])
    async with OpenAISource(access(url), fresh_for=1000) as source, asyncio.timeout(20):
        said = f"No model server answers at {url}. Start it, or correct 'lab' in AGENTIC_SEARCH_MODELS."
        assert await source.report() == ModelReport((), said)
        with pytest.raises(ModelUnavailable, match="No model server answers"):
            await source.open("qwen3-8b")
        async with OpenAIDouble(port=port):
            assert (await source.report()).error is None


async def test_a_server_without_a_model_that_chats_says_so() -> None:
    async with OpenAIDouble([EMBEDS]) as server, OpenAISource(access(server.url)) as source:
        report = await source.report()
        assert len(report.models) == 1
        assert "no model that can chat" in (report.error or "")
        with pytest.raises(ModelMissing, match="no model that can chat"):
            await source.open("")


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (http("<html>It works!</html>"), "no OpenAI-compatible"),
        (http("<html>no</html>", "404 Not Found"), "no OpenAI-compatible"),
        (http('{"error": "Unexpected endpoint or method. (GET /models)"}'), "no OpenAI-compatible"),
        (http("", "301 Moved", "Location: https://box/\r\n"), "no OpenAI-compatible"),
        (http("", "401 Unauthorized"), "wants a key .401.: set AGENTIC_SEARCH_MODELS_LAB_KEY"),
        (http("boom", "500 Internal Server Error"), "fails .500.: boom"),
        (http('{"error": {"message": "Loading model"}}', "503 Unavailable"), "not ready yet .503.: Loading model"),
        (http("slow down", "429 Too Many", "Retry-After: 30\r\n"), "slow down. Try again in 30 seconds"),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "does not answer"),
        (None, "does not answer"),
    ],
)
async def test_something_else_at_the_address_is_told_apart(reply: bytes | None, said: str) -> None:
    answer = says(reply) if reply else says()
    async with (
        asyncio.timeout(20),
        serving(answer) as server,
        OpenAISource(access(server.url), list_timeout=5.0 if reply else 0.3) as source,
    ):
        with pytest.raises(ModelUnavailable, match=said):
            await source.open("x")
        assert (await source.report()).models == ()


async def test_a_server_that_ends_while_a_model_is_open_is_unavailable() -> None:
    async with OpenAIDouble() as server:
        source = OpenAISource(access(server.url))
        model = await source.open("")
    async with source:
        with pytest.raises(ModelUnavailable, match="No model server answers"):
            await text_of(ask(model))
