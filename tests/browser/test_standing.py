"""A question of the page is asked again on a schedule, and the drawer tells what is new."""

import json

import pytest
from playwright.async_api import expect

from tests.browser.reader import ANSWER, ROWS, Reader
from tests.support.ollama_double import Say, written

pytestmark = pytest.mark.browser

QUESTION = "Which rows are there?"


async def test_an_answer_is_repeated_asked_now_paused_and_deleted(reader: Reader) -> None:
    await reader.ask_and_wait(QUESTION)
    await reader.run.get_by_role("button", name="Repeat", exact=True).click()
    drawer = reader.page.get_by_role("dialog", name="Standing questions")
    await expect(drawer.get_by_role("textbox", name="What to ask again")).to_have_value(QUESTION)
    await drawer.get_by_role("combobox", name="When").select_option(label="At other times …")
    times = drawer.get_by_role("textbox", name="Minute, hour")
    await times.fill("* * * * *")
    await drawer.get_by_role("button", name="Ask it again then").click()
    await expect(drawer.get_by_role("alert")).to_contain_text("ask less often")
    await times.fill("0 9 * * 1-5")
    await drawer.get_by_role("button", name="Ask it again then").click()
    (entry,) = [drawer.get_by_role("listitem").filter(has_text=QUESTION)]
    await expect(entry).to_contain_text("Not asked yet.")
    await expect(entry).to_contain_text("0 9 * * 1-5")
    await expect(drawer.get_by_role("alert")).to_be_hidden()

    for told in ("Asked for the first time: 3 sources", "Nothing new since"):
        reader.ollama.enqueue(Say(json.dumps(ROWS)))
        reader.ollama.enqueue(*written(ANSWER))
        await entry.get_by_role("button", name="Ask now").click()
        await expect(entry).to_contain_text(told)
    await entry.get_by_role("button", name="Pause").click()
    await expect(entry).to_contain_text("paused")

    feed = await reader.page.request.get(await entry.get_by_role("link", name="Feed").get_attribute("href") or "")
    assert feed.headers["content-type"] == "application/atom+xml"
    await entry.get_by_role("button", name="Delete").click()
    await expect(entry).to_have_count(0)
    await drawer.get_by_role("button", name="Close the standing questions").click()
    await expect(drawer).to_be_hidden()


async def test_the_drawer_fits_a_narrow_screen(reader: Reader) -> None:
    await reader.page.set_viewport_size({"width": 320, "height": 640})
    await reader.page.get_by_role("button", name="Standing questions", exact=True).click()
    drawer = reader.page.get_by_role("dialog", name="Standing questions")
    await expect(drawer).to_contain_text("None yet.")
    assert await reader.page.evaluate("document.documentElement.scrollWidth") <= 320
