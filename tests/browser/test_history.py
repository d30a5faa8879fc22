"""The drawer of conversations, and a conversation that is opened again: at the cost of one request, as it was."""

import re
import socket
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, Page, Request, expect

from tests.browser.conftest import DESK
from tests.browser.reader import ENDED, ENDLESS, ROWS, Reader
from tests.support.ollama_double import OllamaDouble
from tests.support.service import RunningService, running_service, stdio_entry

pytestmark = pytest.mark.browser

MIXED: dict[str, Any] = {
    "tasks": [
        {"id": "find", "tool": "rows", "arguments": {"n": 3}, "purpose": "Find rows"},
        {"id": "say", "tool": "echo", "arguments": {"text": "${find}"}, "purpose": "Say them"},
        {"id": "wrong", "tool": "fail", "arguments": {"message": "no luck"}, "purpose": "Go wrong"},
        {"id": "never", "tool": "echo", "arguments": {"text": "${wrong}"}, "purpose": "Never"},
    ]
}
LOOK = """run => {
  const text = run.innerText;
  const marks = [...run.querySelectorAll('a.citation')].map(each => [each.ariaLabel, each.dataset.verdict]);
  const rows = [...run.querySelectorAll('li.row')].map(each => [each.dataset.status, each.hasAttribute('data-critical'),
    [...each.querySelectorAll('.piece')].map(piece => [piece.dataset.kind, piece.style.left, piece.style.width])]);
  const links = [...run.querySelectorAll('.links path')].map(each => each.getAttribute('d'));
  return {text, marks, rows, links, html: run.querySelector('.prose [data-part=blocks]').innerText};
}"""


def drawer(page: Page) -> Locator:
    """The open history."""
    return page.get_by_role("dialog", name="History")


async def open_drawer(page: Page, *, looking_for: str = "") -> Locator:
    """Open the history, and type what is looked for."""
    await page.get_by_role("button", name="History", exact=True).click()
    await expect(page.get_by_role("searchbox", name="Find a conversation")).to_be_focused()
    if looking_for:
        async with page.expect_response(re.compile(f"/threads.*q={looking_for.replace(' ', '[+]')}$")):
            await page.keyboard.type(looking_for)
    return drawer(page)


async def titles(service: RunningService, wanted: str) -> list[str]:
    """What the service finds."""
    found = (await service.client.get("/threads", params={"q": wanted})).json()
    return [thread["title"] for thread in found["threads"]]


async def test_a_conversation_is_found_by_typing_and_opened(
    page: Page, reader: Reader, service: RunningService
) -> None:
    await service.ask("About walruses, nothing else", plan=ROWS, model="offline")
    await open_drawer(page, looking_for="WALRUS")
    await expect(page.get_by_role("heading", name="Today")).to_be_visible()
    found = page.locator("a.thread")
    await expect(found).to_have_count(1)
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(drawer(page)).to_be_hidden()
    await expect(reader.run.locator(".question")).to_have_text("About walruses, nothing else")
    await reader.ended()


async def test_keys_that_follow_at_once_are_meant_for_the_drawer(page: Page, service: RunningService) -> None:
    await service.ask("Where do puffins nest?", plan=ROWS, model="offline")
    opener = page.get_by_role("button", name="History", exact=True)
    await opener.focus()
    assert await opener.evaluate("opener => { opener.click(); return document.getElementById('history').open; }")
    for _ in range(3):
        await page.keyboard.press("Escape")
        await expect(opener).to_be_focused()
        await page.keyboard.press("Enter")
    await page.keyboard.type("puffins")
    await expect(page.locator("a.thread")).to_have_count(1)
    assert await page.get_by_role("searchbox").input_value() == "puffins"


