"""Many windows of one browser, each with a live run: it has six connections to a service for all of them."""

import asyncio
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, expect

from tests.browser.conftest import DESK
from tests.browser.reader import ENDLESS, Reader
from tests.support.ollama_double import OllamaDouble
from tests.support.service import RunningService

pytestmark = pytest.mark.browser

WINDOWS = 8
STREAMS = 3
LONG: dict[str, Any] = {
    "tasks": [
        {"id": "find", "tool": "rows", "arguments": {"n": 2}, "purpose": "Find rows"},
        {"id": "long", "tool": "sleep_for", "arguments": {"seconds": ENDLESS}, "purpose": "Sleep long"},
    ]
}
WHOSE = "async () => (await navigator.locks.query()).held.map(lock => lock.clientId)"
NO_LOCKS = """Object.defineProperty(Navigator.prototype, 'locks', {get: () => undefined});
  document.hasFocus = () => window.focused ?? false;"""


async def opened(context: BrowserContext, service: RunningService, ollama: OllamaDouble) -> tuple[Reader, str]:
    """A window with a run of its own, and the run's id."""
    reader = Reader(await context.new_page(), service, ollama)
    return reader, await reader.watch("Take your time", LONG)


async def steps(reader: Reader) -> list[str]:
    """The thinking steps of the last run, which is folded."""
    toggle = reader.run.locator(".steps-toggle")
    await toggle.click()
    await expect(toggle).to_have_attribute("aria-expanded", "true")
    return await reader.run.locator(".steps-list li").all_text_contents()


async def test_eight_windows_with_live_runs_load_tell_stop_and_ask_and_lose_nothing(
    browser: Browser, service: RunningService, ollama: OllamaDouble
) -> None:
    context = await browser.new_context(viewport=DESK, base_url=service.url)
    windows = [await opened(context, service, ollama) for _ in range(WINDOWS)]
    for reader, _ in windows:
        await expect(reader.row("find")).to_have_attribute("data-status", "completed")
        await expect(reader.page.locator("#show-servers")).to_contain_text("server")
    last, _ = windows.pop()
    streaming = await last.page.evaluate(WHOSE)
    assert len(streaming) == STREAMS

    await last.page.keyboard.press("Escape")
    await expect(last.run).to_have_attribute("data-status", "cancelled")
    await last.ask_and_wait("What do the rows say?")
    await expect(last.run.locator(".prose strong")).to_have_text("first")

    (first, run_id), (second, other_id), *others = windows
    await first.page.close()
    await second.page.get_by_role("link", name="New question").click()
    for unseen in (run_id, other_id):
        await service.client.post(f"/runs/{unseen}/cancel")
    async with asyncio.timeout(30):  # others stream in their place
        while len({*await last.page.evaluate(WHOSE)} - {*streaming}) < 2:
            await last.page.evaluate("() => new Promise(drawn => requestAnimationFrame(drawn))")
    for reader, run_id in others:
        await service.client.post(f"/runs/{run_id}/cancel")
        await expect(reader.run).to_have_attribute("data-status", "cancelled")
        told = await steps(reader)
        await reader.page.reload()
        await expect(reader.run).to_have_attribute("data-status", "cancelled")
        assert await steps(reader) == told != []
    await context.close()


async def test_without_locks_only_the_window_that_has_the_focus_streams(
    browser: Browser, service: RunningService, ollama: OllamaDouble
) -> None:
    context = await browser.new_context(viewport=DESK, base_url=service.url)
    await context.add_init_script(NO_LOCKS)
    reader, run_id = await opened(context, service, ollama)
    streams: list[str] = []
    reader.page.on("request", lambda asked: streams.append(asked.url) if asked.resource_type == "eventsource" else None)
    await expect(reader.row("find")).to_have_attribute("data-status", "completed")
    assert streams == []
    async with reader.page.expect_request(lambda asked: asked.resource_type == "eventsource"):
        await reader.page.evaluate("() => { window.focused = true; dispatchEvent(new Event('focus')); }")
    await service.client.post(f"/runs/{run_id}/cancel")
    await expect(reader.run).to_have_attribute("data-status", "cancelled")
    await context.close()
