"""A SearXNG's answers become hits; refusals, blocked engines and pages in place of JSON become failures."""

import pytest

from agentic_search.mcp_servers.web.engines.asking import WebQuestion, ask_first
from agentic_search.mcp_servers.web.engines.searxng import Searxng
from agentic_search.mcp_servers.web.network.client import WebFailure
from tests.support.web_double.site import web_double

FOUND = {"title": "Otters", "url": "https://example.org/otters", "content": "They are back.", "engine": "brave"}
QUESTION = WebQuestion("otters", 10)


async def test_hits_have_title_address_text_date_and_engines() -> None:
    async with web_double() as site:
        dated = {**FOUND, "engines": ["brave", "mojeek"], "publishedDate": "2026-03-01T00:00:00"}
        site.searxng = {"results": [dated, FOUND]}
        hits = await Searxng(site.url()).search(WebQuestion("otters in rivers", 1, "week", "brave"))
        assert site.queries == [{"q": "otters in rivers", "format": "json", "time_range": "week", "engines": "brave"}]
    (hit,) = hits.results
    assert (hit.title, hit.url, hit.text) == ("Otters", "https://example.org/otters", "They are back.")
    assert (hit.date, hit.engine) == ("2026-03-01T00:00:00", "brave, mojeek")
    assert hits.note is None


async def test_one_bad_result_costs_itself_and_texts_are_bounded() -> None:
    async with web_double() as site:
        bad = [
            None,
            7,
            {"url": 3},
            {"title": "No address"},
            {**FOUND, "url": "javascript:alert(1)"},
            {**FOUND, "engines": 4},
        ]
        site.searxng = {"results": [*bad, {**FOUND, "title": "x" * 10_000, "content": "y " * 100_000}]}
        hits = await Searxng(site.url()).search(QUESTION)
    assert len(hits.results) == 2
    assert len(hits.results[1].title) == 300 and len(hits.results[1].text) <= 4_000


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (403, "add json under search, formats"),
        (429, "limiter"),
        (500, "fault of its own"),
        (404, "no such page"),
        (b"<!doctype html><title>SearXNG</title>", "a web page in place of JSON.*settings.yml"),
        (["not", "an", "object"], "something else in place of JSON"),
        (
            {"results": [], "unresponsive_engines": [["brave", "CAPTCHA"], ["mojeek", "timeout"]]},
            "brave CAPTCHA, mojeek",
        ),
    ],
)
async def test_what_does_not_answer_is_a_failure_with_its_reason(answer: object, said: str) -> None:
    async with web_double() as site:
        site.searxng = answer
        with pytest.raises(WebFailure, match=said):
            await Searxng(site.url()).search(QUESTION)


async def test_nothing_found_is_no_failure_and_some_silent_engines_are_noted() -> None:
    async with web_double() as site:
        site.searxng = {"results": []}
        assert (await Searxng(site.url()).search(QUESTION)).results == []
        site.searxng = {"results": [FOUND], "unresponsive_engines": [["brave", "CAPTCHA"], 3, []]}
        assert (await Searxng(site.url()).search(QUESTION)).note == "Some engines did not answer: brave CAPTCHA"


async def test_the_next_engine_is_asked_where_one_fails_and_all_reasons_are_told() -> None:
    async with web_double() as site, web_double() as other:
        site.searxng, other.searxng = 403, {"results": [FOUND]}
        hits = await ask_first([Searxng(site.url()), Searxng(other.url())], QUESTION)
        assert hits.results and hits.note and "formats" in hits.note
        other.searxng = 429
        with pytest.raises(WebFailure, match=r"formats.*limiter"):
            await ask_first([Searxng(site.url()), Searxng(other.url())], QUESTION)
