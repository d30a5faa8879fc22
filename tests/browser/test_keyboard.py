"""All that a reader does, by keyboard alone: each control is reached by Tab or arrows, the focus never lost."""

import json
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.reader import ANSWER, ENDLESS, Reader
from tests.support.ollama_double import Say, written

pytestmark = pytest.mark.browser

MOST_STEPS = 60
SLOW: dict[str, Any] = {"tasks": [{"id": "long", "tool": "sleep_for", "arguments": {"seconds": ENDLESS}}]}
TWO: dict[str, Any] = {
    "tasks": [
        {"id": "find", "tool": "rows", "arguments": {"n": 3}, "purpose": "Find rows"},
        {"id": "said", "tool": "echo", "arguments": {"text": "a lamp"}, "purpose": "Say it"},
    ]
}
IS_FOCUSED = "each => each === document.activeElement"


class Keyboard:
    """Hands that have no mouse."""

    def __init__(self, page: Page) -> None:
        self._page = page

    async def press(self, *keys: str) -> None:
        """One after another."""
        for key in keys:
            await self._page.keyboard.press(key)

    async def type(self, text: str) -> None:
        """Into what has the focus, in place of what stands there."""
        await self.press("Control+A")
        await self._page.keyboard.type(text)

    async def reach(self, wanted: Locator, key: str = "Tab") -> None:
        """Press a key until what is wanted has the focus."""
        await expect(wanted).to_be_visible()
        for _ in range(MOST_STEPS):
            await self.press(key)
            if await wanted.evaluate(IS_FOCUSED):
                return
        raise AssertionError(f"{wanted} is not reached by {key}")

    async def use(self, wanted: Locator, key: str = "Tab") -> None:
        """Reach it and press Enter."""
        await self.reach(wanted, key)
        await self.press("Enter")


@pytest.fixture
def keyboard(page: Page) -> Keyboard:
    """Of whoever sits before the page."""
    return Keyboard(page)


async def test_questions_are_asked_stopped_queued_edited_and_planned(
    reader: Reader, page: Page, keyboard: Keyboard
) -> None:
    await expect(page.locator("#show-servers")).to_be_visible()
    await expect(reader.box).to_be_focused()
    reader.ollama.enqueue(Say(json.dumps(SLOW)))
    await keyboard.type("Take your time")
    await keyboard.press("Enter")
    await expect(reader.row("long")).to_have_attribute("data-status", "running")
    for text in ("And then?", "What do the rows say?"):
        await keyboard.type(text)
        await keyboard.press("Enter")
    await keyboard.use(page.get_by_role("button", name="Put it back into the box: And then?"), "Shift+Tab")
    await expect(reader.box).to_be_focused()
    await expect(reader.box).to_have_value("And then?")
    reader.ollama.enqueue(Say(json.dumps(TWO)))
    reader.ollama.enqueue(*written(ANSWER))
    await keyboard.press("Escape")
    await expect(reader.runs).to_have_count(2)
    await expect(reader.runs.first).to_have_attribute("data-status", "cancelled")
    await reader.ended()

    await keyboard.use(reader.run.get_by_role("button", name="Edit the question"), "Shift+Tab")
    await expect(reader.box).to_be_focused()
    await expect(reader.box).to_have_value("What do the rows say?\nAnd then?")
    await keyboard.type("And in a plan?")
    effort = page.get_by_role("combobox", name="Effort")
    await keyboard.reach(effort)
    await keyboard.type("Plan")
    await expect(effort).to_have_value("plan")
    await keyboard.reach(reader.box, "Shift+Tab")
    reader.ollama.enqueue(Say(json.dumps(TWO)))
    await keyboard.press("Enter")
    plan = reader.run.get_by_role("group", name="The plan")
    await keyboard.reach(plan.get_by_role("checkbox", name="said: echo"), "Shift+Tab")
    await keyboard.press("Space")
    await keyboard.use(plan.get_by_text("Change").first, "Shift+Tab")
    await keyboard.reach(plan.get_by_role("textbox", name="Arguments of find"))
    await keyboard.type('{"n": 2}')
    reader.ollama.enqueue(*written("Two rows [1]."))
    await keyboard.use(plan.get_by_role("button", name="Run 1 task of 2"))
    await expect(reader.runs).to_have_count(4)
    await reader.ended()
    await expect(reader.run.locator(".answer .prose")).to_contain_text("Two rows")
    assert not await page.locator("body").evaluate(IS_FOCUSED)

    servers = page.get_by_role("dialog", name="Servers that may be used")
    chooser = page.locator("#show-servers")
    await keyboard.use(chooser)
    await keyboard.reach(servers.get_by_role("checkbox", name="slow"))
    await keyboard.press("Space")
    await expect(chooser).to_have_text("0 of 1 server")
    await keyboard.press("Space", "Escape")
    await expect(servers).to_be_hidden()
    await expect(chooser).to_be_focused()


