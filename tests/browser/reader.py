"""Somebody who sits before the page: what they do, in their words, and where they look."""

import json
import re
from collections.abc import Sequence
from typing import Any

from playwright.async_api import Locator, Page, expect

from tests.support.ollama_double import OllamaDouble, Say, Step, written
from tests.support.service import RunningService

ROWS = {"tasks": [{"id": "find", "tool": "rows", "arguments": {"n": 3}, "purpose": "Find rows"}]}
ANSWER = "The first row comes **first** [1], then the second [2]."
ENDLESS = 600
"""Seconds of a call that no test waits for; the service lets a call and a run of the tests take as long."""
ENDED = re.compile("completed|partial|failed|cancelled")


class Reader:
    """Asks through the page; the model's replies are written beforehand."""

    def __init__(self, page: Page, service: RunningService, ollama: OllamaDouble) -> None:
        self.page = page
        self.service = service
        self.ollama = ollama
        self.box = page.get_by_role("textbox", name="Question")
        self.runs = page.locator("article.run")
        self.run = self.runs.last
        self.live = page.locator("#live")
        self.notice = page.locator("#notice")

    async def ask(self, query: str, *, plan: dict[str, Any] = ROWS, answer: Sequence[Step] = written(ANSWER)) -> None:
        """Type a question and press Enter; the model plans and answers as given."""
        self.ollama.enqueue(Say(json.dumps(plan)))
        self.ollama.enqueue(*answer)
        await self.box.fill(query)
        await self.box.press("Enter")

    async def ask_and_wait(self, query: str, **how: Any) -> None:
        """Ask, and wait for the end."""
        before = await self.runs.count()
        await self.ask(query, **how)
        await expect(self.runs).to_have_count(before + 1)
        await self.ended()

    async def ended(self) -> None:
        """Wait for the end of the last run."""
        await expect(self.run).to_have_attribute("data-status", ENDED)

    async def watch(self, query: str, plan: dict[str, Any]) -> str:
        """Have the service run a given plan and open its thread; the run's id."""
        run_id = await self.service.begin(query, plan=plan)
        report = await self.service.report(run_id)
        await self.page.goto(f"/?thread={report['thread_id']}")
        return run_id

    def row(self, task: str) -> Locator:
        """A task's row in the strip."""
        return self.run.locator("li.row", has=self.page.locator(f'[data-task="{task}"]'))

    async def widths(self, task: str, kind: str) -> list[float]:
        """How wide a task's pieces of one kind are, in pixels."""
        pieces = self.row(task).locator(f'.piece[data-kind="{kind}"]')
        return await pieces.evaluate_all("all => all.map(each => each.getBoundingClientRect().width)")
