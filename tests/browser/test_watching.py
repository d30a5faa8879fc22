"""A run under way: bars that grow, stopping, reloading, a second tab, a connection that breaks."""

import json

import pytest
from playwright.async_api import BrowserContext, Page, expect

from tests.browser.gate import Gate
from tests.browser.reader import ENDLESS, Reader
from tests.support.service import RunningService

pytestmark = pytest.mark.browser

LONG = {
    "tasks": [
        {"id": "long", "tool": "sleep_for", "arguments": {"seconds": ENDLESS}, "purpose": "Sleep long"},
        {"id": "after", "tool": "echo", "arguments": {"text": "${long}"}, "purpose": "Say it"},
    ]
}


async def test_bars_grow_while_tasks_run_and_waiting_looks_different(reader: Reader, page: Page) -> None:
    await reader.watch("Take your time", LONG)
    await expect(reader.row("long")).to_have_attribute("data-status", "running")
    await page.wait_for_function("() => document.querySelector('.piece[data-kind=run]')?.offsetWidth > 4")
    length = "() => parseFloat(document.querySelector('.piece[data-kind=run]').style.width)"
    at_first = await page.evaluate(length)
    await page.wait_for_function(f"before => ({length})() > before", arg=at_first)
    assert await reader.widths("after", "run") == []
    assert len(await reader.widths("after", "wait")) == 1
    await expect(reader.row("after")).to_contain_text("waits")
    await page.get_by_role("button", name="Stop (Esc)").click()
    await expect(reader.run).to_have_attribute("data-status", "cancelled")
    await expect(reader.row("long")).to_have_attribute("data-status", "cancelled")
    await expect(page.get_by_role("button", name="Ask (Enter)")).to_be_visible()


async def test_stop_stands_in_the_place_of_send_and_a_double_click_on_send_does_not_stop(
    reader: Reader, page: Page
) -> None:
    send = page.get_by_role("button", name="Ask (Enter)")
    place = await send.bounding_box()
    assert place is not None
    await reader.box.fill("Take your time")
    reader.ollama.enqueue(json.dumps({"tasks": [{"tool": "sleep_for", "arguments": {"seconds": ENDLESS}}]}))
    await send.click()
    stop = page.get_by_role("button", name="Stop (Esc)")
    await expect(stop).to_be_visible()
    await expect(reader.run).to_have_attribute("data-status", "running")
    await stop.hover()
    await page.mouse.down(click_count=2)
    await page.mouse.up(click_count=2)
    await expect(page.locator(".hint")).to_have_text("Esc stops, Enter asks next")
    moved = await stop.bounding_box()
    assert moved is not None
    assert (moved["width"], moved["height"]) == (place["width"], place["height"])
    await stop.click()
    await expect(reader.run).to_have_attribute("data-status", "cancelled")


async def test_a_reload_picks_the_run_up_where_it_is(reader: Reader, page: Page, service: RunningService) -> None:
    run_id = await reader.watch("Take your time", LONG)
    await expect(reader.row("long")).to_have_attribute("data-status", "running")
    await page.reload()
    await expect(reader.row("long")).to_have_attribute("data-status", "running")
    await expect(page.get_by_role("button", name="Stop (Esc)")).to_be_visible()
    await service.client.post(f"/runs/{run_id}/cancel")
    await expect(reader.run).to_have_attribute("data-status", "cancelled")


async def test_a_second_tab_shows_the_same_and_stopping_in_one_stops_in_both(reader: Reader, page: Page) -> None:
    await reader.watch("Take your time", LONG)
    context: BrowserContext = page.context
    second = await context.new_page()
    await second.goto(page.url)
    await expect(second.locator("article.run")).to_have_attribute("data-status", "running")
    await second.keyboard.press("Escape")
    for tab in (page, second):
        await expect(tab.locator("article.run")).to_have_attribute("data-status", "cancelled")


async def test_back_and_forward_move_between_the_empty_page_and_the_thread(reader: Reader, page: Page) -> None:
    await reader.ask_and_wait("What do the rows say?")
    await page.go_back()
    await expect(page.get_by_role("heading", name="What would you like to know?")).to_be_visible()
    await expect(reader.runs).to_have_count(0)
    await page.go_forward()
    await expect(reader.run.locator(".prose strong")).to_have_text("first")


async def test_a_lost_connection_is_reported_and_the_run_goes_on_from_the_last_event(
    reader: Reader, page: Page, gate: Gate, service: RunningService
) -> None:
    run_id = await service.begin("Take your time", plan=LONG)
    thread = (await service.report(run_id))["thread_id"]
    await page.goto(f"{gate.url}/?thread={thread}")
    await expect(reader.row("long")).to_have_attribute("data-status", "running")
    steps = await reader.run.locator(".steps-list li").count()
    gate.shut()
    await expect(page.locator("#away")).to_contain_text("The service is away, trying again.")
    await expect(page.locator("#away")).to_contain_text("may go on there")
    width = await reader.widths("long", "run")
    await page.keyboard.press("Escape")
    await expect(reader.notice).to_contain_text("The run could not be stopped")
    assert await reader.widths("long", "run") == width, "what is not known grows no more"
    await expect(page.locator("#away")).to_be_visible()
    await page.get_by_role("button", name="Close the notice").click()
    await expect(reader.box).to_be_focused()
    gate.open()
    await expect(reader.notice).to_contain_text("The service is back.")
    await expect(page.locator("#away")).to_be_hidden()
    assert await reader.run.locator(".steps-list li").count() == steps
    await service.client.post(f"/runs/{run_id}/cancel")
    await expect(reader.run).to_have_attribute("data-status", "cancelled")
    await expect(reader.notice).to_be_hidden()


async def test_an_error_keeps_the_question_and_says_what_to_do(reader: Reader, page: Page, gate: Gate) -> None:
    await page.goto(gate.url)
    await expect(page.locator(".state")).to_contain_text("ready")
    gate.shut()
    await reader.box.fill("Does anybody hear me?")
    await reader.box.press("Enter")
    await expect(reader.notice).to_contain_text("the service does not answer")
    await expect(reader.notice).to_contain_text("Your question is back in the box")
    await expect(reader.box).to_have_value("Does anybody hear me?")
    await expect(reader.runs).to_have_count(0)


async def test_a_run_that_the_service_forgot_keeps_what_was_shown(
    reader: Reader, page: Page, gate: Gate, service: RunningService
) -> None:
    run_id = await service.begin("Take your time", plan=LONG)
    await page.goto(f"{gate.url}/?thread={(await service.report(run_id))['thread_id']}")
    await expect(reader.row("long")).to_have_attribute("data-status", "running")
    gate.shut()
    await service.client.post(f"/runs/{run_id}/cancel")
    await service.events(run_id)
    assert (await service.client.delete(f"/runs/{run_id}")).status_code == 200
    gate.open()
    await expect(reader.run).to_contain_text("no longer knows this run", timeout=60_000)
    await expect(reader.row("long")).to_be_visible()


async def test_a_thread_that_is_not_kept_is_said_to_be_gone(reader: Reader, page: Page) -> None:
    await page.goto("/?thread=never-was")
    await expect(reader.notice).to_contain_text("This conversation is no longer kept.")
    await expect(reader.box).to_be_visible()