async def test_an_answer_is_looked_into_and_found_again(reader: Reader, page: Page, keyboard: Keyboard) -> None:
    reader.ollama.enqueue(Say(json.dumps(TWO)))
    reader.ollama.enqueue(*written(ANSWER))
    await keyboard.type("What do the kittiwake rows say?")
    await keyboard.press("Enter")
    await reader.ended()
    await keyboard.use(reader.run.locator(".phases"), "Shift+Tab")
    await keyboard.reach(reader.row("find").get_by_role("button"))
    await keyboard.press("ArrowDown", "Enter")
    task = reader.run.get_by_role("group", name="Task")
    await expect(task).to_contain_text("a lamp")
    await keyboard.use(task.get_by_role("button", name="Close the task"))
    await expect(reader.row("said").locator(".bar")).to_be_focused()
    await keyboard.press("ArrowUp", "Enter")
    await keyboard.use(task.locator("summary").first)
    await expect(task).to_contain_text("Text of row 1")
    await keyboard.press("Escape")
    await expect(reader.row("find").locator(".bar")).to_be_focused()
    steps = reader.run.locator(".steps-toggle")
    await keyboard.use(steps)
    await expect(steps).to_have_attribute("aria-expanded", "true")

    mark = reader.run.locator("a.citation").first
    await keyboard.reach(mark)
    await expect(page.get_by_role("tooltip")).to_contain_text("example.org")
    await keyboard.press("Enter")
    await expect(reader.run.locator(".source").first).to_be_focused()
    await keyboard.use(reader.run.get_by_role("button", name="Back to the text"))
    await expect(mark).to_be_focused()

    await keyboard.press("/")
    await expect(reader.box).to_be_focused()
    reader.ollama.enqueue(Say(json.dumps(TWO)))
    reader.ollama.enqueue(*written(ANSWER))
    await keyboard.type("And the last of them?")
    await keyboard.press("Enter")
    await expect(reader.runs).to_have_count(2)
    await reader.ended()

    await keyboard.use(page.get_by_role("link", name="New question"), "Shift+Tab")
    await expect(reader.box).to_be_focused()
    opener = page.get_by_role("button", name="History", exact=True)
    await keyboard.use(opener, "Shift+Tab")
    history = page.get_by_role("dialog", name="History")
    await keyboard.press("Escape")
    await expect(opener).to_be_focused()
    await keyboard.press("Enter")
    await page.keyboard.type("kittiwake")
    await expect(history.locator("a.thread")).to_have_count(1)
    await keyboard.press("ArrowDown", "Enter")
    await expect(reader.runs).to_have_count(2)
    await keyboard.use(page.get_by_role("button", name="Standing questions", exact=True), "Shift+Tab")
    await expect(page.get_by_role("dialog", name="Standing questions")).to_be_visible()
    await keyboard.press("Escape")
    await expect(page.get_by_role("button", name="Standing questions", exact=True)).to_be_focused()
