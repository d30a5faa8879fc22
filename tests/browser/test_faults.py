"""Faults that readers met once: each must stay away."""

import asyncio
import re

import pytest
from playwright.async_api import Page, Route, ViewportSize, expect

from tests.browser.reader import ENDLESS, ROWS, Reader
from tests.support.service import RunningService

pytestmark = pytest.mark.browser


async def test_a_refused_question_is_put_before_what_was_typed_meanwhile(reader: Reader, page: Page) -> None:
    typed = asyncio.Event()

    async def refuse(route: Route) -> None:
        await typed.wait()
        await route.fulfill(status=503, json={"detail": "The service is full."})

    await page.route("**/search", refuse)
    await reader.box.fill("Does anybody hear me?")
    await reader.box.press("Enter")
    await expect(reader.runs).to_have_count(1)
    await reader.box.press_sequentially("x")
    typed.set()
    await expect(reader.box).to_have_value("Does anybody hear me?\nx")


async def test_the_chosen_model_is_remembered(page: Page) -> None:
    chooser = page.get_by_role("combobox", name="Model")
    await chooser.select_option("offline")
    await page.reload()
    await expect(chooser).to_have_value("offline")


SHOWN = """async value => {
  const { showValue } = await import('/static/js/views/tasks/value.js');
  const el = document.body.appendChild(document.createElement('section'));
  el.id = 'shown';
  showValue(el, value);
  const pieces = [...el.querySelectorAll('.value-piece')];
  const whole = pieces.map(each => each.textContent).join('\\n');
  return [whole, ...pieces.map(each => getComputedStyle(each).contentVisibility)];
}"""


async def test_a_text_of_five_megabytes_is_laid_out_where_it_is_seen(page: Page) -> None:
    """In pieces that the browser skips while they are out of sight, and whole."""
    text = "\n".join(f"Row {row} of a text that is large, in all." for row in range(125_000))
    whole, *pieces = await page.evaluate(SHOWN, text)
    assert whole == text
    assert len(pieces) > 200 and set(pieces) == {"auto"}


async def test_rows_are_told_apart_by_their_first_text_and_come_by_two_hundred(page: Page) -> None:
    await page.evaluate(SHOWN, [{"id": row, "title": f"Title {row}"} for row in range(1_000)])
    rows = page.locator("#shown summary")
    await expect(rows.nth(7)).to_have_text("7: Title 7")
    await page.get_by_role("button", name="Show 200 more of the other 800").click()
    await expect(rows).to_have_count(400)
    await expect(rows.nth(200)).to_be_focused()


async def test_what_is_asked_while_a_run_is_under_way_comes_next_or_goes_back_into_the_box(
    reader: Reader, page: Page
) -> None:
    await reader.watch("Take your time", {"tasks": [{"tool": "sleep_for", "arguments": {"seconds": ENDLESS}}]})
    await expect(page.get_by_role("button", name="Stop (Esc)")).to_be_visible()
    for text in ("And then?", "What do the rows say?"):
        await reader.box.fill(text)
        await reader.box.press("Enter")
    await expect(page).to_have_title(re.compile("^● Take your time"))
    waiting = page.get_by_role("list", name="Asked next").get_by_role("listitem")
    await expect(waiting).to_have_count(2)
    await page.get_by_role("button", name="Put it back into the box: And then?").click()
    await expect(reader.box).to_have_value("And then?")
    await reader.box.press("Escape")
    await expect(reader.runs).to_have_count(2)
    await expect(waiting).to_have_count(0)
    await reader.ended()
    await expect(reader.run.locator(".question")).to_have_text("What do the rows say?")
    await expect(reader.box).to_have_value("And then?")


async def test_forced_colours_keep_every_bar_and_button_visible(reader: Reader, page: Page) -> None:
    await reader.ask_and_wait("What do the rows say?")
    await page.emulate_media(forced_colors="active")
    await reader.run.locator(".phases").click()
    shade = "each => getComputedStyle(each).backgroundColor"
    bar, behind = reader.run.locator(".piece[data-kind=run]").first, page.locator("body")
    assert await bar.evaluate(shade) != await behind.evaluate(shade)
    assert await page.locator(".send").evaluate("each => getComputedStyle(each).borderTopStyle") == "solid"