async def test_a_conversation_is_renamed_by_keyboard_alone(page: Page, service: RunningService) -> None:
    await service.ask("What do narwhals eat?", plan=ROWS, model="offline")
    await open_drawer(page, looking_for="narwhal")
    await expect(page.locator("a.thread")).to_have_count(1)
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("button", name="Rename: What do narwhals eat?")).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Escape")
    await expect(drawer(page)).to_be_visible()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("textbox", name="Title of the conversation")).to_be_focused()
    await page.keyboard.type("Unicorns of the sea")
    await page.keyboard.press("Enter")
    await expect(page.locator("a.thread")).to_contain_text("Unicorns of the sea")
    await expect(page.get_by_role("button", name="Rename: Unicorns of the sea")).to_be_focused()
    assert await titles(service, "unicorns") == ["Unicorns of the sea"]


async def test_a_conversation_that_was_deleted_comes_back_at_undo_and_the_focus_stays_with_it(
    page: Page, reader: Reader, service: RunningService
) -> None:
    run = await service.ask("To be deleted, whatever it says", plan=ROWS, model="offline")
    await page.goto(f"/?thread={run['thread_id']}")
    await expect(reader.runs).to_have_count(1)
    await open_drawer(page, looking_for="to be deleted")
    delete = page.get_by_role("button", name="Delete: To be deleted, whatever it says")
    await delete.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Undo, deleted: To be deleted, whatever it says")).to_be_focused()
    await expect(reader.runs).to_have_count(0)
    assert await titles(service, "to be deleted") == []
    await page.keyboard.press("Enter")
    await expect(page.locator("a.thread")).to_be_focused()
    await expect(reader.runs).to_have_count(1)
    assert await titles(service, "to be deleted") == ["To be deleted, whatever it says"]


async def test_what_cannot_be_found_or_deleted_is_told_with_what_to_do(
    page: Page, reader: Reader, service: RunningService
) -> None:
    await reader.watch("Still under way", {"tasks": [{"tool": "sleep_for", "arguments": {"seconds": ENDLESS}}]})
    await open_drawer(page, looking_for="no such words")
    await expect(drawer(page)).to_contain_text("No conversation has “no such words” in its title")
    await page.get_by_role("searchbox").fill("still under way")
    await page.get_by_role("button", name="Delete: Still under way").click()
    await expect(page.get_by_role("alert")).to_contain_text("a question in it is still being answered. Open it")
    await page.keyboard.press("Escape")
    await page.keyboard.press("Escape")
    await reader.ended()


async def test_earlier_conversations_come_page_by_page(page: Page, service: RunningService) -> None:
    for number in range(52):
        await service.begin(f"Herring number {number}", plan=ROWS, model="offline", batch=number % 2 == 0)
    await open_drawer(page, looking_for="herring")
    found = page.locator("a.thread")
    await expect(found).to_have_count(50)
    await page.get_by_role("button", name="Show earlier ones").click()
    await expect(found).to_have_count(52)
    await expect(found.nth(50)).to_be_focused()
    await expect(page.get_by_role("button", name="Show earlier ones")).to_be_hidden()


async def test_a_question_opened_again_costs_one_request_and_looks_as_it_did(page: Page, reader: Reader) -> None:
    await reader.ask_and_wait("What do the rows say?", plan=MIXED)
    await reader.run.locator(".phases").click()
    await reader.run.locator(".steps-toggle").click()
    await expect(reader.row("never")).to_be_visible()
    before = await reader.run.evaluate(LOOK)
    await page.get_by_role("link", name="New question").click()
    await expect(reader.runs).to_have_count(0)
    await open_drawer(page, looking_for="rows say")
    asked: list[str] = []

    def listen(request: Request) -> None:
        if "/static/" not in request.url:
            asked.append(request.url)

    await expect(page.locator("a.thread").first).to_contain_text("What do the rows say?")
    page.on("request", listen)
    await page.locator("a.thread").first.click()
    await expect(reader.runs).to_have_count(1)
    await expect(reader.run).to_have_attribute("data-status", "partial")
    await reader.run.locator(".phases").click()
    await reader.run.locator(".steps-toggle").click()
    await expect(reader.row("never")).to_be_visible()
    after = await reader.run.evaluate(LOOK)
    page.remove_listener("request", listen)
    assert after == before
    assert len(asked) == 1 and re.search(r"/threads/\w+/runs$", asked[0]), asked
    await reader.row("find").get_by_role("button").click()
    await expect(reader.run.get_by_role("group", name="Task")).to_contain_text("0: Row 1")


