"""A task opened among many stands below its row, which stays where it is; a second tab shows what is asked next."""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.reader import ANSWER, Reader
from tests.support.ollama_double import written

pytestmark = pytest.mark.browser

MANY: dict[str, Any] = {
    "tasks": [
        *({"id": f"t{place}", "tool": "rows", "arguments": {"n": place}, "purpose": "Find"} for place in range(1, 40)),
        {"id": "said", "tool": "echo", "arguments": {"text": "${t1[0].title}"}, "purpose": "Say: ${t1[0].title}"},
        {"id": "fails", "tool": "fail", "arguments": {"message": "the shop is closed"}, "purpose": "Ask the shop"},
    ]
}
HEIGHT = "each => each.getBoundingClientRect().height"
TOP = "each => each.getBoundingClientRect().top"


async def test_an_opened_task_stands_below_its_row_which_moves_neither_then_nor_when_it_is_closed(
    reader: Reader, page: Page
) -> None:
    await reader.ask_and_wait("What do the rows say?", plan=MANY)
    await expect(reader.run.locator('[data-part="missing"]')).to_have_text(
        "1 of 41 tasks failed: Ask the shop (the shop is closed)."
    )
    await reader.run.locator(".phases").click()
    chart = reader.run.locator(".chart")
    await expect(reader.row("t1")).to_be_visible()
    assert await chart.evaluate(HEIGHT) < 440
    for task in ("t2", "t30"):
        row = reader.row(task)
        await row.scroll_into_view_if_needed()
        before = await row.evaluate(TOP)
        await row.get_by_role("button").first.click()
        panel = row.get_by_role("group", name="Task")
        await expect(panel).to_contain_text("0: Row 1")
        assert abs(await row.evaluate(TOP) - before) < 2
        opened = await row.evaluate(TOP)
        await row.get_by_role("button").first.click()
        await expect(panel).to_be_hidden()
        assert abs(await row.evaluate(TOP) - opened) < 2
    await expect(reader.row("said").locator(".purpose")).to_have_text("Say: Row 1")
    link = await reader.run.locator(".links path").first.get_attribute("d")
    assert link is not None and "V39.5" in link


async def test_a_second_tab_shows_what_is_asked_next_in_the_first(reader: Reader, page: Page) -> None:
    await reader.ask_and_wait("What do the rows say?")
    other = await page.context.new_page()
    await other.goto(page.url)
    await expect(other.locator("article.run")).to_have_count(1)
    await reader.ask_and_wait("And the last row?", answer=written(ANSWER))
    await expect(other.locator("article.run")).to_have_count(2)
    await expect(other.locator("article.run").last).to_have_attribute("data-status", "completed")
    await expect(other.locator("article.run .question").last).to_have_text("And the last row?")
