"""What stands on the page stays where it is and large enough: layout shifts, fingers, narrow windows, the focus."""

from typing import Any

import pytest
from playwright.async_api import Browser, Page, ViewportSize, expect

from tests.browser.reader import ANSWER, ENDLESS, Reader
from tests.support.ollama_double import Hang, OllamaDouble, written
from tests.support.service import RunningService

pytestmark = pytest.mark.browser

MOST_SHIFT = 0.02
WATCH = """() => {
  window.shifts = [];
  const at = each => each.sources.map(({node, previousRect: from, currentRect: to}) =>
    `${node?.className ?? node?.parentElement?.className} ${from.y} to ${to.y}`).join();
  const take = list => shifts.push(...list.filter(each => !each.hadRecentInput).map(each => [each.value, at(each)]));
  window.watching = new PerformanceObserver(list => take(list.getEntries()));
  watching.observe({type: 'layout-shift', buffered: true});
  window.taken = () => { take(watching.takeRecords()); return shifts; };
}"""
SEVERAL: dict[str, Any] = {
    "tasks": [
        *({"id": f"t{place}", "tool": "rows", "arguments": {"n": place}, "purpose": "Find"} for place in range(1, 5)),
        {"id": "slow", "tool": "sleep_for", "arguments": {"seconds": 1}, "depends_on": ["t1"]},
    ]
}
TABLE = "| row | text |\n|---|---|\n| 1 | the fir"


async def shift(page: Page) -> tuple[float, list[Any]]:
    """The sum of what moved by itself since the page was opened, and what it was."""
    found = await page.evaluate("taken()")
    return sum(value for value, _ in found), found


@pytest.mark.parametrize("size", [ViewportSize(width=1280, height=900), ViewportSize(width=412, height=823)])
async def test_nothing_moves_by_itself_in_a_run_nor_when_it_is_opened_again(
    browser: Browser, service: RunningService, ollama: OllamaDouble, size: ViewportSize
) -> None:
    context = await browser.new_context(viewport=size, base_url=service.url)
    await context.add_init_script(f"({WATCH})()")
    page = await context.new_page()
    await page.goto("/")
    await expect(page.locator(".state")).to_contain_text("servers ready")
    reader = Reader(page, service, ollama)
    await reader.ask_and_wait("What do the rows say?", plan=SEVERAL, answer=written(ANSWER))
    moved, what = await shift(page)
    assert moved < MOST_SHIFT, what
    await page.reload()
    await expect(reader.run.locator(".source")).to_have_count(2)
    await expect(page.locator("#servers .dot").first).to_be_attached()
    moved, what = await shift(page)
    assert moved < MOST_SHIFT, what
    await context.close()


async def test_what_fingers_touch_is_large_enough(
    browser: Browser, service: RunningService, ollama: OllamaDouble
) -> None:
    context = await browser.new_context(
        viewport=ViewportSize(width=375, height=812), base_url=service.url, has_touch=True, is_mobile=True
    )
    page = await context.new_page()
    await page.goto("/")
    reader = Reader(page, service, ollama)
    await reader.ask_and_wait("What do the rows say?")
    await reader.run.locator(".phases").click()
    small = await page.locator("button, select, summary, a.citation, .source-foot .link").evaluate_all(
        """all => all.filter(each => each.checkVisibility()).map(each => [each, each.getBoundingClientRect()])
          .filter(([, {width, height}]) => width > 0 && (width < 23.9 || height < 23.9))
          .map(([each, {width, height}]) => `${each.outerHTML.slice(0, 90)} ${width} x ${height}`)"""
    )
    assert small == []
    await context.close()


async def test_a_table_that_is_written_is_a_table_and_one_task_alone_saves_no_time(reader: Reader, page: Page) -> None:
    await reader.ask("What do the rows say?", answer=[*written(TABLE), Hang()])
    await expect(reader.run.locator(".tail td")).to_have_text(["row", "text", "1", "the fir"])
    await page.keyboard.press("Escape")
    await reader.ended()
    await expect(reader.run.locator(".prose th")).to_have_text(["row", "text"])
    await expect(reader.run.locator(".summary")).to_contain_text("1 task")
    await expect(reader.run.locator(".summary")).not_to_contain_text("one after another")
    await page.set_viewport_size(ViewportSize(width=320, height=640))
    await reader.run.locator(".phases").click()
    await expect(reader.run.locator(".links-area")).to_be_hidden()


async def test_a_model_server_that_is_started_later_is_noticed(page: Page) -> None:
    none: dict[str, Any] = {
        "models": [],
        "writer": None,
        "planner": None,
        "error": "No Ollama answers.",
        "suggestion": None,
    }
    await page.route("**/models", lambda route: route.fulfill(json=none))
    await page.reload()
    await expect(page.locator(".state")).to_contain_text("No model connected")
    await page.unroute("**/models")
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await expect(page.locator(".state")).to_contain_text("qwen3:8b")


async def test_an_example_that_is_asked_leaves_the_focus_in_the_box_and_the_title_tells_of_the_end(
    reader: Reader, page: Page, service: RunningService
) -> None:
    await page.get_by_role("combobox", name="Model").select_option("offline")
    await page.locator(".example").first.click()
    await expect(reader.runs).to_have_count(1)
    await expect(reader.box).to_be_focused()
    await reader.ended()
    run_id = await reader.watch("Take your time", {"tasks": [{"tool": "sleep_for", "arguments": {"seconds": ENDLESS}}]})
    await expect(page).to_have_title("● Take your time · Agentic Search")
    await page.evaluate("() => Object.defineProperty(document, 'hidden', {get: () => true, configurable: true})")
    await service.client.post(f"/runs/{run_id}/cancel")
    await expect(page).to_have_title("✓ Take your time · Agentic Search")
