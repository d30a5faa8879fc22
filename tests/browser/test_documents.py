"""Documents of the reader's own: dropped on the page, searched, opened at the passage that is cited, deleted again."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.browser.checker import Checker
from tests.browser.conftest import DESK
from tests.browser.reader import Reader
from tests.support.ollama_double import OllamaDouble
from tests.support.service import running_service

pytestmark = pytest.mark.browser

GUIDE = "# Guide\n\n" + "Of other things.\n\n" * 60 + "## Boilers\n\nThe **boiler** is serviced each April.\n"
DROP = """([name, text]) => {
  const data = new DataTransfer();
  data.items.add(new File([text], name));
  for (const type of ['dragenter', 'dragover', 'drop']) {
    document.body.dispatchEvent(new DragEvent(type, {dataTransfer: data, bubbles: true, cancelable: true}));
  }
}"""
FIND = {"tasks": [{"tool": "search_documents", "arguments": {"query": "kestrel nest"}}]}


async def test_a_document_is_dropped_found_opened_at_its_passage_and_deleted(
    browser: Browser, ollama: OllamaDouble, tmp_path: Path
) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "guide.md").write_text(GUIDE)
    settings = {"DOCUMENTS": str(tmp_path / "own"), "DOCUMENTS_MAX_BYTES": "2000"}
    async with running_service(tmp_path, bundled=True, settings=settings) as service:
        await service.ready_servers("documents")
        context = await browser.new_context(viewport=DESK, base_url=service.url)
        page = await context.new_page()
        await page.goto("/")
        reader = Reader(page, service, ollama)
        await page.evaluate(DROP, ["birds.md", "# Birds\n\nThe kestrel nest is on the north tower."])
        await expect(reader.notice).to_contain_text("birds.md: kept, and searched from now on.")
        for name, text, why in (
            ("photo.png", "x", "is no document that can be searched"),
            ("large.txt", "x" * 2_001, "at most 2000 are read"),
            ("empty.txt", "", "is empty"),
        ):
            await page.evaluate(DROP, [name, text])
            await expect(reader.notice).to_contain_text(why)
        assert (await service.client.put("/documents/..%5Cup.txt", content=b"x")).status_code == 400
        assert (await service.client.put("/documents/..%2Fup.txt", content=b"x")).status_code in {400, 404}

        run = await service.ask("Where is the kestrel nest?", plan=FIND, model="offline")
        assert run["sources"], (run["tasks"], run["left_out"])
        assert run["sources"][0]["url"] == "documents:dropped/birds.md#birds"
        await page.goto(f"/?thread={run['thread_id']}")
        opener = reader.run.get_by_role("button", name="Open at the passage").first
        await opener.click()
        panel = page.get_by_role("dialog", name="Document")
        await expect(panel.locator("mark")).to_contain_text("The kestrel nest is on the north tower")
        await page.keyboard.press("Escape")
        await expect(panel).to_be_hidden()
        await expect(opener).to_be_focused()

        run = await service.ask("When is the boiler serviced?", model="offline")
        await page.goto(f"/?thread={run['thread_id']}")
        await reader.run.get_by_role("button", name="Open at the passage").first.click()
        await expect(panel.locator("mark")).to_have_text("The **boiler** is serviced each April")
        await expect(panel.locator("mark")).to_be_in_viewport()
        checker = Checker(page)
        await checker.look_in_every_way("a document at its passage")
        await page.get_by_role("button", name="Close the document").click()

        assert (await service.client.get("/source", params={"url": "file:///etc/passwd"})).status_code == 422
        for address in ("documents:../../etc/passwd", "documents:none.md", "documents:dropped/../guide.md"):
            assert (await service.client.get("/source", params={"url": address})).status_code == 404
        await page.locator("#show-servers").click()
        await checker.look_in_every_way("servers and documents")
        assert checker.wrong == {}
        await page.get_by_role("button", name="Delete the document birds.md").click()
        await expect(page.locator("#documents li")).to_have_count(0)
        await expect(page.get_by_label("Add documents")).to_be_focused()
        assert (await service.client.get("/documents")).json()["documents"] == []
        assert (await service.client.delete("/documents/birds.md")).status_code == 404
        gone = await service.client.get("/source", params={"url": "documents:dropped/birds.md"})
        assert gone.status_code == 404
        again = await service.ask("Where is the kestrel nest?", plan=FIND, model="offline")
        assert not any("dropped" in source["url"] for source in again["sources"])
        await context.close()