async def test_a_long_conversation_opens_with_its_newest_questions_and_goes_on(
    page: Page, reader: Reader, service: RunningService
) -> None:
    first = await service.ask("Question 0", plan=ROWS, model="offline")
    for number in range(1, 32):
        await service.ask(f"Question {number}", plan=ROWS, model="offline", thread_id=first["thread_id"])
    await page.goto(f"/?thread={first['thread_id']}")
    await expect(reader.runs).to_have_count(30)
    await expect(reader.run.locator(".question")).to_have_text("Question 31")
    await page.get_by_role("button", name="Show earlier questions").click()
    await expect(reader.runs).to_have_count(32)
    await expect(reader.runs.first.locator(".question")).to_be_focused()
    await expect(page.get_by_role("button", name="Show earlier questions")).to_be_hidden()
    await page.get_by_role("combobox", name="Model").select_option("offline")
    await reader.box.fill("And then?")
    await reader.box.press("Enter")
    await expect(reader.runs).to_have_count(33)
    await reader.ended()
    threads = (await service.client.get("/threads", params={"q": "Question 31"})).json()["threads"]
    assert [thread["run_count"] for thread in threads] == [33]


async def test_the_history_is_there_after_a_restart(browser: Browser, ollama: OllamaDouble, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    how: dict[str, Any] = {"servers": {"slow": stdio_entry()}, "ollama": ollama.url, "settings": {"PORT": port}}
    async with await browser.new_context(viewport=DESK) as context:
        page = await context.new_page()
        async with running_service(tmp_path, **how) as service:
            await service.ready_servers("slow")
            reader = Reader(page, service, ollama)
            await page.goto(service.url)
            await reader.ask_and_wait("What is kept?")
            before = await reader.run.locator(".answer").inner_text()
        async with running_service(tmp_path, **how):
            await page.get_by_role("link", name="New question").click()
            await open_drawer(page, looking_for="kept")
            await page.locator("a.thread").click()
            await expect(reader.runs).to_have_count(1)
            assert await reader.run.locator(".answer").inner_text() == before


@pytest.mark.parametrize("how_it_ends", ["killed", "ended"])
async def test_a_run_that_is_followed_over_a_restart_goes_on_by_itself(
    how_it_ends: str, browser: Browser, tmp_path: Path
) -> None:
    """Whether the service carries it on or ends it as interrupted, the page comes to what the service has."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    how: dict[str, Any] = {"servers": {"slow": stdio_entry()}, "settings": {"PORT": port}}
    plan = {"tasks": [{"id": "long", "tool": "sleep_for", "arguments": {"seconds": 8}}]}
    async with await browser.new_context(viewport=DESK) as context:
        page = await context.new_page()
        run, row = page.locator("article.run"), page.locator("li.row")
        async with running_service(tmp_path, **how) as service:
            await service.ready_servers("slow")
            run_id = await service.begin("What outlives the service?", plan=plan, model="offline")
            await page.goto(f"{service.url}/?thread={(await service.report(run_id))['thread_id']}")
            await expect(row).to_have_attribute("data-status", "running")
            if how_it_ends == "killed":
                service.process.kill()
                await service.process.wait()
        if how_it_ends == "killed":
            await expect(page.locator("#away")).to_contain_text("The service is away, trying again.")
            time = await row.locator(".seconds").inner_text()
            await page.evaluate("() => new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
            assert await row.locator(".seconds").inner_text() == time
        async with running_service(tmp_path, **how) as service:
            await expect(run).to_have_attribute("data-status", ENDED, timeout=60_000)
            await expect(page.locator("#away")).to_be_hidden()
            assert await run.get_attribute("data-status") == (await service.report(run_id))["status"]
