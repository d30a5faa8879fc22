"""Where there is no model, the page names one, fetches it with its progress, and uses it; or says why it could not."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.browser.conftest import DESK
from tests.support.ollama_double import OllamaDouble
from tests.support.service import running_service, stdio_entry

pytestmark = pytest.mark.browser


async def test_a_model_is_fetched_at_a_button(browser: Browser, tmp_path: Path) -> None:
    async with (
        OllamaDouble([]) as ollama,
        running_service(tmp_path, servers={"slow": stdio_entry()}, ollama=ollama.url) as service,
        await browser.new_context(viewport=DESK, base_url=service.url) as context,
    ):
        page = await context.new_page()
        await page.goto("/")
        button = page.locator("[data-part=fetch]")
        await expect(button).to_contain_text("Get qwen3:")
        await page.route("**/models/pull", lambda route: route.abort(), times=1)
        await button.click()
        await expect(progress(page)).to_contain_text("could not be fetched")
        await button.click()
        await expect(page.locator("p.state[data-part=state]")).to_contain_text("qwen3:")
        await expect(button).to_be_hidden()
        await expect(progress(page)).to_be_hidden()


def progress(page: Page) -> Locator:
    """How far the model is."""
    return page.locator("[data-part=fetching]")
