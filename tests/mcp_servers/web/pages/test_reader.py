"""Pages become text with title, author and date; what cannot be read says why."""

from collections.abc import AsyncGenerator

import pytest

from agentic_search.mcp_servers.web.network.client import WebClient, WebFailure
from agentic_search.mcp_servers.web.pages.manners import Manners
from agentic_search.mcp_servers.web.pages.reader import WebPageReader
from agentic_search.network.addresses import AllowedPlaces
from tests.support.web_double.site import GERMAN, WebDouble, web_double


@pytest.fixture
async def site() -> AsyncGenerator[WebDouble]:
    async with web_double() as site:
        yield site


@pytest.fixture(scope="module")
async def reader() -> AsyncGenerator[WebPageReader]:
    client = WebClient(AllowedPlaces.of(["127.0.0.0/8"]))
    reader = WebPageReader(client, Manners(client, pace=0))
    yield reader
    await reader.close()


async def test_an_article_is_its_main_text_with_author_date_and_address(site: WebDouble, reader: WebPageReader) -> None:
    page = await reader.read(f"{site.url('/to')}?url=/article")
    assert page.url == site.url("/article")
    assert page.document.title == "Otters return to the river"
    assert (page.author, page.date, page.site) == ("Ann Lee", "2026-03-01", "River News")
    assert "wardens counted otters" in page.document.text
    assert "Imprint" not in page.document.text and "Home" not in page.document.text


@pytest.mark.parametrize("path", ["/report.pdf", "/unsaid"])
async def test_a_pdf_is_read_whatever_its_type_says(site: WebDouble, reader: WebPageReader, path: str) -> None:
    page = await reader.read(site.url(path))
    assert page.document.title == "The count" and "counted at the bridge" in page.document.text


async def test_texts_are_decoded_by_what_they_are(site: WebDouble, reader: WebPageReader) -> None:
    assert GERMAN in (await reader.read(site.url("/latin"))).document.text
    assert "川にカワウソが戻ってきた。" in (await reader.read(site.url("/japanese"))).document.text


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/scripts", "by scripts, which are not run"),
        ("/picture", "gives image/png there, which is not read"),
        ("/bomb", "more than 16 MiB"),
        ("/nothing", "no such page"),
        ("/status?is=401", "does not let programs read it"),
        ("/status?is=403", "does not let programs read it"),
        ("/status?is=410", "no such page"),
        ("/status?is=429", "asked too often"),
        ("/status?is=500", "fault of its own"),
        ("/status?is=418", "answered with status 418"),
    ],
)
async def test_what_cannot_be_read_says_why(site: WebDouble, reader: WebPageReader, path: str, said: str) -> None:
    with pytest.raises(WebFailure, match=said):
        await reader.read(site.url(path))


async def test_a_page_that_is_read_on_is_fetched_once(site: WebDouble, reader: WebPageReader) -> None:
    first, second = await reader.read(site.url("/article")), await reader.read(site.url("/article"))
    assert first is second and site.requests.count("/article") == 1
