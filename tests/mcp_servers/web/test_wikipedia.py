"""Wikipedia's answers become articles with introduction and address, in the order of the search."""

import pytest

from agentic_search.mcp_servers.web.network.client import WebFailure
from agentic_search.mcp_servers.web.wikipedia import Wikipedia
from tests.support.web_double.site import web_double

OTTER = {
    "index": 1, "title": "Otter", "extract": "Otters are mammals.", "fullurl": "https://en.wikipedia.org/wiki/Otter",
    "description": "Subfamily of mammals", "touched": "2026-11-01T00:00:00Z",
}  # fmt: skip
GIANT = {
    "index": 2,
    "title": "Giant otter",
    "extract": "The largest.",
    "fullurl": "https://en.wikipedia.org/wiki/Giant_otter",
}


async def test_articles_come_in_the_order_of_the_search() -> None:
    async with web_double() as site:
        site.wikipedia = {"query": {"pages": [GIANT, None, {"title": "No address"}, OTTER]}}
        found = await Wikipedia(site.url("")).search("otters", "en", 4)
        assert site.queries[0]["gsrsearch"] == "otters" and site.queries[0]["gsrlimit"] == "4"
    assert [article.title for article in found.results] == ["Otter", "Giant otter"]
    first = found.results[0]
    assert (first.text, first.description, first.date) == (
        "Otters are mammals.", "Subfamily of mammals", "2026-11-01T00:00:00Z",
    )  # fmt: skip


async def test_nothing_found_is_no_failure() -> None:
    async with web_double() as site:
        site.wikipedia = {"batchcomplete": True}
        assert (await Wikipedia(site.url("")).search("xyzzy", "en", 3)).results == []


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"error": {"code": "x", "info": "The search is too long"}}, "The search is too long"),
        ({"error": 7}, "gives no reason"),
        (b"<html>Our servers are under maintenance</html>", "a web page in place of JSON"),
        (429, "asked too often"),
        (404, "no such page"),
    ],
)
async def test_what_does_not_answer_is_a_failure_with_its_reason(answer: object, said: str) -> None:
    async with web_double() as site:
        site.wikipedia = answer
        with pytest.raises(WebFailure, match=said):
            await Wikipedia(site.url("")).search("otters", "en", 3)


async def test_the_language_stands_in_the_address() -> None:
    async with web_double() as site:
        site.wikipedia = {"query": {"pages": []}}
        await Wikipedia(site.url("/{language}")).search("otters", "de", 3)
        assert site.requests == ["/de/w/api.php"]
