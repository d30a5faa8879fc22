"""The thinking steps on the page: the wording of the parallel run, and results that unfold where they stand."""

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.reader import Reader

pytestmark = pytest.mark.browser

LARGE = 3_000
"""Rows, of which an event has only the address."""
PLAN = {
    "tasks": [
        {"tool": "rows", "arguments": {"n": 3}, "purpose": "Find rows"},
        {"tool": "rows", "arguments": {"n": LARGE}, "purpose": "Find many"},
        {"tool": "fail", "arguments": {"message": "not today"}},
    ]
}


async def test_steps_tell_the_parallel_run_and_unfold_each_result(reader: Reader, page: Page) -> None:
    await reader.watch("Unfold", PLAN)
    await reader.ended()
    steps = reader.run.locator("section.steps")
    await steps.get_by_role("button").click()
    for told in (
        "🚀 Starting parallel execution of 3 tasks",
        "⚡ Tasks will execute concurrently for faster results",
        "⏳ Executing 3 tasks concurrently...",
        "✅ Task 1: rows - Find rows",
        "✨ Parallel execution complete!",
        "📊 Results: 2 completed, 1 failed",
    ):
        await expect(steps.get_by_text(told, exact=True)).to_be_visible()
    results = steps.locator("li", has=page.locator("summary", has_text="📊 Full Result")).filter(visible=True)
    await expect(results).to_have_count(2)
    small, large = await _by_size(reader)
    await expect(small.locator(".value")).to_be_empty()
    await small.locator("summary").first.click()
    await expect(small.locator(".value > ul > li")).to_have_count(3)
    await large.locator("summary").first.click()
    await expect(large.get_by_role("button", name=f"Show 200 more of the other {LARGE - 200:,}")).to_be_visible()


async def _by_size(reader: Reader) -> tuple[Locator, Locator]:
    """The result steps of the first and the second task, whichever ended first."""
    items = reader.run.locator(".steps-list > li")
    texts = await items.all_inner_texts()
    first, second = (next(at for at, text in enumerate(texts) if f"✅ Task {number}:" in text) for number in (1, 2))
    return items.nth(first + 1), items.nth(second + 1)
