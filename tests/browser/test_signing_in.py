"""Where a key is needed the page leads to a form for it, and works once somebody has signed in."""

from pathlib import Path

import httpx
import pytest
from playwright.async_api import Browser, expect

from tests.browser.checker import Checker
from tests.browser.conftest import DESK
from tests.support.service import running_service, stdio_entry

pytestmark = pytest.mark.browser

KEY = "a-key-for-the-page-4711"
NAME = "<img src=x onerror=alert(1)>"


async def test_a_browser_signs_in_asks_and_signs_out(browser: Browser, tmp_path: Path) -> None:
    async with (
        running_service(tmp_path, servers={"slow": stdio_entry()}, settings={"API_KEYS": f"root={KEY}"}) as service,
        await browser.new_context(viewport=DESK, base_url=service.url) as context,
    ):
        await service.ready_servers("slow")
        named = (await service.client.post("/keys", json={"name": NAME, "scopes": ["search", "read"]})).json()
        page = await context.new_page()
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("dialog", lambda dialog: wrong.append(dialog.message))
        await page.goto("/")
        await expect(page).to_have_url(f"{service.url}/sign-in")
        checker = Checker(page)
        await checker.look_in_every_way("signing in")
        key = page.get_by_label("Your key for this service")
        await key.fill("no-such-key")
        await key.press("Enter")
        await expect(page.get_by_role("alert")).to_contain_text("There is no such key")
        await checker.look_in_every_way("signing in, refused")
        await key.fill(named["key"])
        await key.press("Enter")
        await expect(page).to_have_url(f"{service.url}/")
        await page.get_by_role("textbox").first.fill("What is slow here?")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name="What is slow here?")).to_be_visible()
        runs = (await service.client.get("/runs")).json()["runs"]
        assert [run["query"] for run in runs] == ["What is slow here?"]
        await page.goto("/sign-in")
        await expect(page.get_by_text(NAME)).to_be_visible()  # as text, whatever a key is called
        await checker.look_in_every_way("signed in")
        assert checker.wrong == {}
        await page.get_by_role("button", name="Sign out").click()
        await expect(page.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()
        await page.goto("/")
        await expect(page).to_have_url(f"{service.url}/sign-in")
        assert wrong == []
        async with httpx.AsyncClient(base_url=service.url) as stranger:
            foreign = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
            refused = await stranger.post("/sign-in", data={"key": KEY}, headers=foreign)
            assert refused.status_code == 403 and "set-cookie" not in refused.headers
