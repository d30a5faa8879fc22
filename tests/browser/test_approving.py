"""The page asks before a task changes something, puts a server's question to its reader, and shows what tools give."""

import json
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.browser.conftest import DESK
from tests.browser.reader import Reader
from tests.support.ollama_double import Model, OllamaDouble
from tests.support.service import ROOT, running_service, stdio_entry

pytestmark = pytest.mark.browser

WRITE = {"id": "note", "tool": "add_note", "arguments": {"text": "The lamp is lit."}, "purpose": "Keep a note"}
SHOW = """async (value) => {
  const { showValue } = await import("/static/js/views/tasks/value.js");
  const place = document.createElement("div");
  showValue(place, value);
  return [...place.querySelectorAll("li")].map((item) => item.textContent.trim());
}"""
"""What the page makes of a value, a line an item."""
READ = {"id": "read", "tool": "read_notes", "arguments": {"query": "falcon"}, "purpose": "Look"}


def guarded(folder: Path) -> dict[str, Any]:
    """A server whose tools change files of a folder."""
    return stdio_entry("--folder", str(folder), program="guarded_server")


@asynccontextmanager
async def reading(browser: Browser, folder: Path, **servers: Any) -> AsyncGenerator[Reader, None]:
    """Somebody before the page of a service with these servers."""
    async with (
        OllamaDouble([Model("qwen3:8b")]) as ollama,
        running_service(folder, servers=servers, ollama=ollama.url) as service,
        await browser.new_context(viewport=DESK, base_url=service.url) as context,
    ):
        await service.ready_servers(*servers)
        page = await context.new_page()
        await page.goto("/")
        yield Reader(page, service, ollama)


def notes(folder: Path) -> Path:
    """Where the notes are kept."""
    (folder / "notes").mkdir()
    return folder / "notes"


def question(page: Page) -> Locator:
    """What the page asks."""
    return page.locator(".ask")


async def test_nothing_is_changed_before_the_reader_allows_it(browser: Browser, tmp_path: Path) -> None:
    folder = notes(tmp_path)
    async with reading(browser, tmp_path, notes=guarded(folder)) as reader:
        await reader.ask("Keep a note of the lamp.", plan={"tasks": [READ, WRITE]})
        asked = question(reader.page)
        await expect(asked).to_contain_text("add_note of notes may change something")
        await expect(asked).to_contain_text("The lamp is lit.")
        await expect(reader.row("note")).to_contain_text("asks you")
        assert not (folder / "added.txt").exists()
        await asked.get_by_role("button", name="Allow", exact=True).click()
        await reader.ended()
        await expect(asked).to_have_count(0)
        assert (folder / "added.txt").read_text() == "The lamp is lit.\n"


async def test_what_the_reader_denies_is_not_done(browser: Browser, tmp_path: Path) -> None:
    folder = notes(tmp_path)
    async with reading(browser, tmp_path, notes=guarded(folder)) as reader:
        await reader.ask("Keep a note of the lamp.", plan={"tasks": [READ, WRITE]})
        await question(reader.page).get_by_role("button", name="Do not run it").click()
        await reader.ended()
        await expect(reader.run).to_have_attribute("data-status", "partial")
        await expect(reader.row("note")).to_have_attribute("data-status", "skipped")
        assert not (folder / "added.txt").exists()


async def test_what_is_always_allowed_is_not_asked_again(browser: Browser, tmp_path: Path) -> None:
    folder = notes(tmp_path)
    async with reading(browser, tmp_path, notes=guarded(folder)) as reader:
        await reader.ask("Keep a note of the lamp.", plan={"tasks": [READ, WRITE]})
        await question(reader.page).get_by_role("button", name="Always allow this tool").click()
        await reader.ended()
        await reader.ask_and_wait("Keep another.", plan={"tasks": [READ, WRITE]})
        assert (folder / "added.txt").read_text() == "The lamp is lit.\n" * 2


async def test_a_question_of_a_server_is_answered_in_the_page(browser: Browser, tmp_path: Path) -> None:
    async with reading(browser, tmp_path, asking=stdio_entry(program="asking_server")) as reader:
        await reader.ask("Greet me.", plan={"tasks": [{"id": "hello", "tool": "greet", "arguments": {}}]})
        asked = question(reader.page)
        await expect(asked).to_contain_text("greet of asking asks: Who are you?")
        await expect(asked.get_by_label("age")).to_have_value("30")
        await asked.get_by_label("name").fill("Ada")
        await reader.page.keyboard.press("Enter")
        await reader.ended()
        await expect(reader.row("hello").get_by_role("button")).to_be_focused()
        newest = (await reader.service.client.get("/runs")).json()["runs"][0]["id"]
        assert (await reader.service.report(newest))["tasks"][0]["result"] == "Hello Ada, 30"


async def test_values_that_a_server_asks_for_are_given_in_the_page_and_asked_for_again(
    browser: Browser, tmp_path: Path
) -> None:
    inputs = [
        {"type": "promptString", "id": "key", "description": "Key of the notes", "password": True},
        {"type": "pickString", "id": "place", "description": "Where", "options": ["home", "work"], "default": "work"},
    ]
    script = 'test "$1" = right-work || { echo "the key is wrong" >&2; exit 1; }; shift; exec "$@"'
    program = [sys.executable, "-m", "tests.support.slow_server"]
    args = ["-c", script, "sh", "${input:key}-${input:place}", *program]
    entry = {"command": "sh", "args": args, "env": {"PYTHONPATH": str(ROOT)}}
    (tmp_path / "code.json").write_text(json.dumps({"inputs": inputs, "servers": {"notes": entry}}))
    async with (
        running_service(tmp_path, settings={"SERVERS_FILE": "code.json"}) as service,
        await browser.new_context(viewport=DESK, base_url=service.url) as context,
    ):
        page = await context.new_page()
        await page.goto("/")
        card = page.locator(".connect")
        await expect(card).to_contain_text("notes needs values from you:")
        await expect(card.get_by_label("Where")).to_have_value("work")
        await card.get_by_label("Key of the notes").fill("wrong")
        await page.keyboard.press("Enter")
        await expect(card).to_contain_text("It could not start with what it was given")
        await expect(card).to_contain_text("the key is wrong")
        await card.get_by_label("Key of the notes").fill("right")
        await page.keyboard.press("Enter")
        await expect(card).to_have_count(0)
        await service.ready_servers("notes")


async def test_an_image_is_shown_from_its_own_data(browser: Browser, tmp_path: Path) -> None:
    async with reading(browser, tmp_path, slow=stdio_entry()) as reader:
        await reader.watch("Show me.", {"tasks": [{"id": "shown", "tool": "image"}]})
        await reader.ended()
        await reader.run.locator(".phases").click()
        await reader.row("shown").get_by_role("button").click()
        image = reader.run.locator("img.value-image")
        await expect(image).to_be_visible()
        assert await image.evaluate("image => image.naturalWidth") == 1
        said = await reader.page.evaluate(
            SHOW, [{"type": "text", "text": "A lamp."}, {"type": "link", "name": "x", "uri": "y"}]
        )
        assert said == ["0: A lamp.", "1: link"]
