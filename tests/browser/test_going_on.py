"""What readers do with a run: its plan first, its answer anew, a task varied, its plan kept, its question edited."""

import json
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.reader import Reader
from tests.support.ollama_double import Say, written
from tests.support.service import RunningService

pytestmark = pytest.mark.browser

TWO: dict[str, Any] = {
    "tasks": [
        {"id": "find", "tool": "rows", "arguments": {"n": 3}, "purpose": "Find rows"},
        {"id": "said", "tool": "echo", "arguments": {"text": "a lamp"}, "purpose": "Say it"},
    ]
}


async def test_a_plan_is_shown_first_changed_and_run(reader: Reader, page: Page) -> None:
    effort = page.get_by_role("combobox", name="Effort")
    await effort.select_option("plan")
    await page.reload()
    await expect(effort).to_have_value("plan")
    reader.ollama.enqueue(Say(json.dumps(TWO)))
    await reader.box.fill("What do the rows say?")
    await reader.box.press("Enter")
    plan = reader.run.get_by_role("group", name="The plan")
    await expect(plan).to_contain_text("Nothing of it has run.")
    await expect(reader.row("find")).to_have_attribute("data-status", "queued")
    await page.reload()
    await expect(plan.get_by_role("button", name="Run these 2")).to_be_visible()
    await plan.get_by_role("checkbox", name="said: echo").uncheck()
    await plan.get_by_text("Change").first.click()
    await plan.get_by_role("textbox", name="Arguments of find").fill("{n: 2}")
    await plan.get_by_role("button", name="Run 1 task of 2").click()
    await expect(plan.get_by_role("alert")).to_contain_text("The arguments of find are no JSON object")
    await plan.get_by_role("textbox", name="Arguments of find").fill('{"n": 2}')
    reader.ollama.enqueue(*written("Two rows [1]."))
    await plan.get_by_role("button", name="Run 1 task of 2").click()
    await expect(reader.runs).to_have_count(2)
    await reader.ended()
    await reader.run.locator(".phases").click()
    await expect(reader.run.locator("li.row")).to_have_count(1)
    await reader.row("find").get_by_role("button").click()
    task = reader.run.get_by_role("group", name="Task")
    await expect(task.locator('[data-part="arguments"]')).to_contain_text("n: 2")

    await task.get_by_role("button", name="Run with other arguments").click()
    await task.get_by_role("textbox", name="Other arguments").fill('{"n": 1}')
    reader.ollama.enqueue(*written("One row [1]."))
    await task.get_by_role("button", name="Run it").click()
    await expect(reader.runs).to_have_count(3)
    await reader.ended()
    await expect(reader.run.locator(".answer .prose")).to_contain_text("One row")
    await effort.select_option("normal")


async def test_an_answer_is_written_anew_its_plan_kept_and_its_question_edited(
    reader: Reader, page: Page, service: RunningService
) -> None:
    await reader.ask_and_wait("What do the rows say?", plan=TWO)
    foot = reader.run.locator(".answer")
    await foot.get_by_role("button", name="workflow").click()
    await foot.get_by_role("textbox", name="Name of the workflow").fill("rows-again")
    await foot.get_by_role("button", name="Save the plan").click()
    await expect(foot.get_by_role("button", name="workflow rows-again (saved)")).to_be_focused()
    kept = (await service.client.get("/workflows")).json()["workflows"]
    assert "rows-again" in [each["name"] for each in kept]
    await foot.get_by_role("combobox", name="Rewrite with").select_option("offline")
    await expect(reader.runs).to_have_count(2)
    await reader.ended()
    await expect(reader.run.locator("[data-part=colophon]").first).to_contain_text("without a language model")
    await reader.runs.first.get_by_role("button", name="Edit the question").click()
    await expect(reader.box).to_have_value("What do the rows say?")
    await expect(reader.box).to_be_focused()


async def test_servers_are_left_out_at_the_box_and_stay_so(reader: Reader, page: Page) -> None:
    chooser = page.locator("#show-servers")
    await expect(chooser).to_have_text("1 server")
    await chooser.click()
    servers = page.get_by_role("dialog", name="Servers that may be used")
    await expect(servers).to_contain_text("no licence found")
    await servers.get_by_role("checkbox", name="slow").uncheck()
    await expect(chooser).to_have_text("0 of 1 server")
    await page.reload()
    await expect(chooser).to_have_text("0 of 1 server")
    async with page.expect_request("**/search") as asked:
        await reader.box.fill("What do the rows say?")
        await reader.box.press("Enter")
    sent = (await asked.value).post_data_json
    assert sent is not None and "rows" not in sent["tools"] and "calculate" in sent["tools"]
    await page.keyboard.press("Escape")
    await reader.ended()


async def test_who_asks_for_it_is_told_when_a_run_has_ended_behind_other_tabs(
    reader: Reader, page: Page, service: RunningService
) -> None:
    await page.add_init_script(TOLD)
    run_id = await reader.watch("Take your time", {"tasks": [{"tool": "sleep_for", "arguments": {"seconds": 61}}]})
    await page.get_by_role("button", name="Tell me when it is done").click()
    await page.evaluate("() => Object.defineProperty(document, 'hidden', {get: () => true})")
    await service.client.post(f"/runs/{run_id}/cancel")
    await page.wait_for_function("() => window.told.length === 1")
    assert await page.evaluate("() => window.told") == ["Take your time"]


TOLD = """window.told = [];
window.Notification = class {
  static permission = 'granted';
  static async requestPermission() { return 'granted'; }
  constructor(title, {body}) { window.told.push(body); }
};"""
