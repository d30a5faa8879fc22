"""Quotations on the page while the model works: where they stand, what they are called, and that they make way."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.browser.reader import Reader
from tests.support.ollama_double import Hang, Model, OllamaDouble, Say, written
from tests.support.service import running_service, stdio_entry

pytestmark = pytest.mark.browser
PLAN = '{"tasks": [{"tool": "search_birds", "arguments": {"query": "Which bird sleeps standing on one leg"}}]}'


async def test_quotations_stand_where_the_answer_will_and_make_way_for_it(browser: Browser, tmp_path: Path) -> None:
    servers = {"birds": stdio_entry("--log", str(tmp_path / "calls.jsonl"), program="birds_server")}
    async with (
        OllamaDouble([Model("qwen3:8b")]) as ollama,
        running_service(tmp_path, servers=servers, ollama=ollama.url) as service,
    ):
        await service.ready_servers("birds")
        page = await browser.new_page(base_url=service.url)
        await page.goto("/")
        reader = Reader(page, service, ollama)
        ollama.enqueue(Say(PLAN, delay=3))
        ollama.enqueue(*written("The **flamingo** [1]."), Hang())
        await reader.box.fill("Which bird sleeps standing on one leg?")
        await reader.box.press("Enter")
        preview = reader.run.get_by_role("group", name="Preview")
        await expect(preview).to_contain_text("Preview: quotations, while the model works")
        await expect(preview).to_contain_text("sleeps standing on one leg")
        await expect(preview.get_by_role("link", name="Flamingo")).to_have_attribute(
            "href", "https://birds.example/flamingo"
        )
        await expect(reader.live).to_have_text("Quotations are shown, while the model works.")
        await page.screenshot(path=tmp_path / "preview.png")
        height = await preview.evaluate("it => it.getBoundingClientRect().height")
        answer = reader.run.get_by_role("group", name="Answer", exact=True)
        await expect(answer).to_contain_text("The flamingo")
        await expect(preview).to_be_hidden()
        assert await answer.evaluate("it => it.getBoundingClientRect().height") >= height, "the page jumped"
        await page.keyboard.press("Escape")
        await expect(reader.run).to_have_attribute("data-status", "cancelled")
        await page.close()