async def test_at_four_hundred_percent_the_box_leaves_room_to_read(reader: Reader, page: Page) -> None:
    await reader.ask_and_wait("What do the rows say?")
    await page.set_viewport_size(ViewportSize(width=320, height=256))
    assert await page.locator(".dock").evaluate("each => getComputedStyle(each).position") == "static"
    assert await page.evaluate("document.documentElement.scrollWidth") == 320


async def test_what_is_printed_is_the_question_the_answer_and_the_sources_with_their_addresses(
    reader: Reader, page: Page
) -> None:
    await reader.ask_and_wait("What do the rows say?")
    await page.emulate_media(media="print")
    for hidden in (".dock", ".top", ".strip", ".steps"):
        await expect(page.locator(hidden).first).to_be_hidden()
    await expect(reader.run.locator(".answer .prose")).to_be_visible()
    after = "each => getComputedStyle(each, '::after').content"
    assert "example.org" in await reader.run.locator(".source h4 a").first.evaluate(after)


async def test_arabic_is_laid_out_from_right_to_left_and_an_override_ends_with_its_text(
    reader: Reader, page: Page, service: RunningService
) -> None:
    run = await service.ask("كم عدد الغرف؟ \u202eabc", plan=ROWS, model="offline")
    await page.goto(f"/?thread={run['thread_id']}")
    question = reader.run.locator(".question")
    await expect(question).to_be_visible()
    assert await question.evaluate("each => getComputedStyle(each).direction") == "rtl"
    assert await question.evaluate("each => getComputedStyle(each).unicodeBidi") != "normal"
    await reader.box.fill("مرحبا")
    assert await reader.box.evaluate("each => getComputedStyle(each).direction") == "rtl"


async def test_a_source_names_the_tool_that_found_it_and_a_copy_has_the_sources(reader: Reader, page: Page) -> None:
    await reader.ask_and_wait("What do the rows say?")
    await expect(reader.run.locator(".source-foot").first).to_contain_text("found by rows")
    await page.evaluate("() => { navigator.clipboard.writeText = async text => { window.copied = text; }; }")
    await reader.run.get_by_role("button", name="Copy", exact=True).click()
    await expect(reader.live).to_have_text("Copied")
    assert "\n\nSources:\n\n1. " in await page.evaluate("window.copied")


async def test_a_wrong_link_leaves_a_page_that_says_so_and_an_address_that_is_right(reader: Reader, page: Page) -> None:
    await page.goto("/?thread=never-was")
    await expect(reader.notice).to_contain_text("its link is of another service")
    await expect(page).to_have_url(re.compile("/$"))


async def test_a_hidden_tab_leaves_its_connection_to_others_and_goes_on_when_it_is_shown(
    reader: Reader, page: Page, service: RunningService
) -> None:
    plan = {"tasks": [{"id": "long", "tool": "sleep_for", "arguments": {"seconds": ENDLESS}}]}
    run_id = await reader.watch("Take your time", plan)
    await expect(reader.row("long")).to_have_attribute("data-status", "running")
    before = await open_streams(service)
    await page.evaluate(HIDDEN, True)
    async with asyncio.timeout(30):
        while await open_streams(service) >= before:
            await page.evaluate("() => new Promise(drawn => requestAnimationFrame(drawn))")
    await service.client.post(f"/runs/{run_id}/cancel")
    await service.events(run_id)
    await expect(reader.run).to_have_attribute("data-status", "running")
    await page.evaluate(HIDDEN, False)
    await expect(reader.run).to_have_attribute("data-status", "cancelled")


HIDDEN = """hidden => {
  Object.defineProperty(document, 'hidden', {get: () => hidden, configurable: true});
  document.dispatchEvent(new Event('visibilitychange'));
}"""


async def open_streams(service: RunningService) -> int:
    """How many listeners the service has."""
    return (await service.client.get("/health", params={"verbose": "true"})).json()["load"]["runs"]["open_streams"]
