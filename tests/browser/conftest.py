"""A real service with a scripted model, a real browser, and a page that must end without an error of its own."""

import os
import shutil
from collections.abc import AsyncGenerator, Sequence

import pytest
from playwright.async_api import Browser, Page, ViewportSize, async_playwright, expect

from tests.browser.gate import Gate, gate_before
from tests.browser.reader import ENDLESS, Reader
from tests.support.ollama_double import Model, OllamaDouble
from tests.support.service import RunningService, running_service, stdio_entry

DESK = ViewportSize(width=1280, height=900)
expect.set_options(timeout=45_000)


def program(name: str) -> str:
    """Where a program is; without it the test is skipped, and fails where CI promises to have it."""
    found = shutil.which(name)
    if found is None and os.environ.get("CI") == "true":
        pytest.fail(f"{name} is not installed, and CI must run its tests")
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


@pytest.fixture(scope="session")
async def browser() -> AsyncGenerator[Browser, None]:
    """Chromium, as the system has it."""
    path = program("chromium")
    async with async_playwright() as playwright:
        flags: Sequence[str] = ("--no-sandbox", "--disable-background-networking")
        chromium = await playwright.chromium.launch(executable_path=path, args=flags)
        yield chromium
        await chromium.close()


@pytest.fixture(scope="session")
async def ollama() -> AsyncGenerator[OllamaDouble, None]:
    """A model server whose replies the tests write."""
    async with OllamaDouble([Model("qwen3:8b")]) as double:
        yield double


@pytest.fixture(scope="session")
async def service(
    ollama: OllamaDouble, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[RunningService, None]:
    """The service with that model, one server that works and one that never comes."""
    servers = {"slow": {**stdio_entry(), "approve": True}, "absent": stdio_entry("--exit", "no licence found")}
    folder = tmp_path_factory.mktemp("service")
    patient = {"TASK_TIMEOUT": str(ENDLESS), "DEADLINE": str(ENDLESS)}
    async with running_service(folder, servers=servers, ollama=ollama.url, settings=patient) as running:
        await running.ready_servers("slow")
        yield running


@pytest.fixture
async def gate(service: RunningService) -> AsyncGenerator[Gate, None]:
    """A way to the service that can be shut."""
    async with gate_before(service.url) as gate:
        yield gate


@pytest.fixture
async def page(browser: Browser, service: RunningService) -> AsyncGenerator[Page, None]:
    """The page, opened and empty. It must ask nobody but the service, and end without an error of its own."""
    context = await browser.new_context(viewport=DESK, base_url=service.url)
    opened = await context.new_page()
    wrong: list[str] = []
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("console", lambda said: wrong.append(said.text) if "Content Security Policy" in said.text else None)
    context.on("request", lambda asked: None if asked.url.startswith("http://127.0.0.1:") else wrong.append(asked.url))
    await opened.goto("/")
    yield opened
    await context.close()
    assert wrong == []


@pytest.fixture
def reader(page: Page, service: RunningService, ollama: OllamaDouble) -> Reader:
    """Somebody who sits before the page."""
    return Reader(page, service, ollama)
