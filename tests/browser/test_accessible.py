"""Axe finds nothing to complain about in any state of the page."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, ViewportSize, expect

from tests.browser.reader import Reader
from tests.support.npm import installed
from tests.support.ollama_double import written
from tests.support.service import RunningService

pytestmark = pytest.mark.browser

PINS = Path(__file__).with_name("axe")
WIDE = "x = 1  # " + "long " * 60
TABLE = f"| a | b |\n|---|---|\n| c | {'d' * 200} |"
ANSWER = f"# Rows\n\nThe first [1].\n\n### Deep\n\n```\n{WIDE}\n```\n\n{TABLE}\n\n## Flat\n\nEnd [2]."
MIXED: dict[str, Any] = {
    "tasks": [
        {"id": "find", "tool": "rows", "arguments": {"n": 3}, "purpose": "Find rows"},
        {"id": "fails", "tool": "fail", "arguments": {"message": "the shop is closed"}, "purpose": "Ask the shop"},
        {"id": "never", "tool": "echo", "arguments": {"text": "${fails}"}, "purpose": "Say ${fails}"},
    ]
}
SLOW: dict[str, Any] = {"tasks": [{"id": "long", "tool": "sleep_for", "arguments": {"seconds": 60}}]}
CHECK = """async () => {
  await Promise.all(document.getAnimations().filter(each => each.effect.getComputedTiming().iterations === 1)
    .map(each => each.finished.catch(() => {})));
  const {violations} = await axe.run(document);
  const at = nodes => nodes.map(each => each.html.slice(0, 160)).join(' | ');
  return violations.map(({id, impact, nodes}) => `${id} (${impact}): ${at(nodes)}`);
}"""


class Checker:
    """Collects what axe finds wrong, by the state of the page."""

    def __init__(self, page: Page, source: str) -> None:
        self._page = page
        self._source = source
        self.wrong: dict[str, list[str]] = {}

    async def look(self, state: str) -> None:
        """Look at the page as it is now."""
        if not await self._page.evaluate("() => 'axe' in window"):
            await self._page.evaluate(self._source)
        found = await self._page.evaluate(CHECK)
        if found:
            self.wrong[state] = found


@pytest.fixture
def checker(page: Page) -> Checker:
    """Axe, of the version that is pinned."""
    return Checker(page, (installed(PINS) / "axe-core" / "axe.min.js").read_text())


async def test_no_state_of_the_page_has_a_fault_that_axe_can_find(
    checker: Checker, reader: Reader, page: Page, service: RunningService
) -> None:
    await expect(page.locator(".state")).to_contain_text("servers ready")
    await checker.look("empty")
    await reader.watch("Take your time", SLOW)
    await expect(reader.row("long")).to_have_attribute("data-status", "running")
    await checker.look("running")
    await page.keyboard.press("Escape")
    await reader.ended()
    await checker.look("stopped")

    await page.get_by_role("link", name="New question").click()
    await reader.ask_and_wait("What do the rows say?", plan=MIXED, answer=written(ANSWER))
    await checker.look("done, in part")
    levels = await reader.run.locator(".answer :is(h1, h2, h3)").evaluate_all("all => all.map(each => each.ariaLevel)")
    assert levels == ["3", "4", "4"]
    await reader.run.locator(".phases").click()
    await reader.run.locator(".steps-toggle").click()
    await checker.look("strip and steps open")
    for task in ("find", "fails"):
        await reader.row(task).get_by_role("button").first.click()
        await expect(reader.run.get_by_role("group", name="Task")).to_be_visible()
        await checker.look(f"task {task} open")
    mark = reader.run.locator("a.citation").first
    await mark.focus()
    await expect(page.locator("#passage")).to_be_visible()
    await checker.look("citation")
    await page.keyboard.press("Enter")
    await expect(reader.run.get_by_role("button", name="Back to the text")).to_have_count(1)
    await checker.look("source")
    await reader.run.get_by_role("button", name="Back to the text").click()
    await expect(mark).to_be_focused()
    await reader.ask_and_wait("And the last row?")
    await checker.look("two questions")
    await page.emulate_media(color_scheme="dark")
    await checker.look("two questions, dark")
    await page.emulate_media(color_scheme="light", forced_colors="active")
    await checker.look("two questions, forced colours")
    await page.emulate_media(forced_colors="none")
    for width, height in ((320, 640), (320, 256), (375, 812)):
        await page.set_viewport_size(ViewportSize(width=width, height=height))
        await checker.look(f"two questions, {width} by {height}")
    for drawer in ("History", "Standing questions"):
        await page.get_by_role("button", name=drawer, exact=True).click()
        await expect(page.get_by_role("dialog", name=drawer)).to_be_visible()
        await checker.look(f"{drawer}, narrow")
        await page.keyboard.press("Escape")
    await page.goto("/?thread=never-was")
    await expect(reader.notice).to_contain_text(re.compile("no longer kept"))
    await checker.look("unknown thread")
    assert checker.wrong == {}
