"""The API reference: every operation is shown and can be tried by a browser that is let in; nobody else is asked."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import DESK
from tests.support.nginx import running_nginx
from tests.support.service import running_service, stdio_entry

pytestmark = pytest.mark.browser

KEY = "a-key-for-the-reference-4711"
PREFIX = "/search-agent"


async def opened(context: BrowserContext, url: str, wrong: list[str]) -> Page:
    """A page whose every complaint, and whose every request to somewhere else, is wrong."""
    page = await context.new_page()
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if said.type in ("error", "warning") else None)
    context.on("request", lambda asked: None if asked.url.startswith((url, "data:")) else wrong.append(asked.url))
    return page


async def test_a_browser_signs_in_sees_every_operation_and_tries_one_below_a_path_of_a_proxy(
    browser: Browser, tmp_path: Path
) -> None:
    settings = {"API_KEYS": f"root={KEY}"}
    wrong: list[str] = []
    async with (
        running_service(tmp_path, servers={"slow": stdio_entry()}, settings=settings) as service,
        running_nginx(service.url, tmp_path, prefix=PREFIX) as url,
        await browser.new_context(viewport=DESK) as context,
    ):
        described = (await service.client.get("/openapi.json")).json()["paths"]
        page = await opened(context, url, wrong)
        await page.goto(f"{url}/docs/api")
        await page.get_by_role("link", name="API reference").click()
        await page.get_by_label("Your key for this service").fill(KEY)
        wrong.clear()  # the browser tells of the 401 that led here
        await page.keyboard.press("Enter")
        await expect(page).to_have_url(f"{url}/docs/reference")
        operations = page.locator("#reference .opblock")
        await expect(operations).to_have_count(sum(len(methods) for methods in described.values()))
        asked = page.locator("#operations-runs-list_runs")
        await asked.locator(".opblock-summary-control").first.click()
        await asked.get_by_role("button", name="Try it out").click()
        await asked.get_by_role("button", name="Execute").click()
        await expect(asked.locator(".live-responses-table tbody .response-col_status").first).to_contain_text("200")
        await expect(asked.locator(".request-url")).to_contain_text(f"{url}/runs")
        await page.get_by_role("link", name="Events").click()
        await expect(page).to_have_url(f"{url}/docs/events")
    assert wrong == []
