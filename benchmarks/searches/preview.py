"""From a question to its first quotations at the client, over HTTP, while a model takes seconds to plan.

The bundled servers are asked, each question once, so that nothing is kept from before. A question without a preview
counts as the time until its answer began: leaving it out would flatter. `--page` asks on the page, in Chromium: from
the key that sends the question until the quotations stand there.
"""

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from shutil import which
from typing import cast

import httpx
from playwright.async_api import Page, async_playwright

from benchmarks.report import median, percentile, print_report
from tests.support.ollama_double import Model, OllamaDouble, Say, written
from tests.support.service import running_service
from tests.support.sse import messages

TARGET_MILLISECONDS = 150
SERVERS = ("documents", "python_docs")
QUESTIONS = (
    "How do I group tasks so that one failure cancels the others in asyncio?",
    "What does functools.lru_cache do with arguments that cannot be hashed?",
    "Which module parses TOML files?",
    "How is a dataclass made immutable?",
    "What is the default port of the service?",
    "How do I set the deadline of a search?",
    "What does str.removeprefix return when the prefix is missing?",
    "How can a subprocess be given a timeout?",
    "Which events end a run?",
    "How do I read a CSV file with a header line?",
    "What does itertools.batched do?",
    "How are tools approved for good?",
)
PLAN = {"tasks": [{"tool": "search_documents", "arguments": {"query": "search"}}]}


async def first_seen(client: httpx.AsyncClient, question: str) -> tuple[float, bool]:
    """Milliseconds until the preview, or until the answer where there was none; and whether there was one."""
    began, seen = time.perf_counter(), None
    headers = {"Accept": "text/event-stream"}
    async with client.stream("POST", "/search", json={"query": question}, headers=headers) as response:
        async for message in messages(response):
            if seen is None and message.event in {"answer.preview", "answer.started", "run.failed"}:
                seen = (time.perf_counter() - began) * 1_000, message.event == "answer.preview"
    assert seen is not None, question
    return seen


ON_PAGE = """question => new Promise(resolve => {
  const began = performance.now();
  const watch = new MutationObserver(() => {
    const newest = [...document.querySelectorAll("[data-part=preview]")].at(-1);
    const answer = [...document.querySelectorAll("[data-part=answer]")].at(-1);
    const shown = newest && !newest.hidden && newest.innerText.trim().length > 60;
    if (!shown && !(answer && !answer.hidden && answer.innerText.trim().length > 60)) return;
    watch.disconnect();
    requestAnimationFrame(() => resolve([performance.now() - began, Boolean(shown)]));
  });
  watch.observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
  const box = document.querySelector("textarea");
  box.value = question;
  box.dispatchEvent(new Event("input", { bubbles: true }));
  box.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
})"""
"""Asks on the page; gives milliseconds until quotations stand there, and whether they are a preview."""


async def first_shown(page: Page, url: str, question: str) -> tuple[float, bool]:
    """The same on the page, opened anew for each question."""
    await page.goto(url)
    await page.wait_for_selector("textarea")
    took, shown = cast("tuple[float, bool]", await page.evaluate(ON_PAGE, question))
    return took, shown


async def measure(seconds: float, *, on_page: bool) -> dict[str, object]:
    """One search after another; the model lets `seconds` pass before it plans."""
    with tempfile.TemporaryDirectory() as folder:
        async with (
            OllamaDouble([Model("qwen3:8b")]) as ollama,
            running_service(Path(folder), bundled=True, ollama=ollama.url, forked=False) as service,
            AsyncExitStack() as stack,
        ):
            await service.ready_servers(*SERVERS)
            page = await stack.enter_async_context(_chromium()) if on_page else None
            times: list[tuple[float, bool]] = []
            for question in ("Which tools are there?", *QUESTIONS):  # the first warms up
                ollama.enqueue(Say(json.dumps(PLAN), delay=seconds))
                ollama.enqueue(*written("As it says [1]."))
                asking = first_shown(page, service.url, question) if page else first_seen(service.client, question)
                times.append(await asking)
    counted = [took for took, _ in times[1:]]
    return {
        "seen": "on the page" if on_page else "over HTTP",
        "questions": len(counted),
        "with a preview": sum(shown for _, shown in times[1:]),
        "p50 ms": round(median(counted), 1),
        "p90 ms": round(percentile(counted, 0.9), 1),
        "max ms": round(max(counted), 1),
        "model s": seconds,
        "target p50 ms": TARGET_MILLISECONDS,
    }


@asynccontextmanager
async def _chromium() -> AsyncGenerator[Page, None]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=which("chromium"), args=["--no-sandbox"])
        yield await browser.new_page()
        await browser.close()


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=2.0, help="that the model lets pass before it plans")
    parser.add_argument("--page", action="store_true", help="ask on the page too, in Chromium")
    given = parser.parse_args()
    ways = (False, True) if given.page else (False,)
    print_report("preview", [asyncio.run(measure(given.seconds, on_page=way)) for way in ways])


if __name__ == "__main__":
    main()
