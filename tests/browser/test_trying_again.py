"""What failed is tried again from the page, and an answer is saved as a file."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.browser.reader import Reader
from tests.browser.test_approving import guarded, notes, reading
from tests.support.ollama_double import written

pytestmark = pytest.mark.browser

READ = {"id": "read", "tool": "read_notes", "arguments": {"query": "falcon"}, "purpose": "Look"}
GONE = {"id": "gone", "tool": "delete_entities", "arguments": {"name": "later"}, "purpose": "Delete"}
QUESTION = "What is Falcon?"


async def failed(reader: Reader) -> None:
    """Show a run of which one task failed."""
    reader.ollama.enqueue(*written("Falcon is a bird [1]."))
    await reader.watch(QUESTION, {"tasks": [READ, GONE]})
    await reader.ended()
    await expect(reader.run).to_have_attribute("data-status", "partial")


async def test_what_failed_is_tried_again_from_the_line_of_what_is_missing(browser: Browser, tmp_path: Path) -> None:
    folder = notes(tmp_path)
    async with reading(browser, tmp_path, notes=guarded(folder)) as reader:
        await failed(reader)
        (folder / "later.txt").write_text("later")
        reader.ollama.enqueue(*written("Falcon is a bird [1]."))
        await reader.run.locator('[data-part="lacks"]').get_by_role("button", name="Try again").click()
        await expect(reader.runs).to_have_count(2)
        await reader.page.locator(".ask").get_by_role("button", name="Allow", exact=True).click()
        await reader.ended()
        await expect(reader.run).to_have_attribute("data-status", "completed")
        assert not (folder / "later.txt").exists()
        for task in ("read", "gone"):
            await expect(reader.row(task)).to_have_attribute("data-status", "completed")
        await expect(reader.run.get_by_role("button", name="Try again")).to_have_count(0)
        await reader.page.reload()
        await expect(reader.runs).to_have_count(2)


async def test_an_opened_task_that_failed_is_tried_again(browser: Browser, tmp_path: Path) -> None:
    folder = notes(tmp_path)
    async with reading(browser, tmp_path, notes=guarded(folder)) as reader:
        await failed(reader)
        await reader.run.locator('[data-part="toggle"]').first.click()
        await reader.row("read").get_by_role("button").click()
        opened = reader.run.locator(".task")
        await expect(opened.get_by_role("button", name="Try again")).to_be_hidden()
        await reader.row("gone").get_by_role("button").click()
        reader.ollama.enqueue(*written("Falcon is a bird [1]."))
        await opened.get_by_role("button", name="Try again").click()
        await expect(reader.runs).to_have_count(2)
        await reader.page.locator(".ask").get_by_role("button", name="Do not run it").click()
        await reader.ended()
        await expect(reader.row("gone")).to_have_attribute("data-status", "skipped")


@pytest.mark.parametrize(("name", "ending"), [("Markdown", "md"), ("HTML", "html"), ("JSON", "json")])
async def test_an_answer_is_saved(browser: Browser, tmp_path: Path, name: str, ending: str) -> None:
    async with reading(browser, tmp_path, notes=guarded(notes(tmp_path))) as reader:
        await failed(reader)
        async with reader.page.expect_download() as waited:
            await reader.run.get_by_role("link", name=name).click()
        download = await waited.value
        assert download.suggested_filename == f"what-is-falcon.{ending}"
        assert "Falcon is a bird" in (await download.path()).read_text()
