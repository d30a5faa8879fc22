"""Where the page stands: below a path of a proxy, under addresses that change with its files, as a search engine."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from playwright.async_api import Browser, Page, Request, expect

from tests.browser.conftest import DESK
from tests.browser.reader import Reader
from tests.support.nginx import running_nginx
from tests.support.ollama_double import OllamaDouble
from tests.support.service import RunningService

pytestmark = pytest.mark.browser

PREFIX = "/search-agent"
MOST_BYTES = 200_000
MOST_COMPRESSED = 70_000

FETCHED = """() => performance.getEntriesByType('resource')
  .filter(each => each.name.includes('/static/') && each.transferSize > 0).map(each => each.name)"""


async def test_below_a_path_of_a_proxy_everything_works(
    browser: Browser, service: RunningService, ollama: OllamaDouble, tmp_path: Path
) -> None:
    wrong: list[str] = []
    async with running_nginx(service.url, tmp_path, prefix=PREFIX) as url:
        context = await browser.new_context(viewport=DESK)
        page = await context.new_page()
        page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
        context.on("request", lambda asked: None if asked.url.startswith(f"{url}/") else wrong.append(asked.url))
        await page.goto(f"{url}/")
        reader = Reader(page, service, ollama)
        await reader.ask_and_wait("What do the rows say?")
        await expect(page).to_have_url(re.compile(rf"{PREFIX}/\?thread=\w+$"))
        await page.reload()
        await expect(reader.runs).to_have_count(1)
        await reader.run.locator(".phases").click()
        await reader.row("find").get_by_role("button").click()
        await expect(reader.run.get_by_role("group", name="Task")).to_contain_text("0: Row 1")
        async with page.expect_download():
            await reader.run.get_by_role("link", name="Markdown").click()
        await page.get_by_role("button", name="History", exact=True).click()
        await page.locator("a.thread").first.click()
        await expect(reader.runs).to_have_count(1)
        await page.get_by_role("link", name="New question").click()
        await expect(page).to_have_url(f"{url}/")
        description = await (await page.request.get(f"{url}/opensearch.xml")).text()
        address = ElementTree.fromstring(description).find("{*}Url")
        assert address is not None and address.attrib["template"] == f"{url}/?q={{searchTerms}}"
        await context.close()
    assert wrong == []


async def test_the_page_comes_whole_within_its_bounds_and_a_second_time_from_the_browser_s_own_store(
    browser: Browser, service: RunningService
) -> None:
    context = await browser.new_context(viewport=DESK, base_url=service.url)
    page = await context.new_page()
    asked: list[Request] = []
    page.on("requestfinished", lambda request: asked.append(request))
    await page.goto("/")
    await expect(page.locator(".state")).to_contain_text("servers ready")
    files = [each for each in asked if "/static/" in each.url]
    assert len(files) >= 3 and all(re.search(r"/static/v-[0-9a-f]{12}/", each.url) for each in files)
    sent = [await each.response() for each in files if await each.response()]
    page_itself = await page.request.get("/")
    whole = [len(await each.body()) for each in [*sent, page_itself] if each is not None]
    compressed = [int(each.headers["content-length"]) for each in [*sent, page_itself] if each is not None]
    assert sum(whole) <= MOST_BYTES and sum(compressed) <= MOST_COMPRESSED, (sum(whole), sum(compressed))
    await page.goto("/?again")
    await expect(page.locator(".state")).to_contain_text("servers ready")
    assert await page.evaluate(FETCHED) == []
    manifest = await page.request.get(await page.locator("link[rel=manifest]").get_attribute("href") or "")
    assert (await manifest.json())["name"] == "Agentic Search"
    assert await page.locator("head").locator("meta[name=description], meta[name=theme-color]").count() == 3
    await context.close()


async def test_a_question_in_the_address_is_asked_once_where_the_reader_wrote_it_and_by_no_other_site(
    reader: Reader, page: Page, service: RunningService
) -> None:
    async def newest() -> list[str]:
        listed = (await service.client.get("/runs", params={"limit": 2})).json()["runs"]
        return [run["id"] for run in listed]

    await service.ask("Something else", model="offline")
    before = await newest()
    await page.goto(f"data:text/html,<a href='{service.url}/?q=Who+sent+this'>go</a>")
    await page.get_by_role("link").click()
    await expect(reader.box).to_have_value("Who sent this")
    await expect(page).to_have_url(f"{service.url}/")
    assert await newest() == before
    await reader.box.fill("")
    await page.goto("/?q=What+do+the+rows+say")
    await expect(page).to_have_url(re.compile(r"\?thread=\w+$"))
    await reader.ended()
    await expect(reader.run.locator(".question")).to_have_text("What do the rows say")
    await page.reload()
    await expect(reader.runs).to_have_count(1)
    assert (await newest())[1] == before[0]
