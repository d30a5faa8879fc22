"""Axe finds nothing to complain about in any state of the page."""

import re
from typing import Any

import pytest
from playwright.async_api import Page, ViewportSize, expect

from tests.browser.checker import Checker
from tests.browser.reader import ENDLESS, Reader
from tests.support.ollama_double import written
from tests.support.service import RunningService

pytestmark = pytest.mark.browser

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
SLOW: dict[str, Any] = {"tasks": [{"id": "long", "tool": "sleep_for", "arguments": {"seconds": ENDLESS}}]}


@pytest.fixture
def checker(page: Page) -> Checker:
    """Axe, of the version that is pinned."""
    return Checker(page)


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


async def test_no_state_of_asking_has_a_fault_that_axe_can_find(
    checker: Checker, reader: Reader, page: Page, service: RunningService
) -> None:
    await reader.watch("Take your time", SLOW)
    await expect(reader.row("long")).to_have_attribute("data-status", "running")
    await reader.box.fill("What do the rows say?")
    await reader.box.press("Enter")
    await reader.box.fill("And then?")
    await reader.box.press("Enter")
    await expect(page.get_by_role("list", name="Asked next").get_by_role("listitem")).to_have_count(2)
    await checker.look_in_every_way("two questions wait")
    for text in ("And then?", "What do the rows say?"):
        await page.get_by_role("button", name=f"Put it back into the box: {text}").click()
    await page.keyboard.press("Escape")
    await reader.ended()
    await reader.box.fill("")
    await page.locator(".asked").last.hover()
    await reader.run.get_by_role("button", name="Edit the question").click()
    await checker.look_in_every_way("a question is edited")
    await page.get_by_role("link", name="New question").click()
    await reader.box.fill("")

    await page.get_by_role("combobox", name="Effort").select_option("plan")
    await reader.ask("What do the rows say?", plan=MIXED, answer=[])
    plan = reader.run.get_by_role("group", name="The plan")
    await expect(plan).to_contain_text("Nothing of it has run.")
    await plan.get_by_text("Change").first.click()
    await plan.get_by_role("textbox", name="Arguments of find").fill("{n: 2}")
    await plan.get_by_role("button", name="Run these 3").click()
    await expect(plan.get_by_role("alert")).to_contain_text("no JSON object")
    await checker.look_in_every_way("a plan is changed")
    await page.get_by_role("combobox", name="Effort").select_option("normal")

    await page.get_by_role("link", name="New question").click()
    await reader.ask_and_wait("Which rows are there?", plan=MIXED)
    await reader.run.locator(".phases").click()
    await reader.row("find").get_by_role("button").first.click()
    task = reader.run.get_by_role("group", name="Task")
    await task.get_by_role("button", name="Run with other arguments").click()
    await reader.run.get_by_role("button", name="workflow").click()
    await checker.look_in_every_way("a task is varied, a plan saved")
    await page.locator("#show-servers").click()
    await expect(page.get_by_role("dialog", name="Servers that may be used")).to_be_visible()
    await page.locator("#servers summary").first.click()
    await checker.look_in_every_way("servers")
    await page.keyboard.press("Escape")

    await reader.run.get_by_role("button", name="Repeat", exact=True).click()
    standing = page.get_by_role("dialog", name="Standing questions")
    await standing.get_by_role("combobox", name="When").select_option(label="At other times …")
    await standing.get_by_role("textbox", name="Minute, hour").fill("* * * * *")
    await standing.get_by_role("button", name="Ask it again then").click()
    await expect(standing.get_by_role("alert")).to_contain_text("ask less often")
    await checker.look_in_every_way("a question to be repeated")
    await standing.get_by_role("textbox", name="Minute, hour").fill("0 9 * * 1-5")
    await standing.get_by_role("button", name="Ask it again then").click()
    entry = standing.get_by_role("listitem").filter(has_text="Which rows are there?")
    await expect(entry).to_contain_text("Not asked yet.")
    await checker.look_in_every_way("standing questions")
    await entry.get_by_role("button", name="Delete").click()
    await page.keyboard.press("Escape")

    await page.get_by_role("button", name="History", exact=True).click()
    history = page.get_by_role("dialog", name="History")
    await page.keyboard.type("rows are there")
    await expect(history.locator("a.thread")).to_have_count(1)
    await checker.look_in_every_way("history, searched")
    await history.get_by_role("button", name="Rename").click()
    await checker.look("history, renaming")
    await page.keyboard.press("Escape")
    await history.get_by_role("button", name="Delete").click()
    await expect(history.get_by_role("button", name="Undo")).to_be_visible()
    await checker.look_in_every_way("history, one deleted")
    await history.get_by_role("button", name="Undo").click()
    await history.get_by_role("searchbox").fill("no such words at all")
    await expect(history).to_contain_text("No conversation has")
    await checker.look("history, none found")
    assert checker.wrong == {}
