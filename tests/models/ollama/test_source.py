"""OllamaSource over real HTTP: what it tells of an Ollama, which model it opens, and what it says if there is none."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

import httpx
import pytest

from agentic_search.errors import ConfigurationError, ModelMissing, ModelUnavailable
from agentic_search.models.chat import ModelSource
from agentic_search.models.ollama.source import OllamaSource
from tests.models.asking import ask, text_of
from tests.support.clock import FakeClock
from tests.support.ollama_double import Model, OllamaDouble
from tests.support.serving import says, serving

EMBEDDER = Model("minilm", ("embedding",), "22.57M", "bert", context=512)
THINKER = Model("qwen3:8b", ("completion", "tools", "thinking"), family="qwen3")


@asynccontextmanager
async def answering(reply: bytes | None) -> AsyncGenerator[str]:
    """A server at the yielded URL that gives every request this reply, or none, and closes when the client does."""

    writers: list[asyncio.StreamWriter] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        await reader.readuntil(b"\r\n\r\n")
        writer.write(reply or b"")
        while reply is None and await reader.read(1000):
            pass
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        for writer in writers:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()


def http(body: str, status: str = "200 OK") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}".encode()


async def test_the_report_tells_what_can_be_used_and_why_the_rest_cannot() -> None:
    models = [THINKER, EMBEDDER, Model("gpt-oss:120b-cloud", remote_host="https://ollama.com")]
    async with OllamaDouble(models) as ollama, OllamaSource(ollama.url) as source:
        port: ModelSource = source
        report = await port.report()
    assert report.error is None
    thinker, embedder, cloud = report.models
    assert (thinker.name, thinker.size, thinker.context, thinker.usable) == ("qwen3:8b", "8.2B", 40_960, True)
    assert (embedder.usable, embedder.reason) == (False, "It cannot chat; it can: embedding.")
    assert (cloud.usable, cloud.reason) == (False, "It runs on ollama.com: every prompt would leave this machine.")


async def test_an_older_ollama_is_asked_for_each_model_once() -> None:
    old = OllamaDouble([THINKER, EMBEDDER], version="0.12.3")
    async with old as ollama, OllamaSource(ollama.url, fresh_for=0) as source:
        for _ in range(2):
            report = await source.report()
            assert [(info.context, info.usable) for info in report.models] == [(40_960, True), (512, False)]
        assert [request.path for request in ollama.requests].count("/api/show") == 2


async def test_a_report_is_believed_for_a_few_seconds() -> None:
    clock = FakeClock()
    async with OllamaDouble() as ollama, OllamaSource(ollama.url, fresh_for=5, clock=clock) as source:
        async with asyncio.TaskGroup() as group:
            for _ in range(10):
                group.create_task(source.report())
        asked = len(ollama.requests)
        assert asked == 2
        clock.advance(4.9)
        await source.open("")
        assert len(ollama.requests) == asked
        clock.advance(0.1)
        await source.report()
        assert len(ollama.requests) == 2 * asked


async def test_those_who_wait_for_a_silent_ollama_learn_of_it_together() -> None:
    async with serving(says()) as server, OllamaSource(server.url, list_timeout=0.3) as source:
        async with asyncio.TaskGroup() as group:
            reports = [group.create_task(source.report()) for _ in range(20)]
        assert all("does not answer" in (report.result().error or "") for report in reports)
        assert server.connections == 1


async def test_a_model_that_an_older_ollama_cannot_show_is_judged_by_what_is_listed() -> None:
    odd = Model("odd name", ("completion",))  # Ollama refuses to show a model of such a name
    async with OllamaDouble([odd], version="0.12.3") as ollama, OllamaSource(ollama.url) as source:
        model = await source.open("")
        assert (model.name, model.num_ctx) == ("odd name:latest", 16_384)


async def test_a_model_pulled_a_moment_ago_is_there() -> None:
    async with OllamaDouble() as ollama, OllamaSource(ollama.url, fresh_for=1000) as source:
        await source.report()
        ollama.models["new:latest"] = Model("new")
        assert (await source.open("new")).name == "new:latest"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nope", r"no model 'nope'. Get it with `ollama pull nope`; it has: qwen3:8b\."),
        ("minilm", "'minilm:latest' cannot be used. It cannot chat"),
        ("gpt-oss:120b-cloud", "leave this machine"),
    ],
)
async def test_a_model_that_cannot_be_opened_is_missing_for_a_told_reason(name: str, said: str) -> None:
    async with OllamaDouble([THINKER, EMBEDDER]) as ollama, OllamaSource(ollama.url) as source:
        with pytest.raises(ModelMissing, match=said):
            await source.open(name)


async def test_an_ollama_without_any_chat_model_says_how_to_get_one() -> None:
    async with OllamaDouble([EMBEDDER]) as ollama, OllamaSource(ollama.url) as source:
        report = await source.report()
        assert len(report.models) == 1
        assert "ollama pull" in (report.error or "")
        with pytest.raises(ModelMissing, match="ollama pull"):
            await source.open("")


async def test_where_no_ollama_is_the_report_says_what_to_do_and_it_is_found_once_it_is_there() -> None:
    async with OllamaDouble() as ollama:
        port = int(ollama.url.rpartition(":")[2])
    async with OllamaSource(f"0.0.0.0:{port}", fresh_for=1000) as source, asyncio.timeout(5):
        report = await source.report()
        assert report.models == ()
        assert report.error == (
            f"No Ollama answers at http://127.0.0.1:{port}."
            " Start it with `ollama serve`, or set OLLAMA_HOST to where it runs."
        )
        with pytest.raises(ModelUnavailable, match="ollama serve"):
            await source.open("qwen3:8b")
        async with OllamaDouble(port=port):
            assert (await source.report()).error is None


async def test_an_ollama_that_ends_while_a_model_is_open_is_unavailable() -> None:
    async with OllamaDouble() as ollama:
        source = OllamaSource(ollama.url)
        model = await source.open("")
    async with source:
        with pytest.raises(ModelUnavailable, match="No Ollama answers"):
            await text_of(ask(model))


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (http("<html>It works!</html>"), "is not Ollama"),
        (http("<html>no</html>", "404 Not Found"), "is not Ollama"),
        (http('["json", "but no object"]'), "is not Ollama"),
        (http('"text"', "500 Internal Server Error"), "is not Ollama"),
        (http("", "403 Forbidden"), r"refuses us \(403\): no reason given"),
        (http("gateway", "502 Bad Gateway"), r"refuses us \(502\): gateway"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "does not answer"),
        (b"", "does not answer"),
        (None, "does not answer"),
    ],
)
async def test_something_else_at_the_address_is_told_apart_from_ollama(reply: bytes | None, said: str) -> None:
    patience = 0.3 if reply is None else 5.0
    async with answering(reply) as url, OllamaSource(url, list_timeout=patience) as source, asyncio.timeout(10):
        with pytest.raises(ModelUnavailable, match=said):
            await source.open("qwen3:8b")
        assert (await source.report()).models == ()


async def test_leaving_the_source_closes_its_connections() -> None:
    async with OllamaDouble() as ollama:
        async with OllamaSource(ollama.url) as source:
            model = await source.open("")
        with pytest.raises((RuntimeError, httpx.HTTPError)):
            await text_of(ask(model))


@pytest.mark.parametrize(("host", "keep_alive"), [("ftp://box", "30m"), ("box", "half an hour")])
def test_a_wrong_setting_is_found_before_anything_is_sent(host: str, keep_alive: str) -> None:
    with pytest.raises(ConfigurationError):
        OllamaSource(host, keep_alive=keep_alive)
