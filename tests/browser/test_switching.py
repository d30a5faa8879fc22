"""The one switch on the page: the web is off and says what allowing it means; a click allows it, another ends it."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.support.service import running_service

pytestmark = pytest.mark.browser

ALONE = {name: {"disabled": True} for name in ("python_docs", "documents", "stories")}


async def test_the_web_is_allowed_and_ended_on_the_page(browser: Browser, tmp_path: Path) -> None:
    async with running_service(tmp_path, servers=ALONE, bundled=True) as service:
        context = await browser.new_context(base_url=service.url)
        page = await context.new_page()
        await page.goto("/")
        card = page.locator(".connect")
        await expect(card).to_contain_text("web is off. Once you allow it: questions are sent to public search engines")
        await expect(card).to_contain_text("Wikipedia")
        await card.get_by_role("button", name="Allow").click()
        await expect(card).to_contain_text("web is on.")
        await service.ready_servers("web")
        await card.get_by_role("button", name="Switch off").click()
        await expect(card).to_contain_text("web is off.")
        servers = (await service.client.get("/servers")).json()["servers"]
        assert {server["name"]: server["status"] for server in servers}["web"] == "disabled"
        await context.close()
