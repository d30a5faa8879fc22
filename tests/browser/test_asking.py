"""From a question typed to an answer with sources: what stands on the page, and when."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.reader import Reader
from tests.support.ollama_double import Hang, Say, written
from tests.support.service import RunningService

pytestmark = pytest.mark.browser

WATCH_FALL = """() => {
    window.fell = 0;
    let before = 0;
    const watch = () => {
        const height = document.querySelector('article[aria-busy=true] .prose')?.getBoundingClientRect().height ?? 0;
        if (height > 0) window.fell = Math.max(window.fell, before - height);
        before = height;
        requestAnimationFrame(watch);
    };
    watch();
}"""
"""Keeps in `window.fell` by how much an answer that is being written ever became lower, in pixels."""


async def test_a_question_is_answered_and_its_marks_lead_to_their_sources(reader: Reader, page: Page) -> None:
    await reader.ask_and_wait("What do the rows say?")
    await expect(reader.run.get_by_role("heading", level=2)).to_have_text("What do the rows say?")
    await expect(reader.run.locator(".prose strong")).to_have_text("first")
    mark = reader.run.get_by_role("link", name="Source 2: Row 2")
    await mark.click()
    card = reader.run.locator(".source").nth(1)
    await expect(card).to_be_focused()
    await expect(card).to_have_attribute("data-lit", "")
    await expect(card.get_by_role("link", name="Row 2")).to_have_attribute("href", "https://example.org/2")
    assert await page.title() == "What do the rows say? · Agentic Search"


async def test_a_follow_up_says_below_it_how_it_was_understood(reader: Reader) -> None:
    await reader.ask_and_wait("What does asyncio.TaskGroup do?")
    await expect(reader.run.locator(".understood")).to_be_hidden()
    await reader.ask_and_wait("what about asyncio.gather?")
    await expect(reader.run.locator(".understood")).to_have_text("Understood as: What does asyncio.gather do?")


async def test_a_mark_shows_how_far_its_source_says_what_the_sentence_says(reader: Reader, page: Page) -> None:
    told = "One is the text of row 1 [1]. Another is the text of row 9 [2]. Bananas ripen faster in warm rooms [1]."
    await reader.ask_and_wait("What do the rows say?", answer=written(told))
    marks = reader.run.locator("a.citation")
    await expect(marks.nth(0)).to_have_attribute("data-verdict", "supported")
    await expect(marks.nth(1)).to_have_attribute("data-verdict", "unsupported")
    await expect(marks.nth(2)).to_have_attribute("aria-label", re.compile("Not found in the source"))
    await marks.nth(0).focus()
    await expect(page.get_by_role("tooltip")).to_contain_text("The source says this")
    await marks.nth(2).focus()
    await expect(page.get_by_role("tooltip")).to_contain_text("Not found in the source")


async def test_a_mark_shows_title_host_and_passage_on_focus_and_esc_takes_them_away(reader: Reader, page: Page) -> None:
    await reader.ask_and_wait("What do the rows say?")
    await reader.run.get_by_role("link", name="Source 1: Row 1").focus()
    passage = page.get_by_role("tooltip")
    await expect(passage).to_contain_text("Row 1")
    await expect(passage).to_contain_text("example.org")
    await expect(passage).to_contain_text("Text of row 1")
    await page.keyboard.press("Escape")
    await expect(passage).to_be_hidden()


async def test_text_stands_on_the_page_while_the_model_still_writes(reader: Reader) -> None:
    await reader.ask("Slowly?", answer=[*written("First [1].\n\nThen **more"), Hang()])
    await expect(reader.run.locator(".block")).to_have_text(["First 1."])
    await expect(reader.run.locator(".tail")).to_have_text("Then more")
    await expect(reader.live).to_have_text("Writing the answer.")
    await reader.page.keyboard.press("Escape")
    await expect(reader.run).to_have_attribute("data-status", "cancelled")
    await expect(reader.run.locator(".block")).to_have_text(["First 1.", "Then **more"])
    await expect(reader.run).to_contain_text("Stopped before the end of the answer.")
    await expect(reader.live).to_have_text("Stopped.")
    await expect(reader.run.locator("a.citation")).to_have_attribute("data-verdict", re.compile("."))
    await expect(reader.run.locator(".source")).to_have_count(1)
    await expect(reader.run.get_by_role("button", name="Copy", exact=True)).to_be_visible()


async def test_finished_blocks_take_the_place_of_their_text_without_a_jump(reader: Reader, page: Page) -> None:
    await reader.box.focus()
    await page.evaluate(WATCH_FALL)
    table = "| row | text |\n|---|---|\n| 1 | one |\n| 2 | two |"
    text = f"## Rows\n\nThe **first** [1], `the second` [2].\n\n- one\n- two\n\n```text\ncode\n```\n\n{table}\n\n[3]"
    await reader.ask_and_wait(
        "In many forms?", answer=[Say(text[i : i + 4], delay=0.01) for i in range(0, len(text), 4)]
    )
    await expect(reader.run.locator(".prose pre")).to_have_text("code\n")
    assert await page.evaluate("window.fell") < 1


async def test_the_strip_folds_when_the_answer_begins_and_opens_again_at_a_touch(reader: Reader) -> None:
    await reader.ask_and_wait("What do the rows say?")
    strip = reader.run.get_by_role("group", name="The work behind the answer").get_by_role("button").first
    await expect(strip).to_have_attribute("aria-expanded", "false")
    await expect(reader.row("find")).to_be_hidden()
    await strip.click()
    await expect(reader.row("find")).to_be_visible()
    await expect(reader.row("find")).to_contain_text("rows Find rows")


async def test_a_source_of_an_earlier_answer_names_no_task_of_the_new_run(reader: Reader, page: Page) -> None:
    await reader.ask_and_wait("What is the text of a row?")
    one_row = {"tasks": [{"id": "find", "tool": "rows", "arguments": {"n": 1}}]}
    both = written("The one says this [1], the others that [2] [3] [4].")
    await reader.ask_and_wait("What is the text of a row, again?", plan=one_row, answer=both)
    finders = reader.run.locator(".source [data-part=task]")
    await expect(finders.filter(has_text="an earlier search").first).to_be_disabled()
    await expect(finders.filter(has_text="rows").first).to_be_enabled()


async def test_a_follow_up_stands_below_in_the_same_thread_with_marks_of_its_own(reader: Reader, page: Page) -> None:
    await reader.ask_and_wait("What do the rows say?")
    address = page.url
    assert re.search(r"\?thread=\w+", address)
    await reader.ask_and_wait("And what do the rows say?")
    assert page.url == address
    await expect(reader.runs).to_have_count(2)
    await reader.run.get_by_role("link", name="Source 1: Row 1").click()
    await expect(reader.run.locator(".source").first).to_be_focused()
    ids = await page.locator("[id]").evaluate_all("all => all.map(each => each.id)")
    assert len(ids) == len(set(ids))


async def test_a_failed_task_is_named_in_one_quiet_line_and_the_answer_stands(reader: Reader) -> None:
    plan = {
        "tasks": [
            {"id": "find", "tool": "rows", "arguments": {"n": 2}},
            {"id": "bad", "tool": "fail", "arguments": {"message": "the printer is on fire"}},
            {"id": "then", "tool": "echo", "arguments": {"text": "${bad}"}},
        ]
    }
    await reader.ask_and_wait("What burns?", plan=plan)
    await expect(reader.run).to_have_attribute("data-status", "partial")
    await expect(reader.run.locator(".answer > .quiet")).to_contain_text("the printer is on fire")
    await reader.run.locator(".phases").click()
    await expect(reader.row("bad")).to_have_attribute("data-status", "failed")
    await expect(reader.row("then")).to_have_attribute("data-status", "skipped")
    await reader.row("bad").get_by_role("button").click()
    await expect(reader.run.get_by_role("group", name="Task")).to_contain_text("the printer is on fire")


async def test_an_opened_task_shows_its_whole_result_however_large(reader: Reader, page: Page) -> None:
    plan = {"tasks": [{"id": "much", "tool": "rows", "arguments": {"n": 2_000}, "purpose": "Find very much"}]}
    await reader.ask_and_wait("How much?", plan=plan)
    await reader.run.locator(".phases").click()
    await reader.row("much").get_by_role("button").click()
    task = reader.run.get_by_role("group", name="Task")
    await expect(task).to_contain_text("Find very much")
    await expect(task).to_contain_text("much · rows on slow")
    await expect(task).to_contain_text("n: 2000")
    await expect(task.locator("summary")).to_have_count(200)
    for left in ("200 more of the other 1,800", "200 more of the other 1,600"):
        await task.get_by_role("button", name=f"Show {left}").click()
    for _ in range(7):
        await task.get_by_role("button", name="Show").click()
    await expect(task.get_by_role("button", name="Show")).to_have_count(0)
    await task.locator("summary").last.click()
    await expect(task.locator("details").last).to_contain_text("Text of row 2000")


async def test_text_from_a_tool_is_shown_as_text_and_nothing_in_it_runs(reader: Reader, page: Page) -> None:
    bait = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
    plan = {"tasks": [{"id": "bait", "tool": "echo", "arguments": {"text": bait}, "purpose": bait}]}
    await reader.ask_and_wait(bait, plan=plan, answer=written(f"Look: {bait}"))
    await reader.run.locator(".phases").click()
    await reader.row("bait").get_by_role("button").click()
    await expect(reader.run.get_by_role("group", name="Task")).to_contain_text("<img src=x")
    assert await page.locator("article img, article script").count() == 0
    assert "owned" not in (await page.title()).replace(bait[:80], "")


async def test_an_answer_without_a_model_says_so(reader: Reader, service: RunningService, page: Page) -> None:
    run_id = await service.begin(
        "What does row 2 say?", model="offline", plan={"tasks": [{"tool": "rows", "arguments": {"n": 3}}]}
    )
    await page.goto(f"/?thread={(await service.report(run_id))['thread_id']}")
    await reader.ended()
    await expect(reader.run).to_contain_text("Quoted from the sources, without a language model")
