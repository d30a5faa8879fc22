"""The public engines through the real library: its engines ask a server on this machine in place of their own."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from ddgs.engines import ENGINES

from agentic_search.mcp_servers.web.engines import keyless
from agentic_search.mcp_servers.web.engines.asking import WebQuestion
from agentic_search.mcp_servers.web.engines.keyless import KeylessEngines
from agentic_search.mcp_servers.web.network.client import WebFailure

HERE = ("duckduckgo", "brave", "mojeek")
FOUND = """<html><body><div class="result"><div class="links_main result__body body"><h2><a>Otters return</a></h2>
<a href="https://example.org/otters">They were seen at the bridge.</a></div></div></body></html>"""
NOTHING = "<html><body><p>No results.</p></body></html>"
CAPTCHA = "<html><body><form id='challenge'>Please complete the CAPTCHA to confirm this search</form></body></html>"


@dataclass
class Engines:
    """What each engine answers: a status, or a page."""

    answers: dict[str, int | str] = field(default_factory=dict[str, int | str])
    asked: list[str] = field(default_factory=list[str])


@pytest.fixture
async def engines(monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Engines]:
    """All of them, here."""
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    here = Engines()

    async def answer(request: web.Request) -> web.Response:
        name = request.path.strip("/").split("/")[0]
        here.asked.append(name)
        match here.answers.get(name, 403):
            case 302:
                return web.Response(status=302, headers={"Location": "/elsewhere"})
            case int(status):
                return web.Response(status=status)
            case page:
                return web.Response(text=page, content_type="text/html")

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    monkeypatch.setattr(keyless, "ORDER", HERE)  # the others write their addresses into their code
    for name in HERE:
        monkeypatch.setattr(ENGINES["text"][name], "search_url", f"http://127.0.0.1:{port}/{name}/")
    yield here
    await runner.cleanup()


async def test_the_first_engine_that_answers_is_used(engines: Engines) -> None:
    engines.answers = {"duckduckgo": FOUND}
    hits = await KeylessEngines().search(WebQuestion("otters", 5))
    (hit,) = hits.results
    assert (hit.title, hit.url, hit.engine) == ("Otters return", "https://example.org/otters", "duckduckgo")
    assert "seen at the bridge" in hit.text
    assert engines.asked == ["duckduckgo"] and hits.note is None


async def test_an_engine_that_knows_nothing_is_believed(engines: Engines) -> None:
    engines.answers = {"duckduckgo": NOTHING}
    assert (await KeylessEngines().search(WebQuestion("otters", 5))).results == []
    assert engines.asked == ["duckduckgo"]


async def test_blocked_engines_are_told_and_the_next_is_asked(engines: Engines) -> None:
    engines.answers = {"duckduckgo": 202, "brave": NOTHING}
    hits = await KeylessEngines().search(WebQuestion("otters", 5))
    assert hits.note == "Asked before, without an answer: duckduckgo turns programs away (status 202)"


async def test_where_all_are_blocked_each_says_how_and_what_to_do(engines: Engines) -> None:
    engines.answers = {"duckduckgo": 202, "brave": 429, "mojeek": 302}
    with pytest.raises(WebFailure) as failure:
        await KeylessEngines().search(WebQuestion("otters", 5))
    told = str(failure.value)
    assert "duckduckgo turns programs away (status 202)" in told
    assert "brave turns programs away (status 429)" in told
    assert "mojeek sends programs elsewhere" in told and "elsewhere" not in engines.asked
    assert "AGENTIC_SEARCH_WEB" in told


async def test_a_proof_of_being_human_is_no_empty_answer(engines: Engines) -> None:
    engines.answers = {"mojeek": CAPTCHA}
    with pytest.raises(WebFailure, match="mojeek asks for a proof of being human"):
        await KeylessEngines().search(WebQuestion("otters", 5, engine="mojeek"))
    assert engines.asked == ["mojeek"]


async def test_an_unknown_engine_is_told_with_those_that_there_are() -> None:
    with pytest.raises(WebFailure, match="duckduckgo"):
        await KeylessEngines().search(WebQuestion("otters", 5, engine="altavista"))
