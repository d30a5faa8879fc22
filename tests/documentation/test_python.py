"""The Python of the documentation: each page's blocks are one program, which runs and prints what it promises."""

import ast
import asyncio
import contextlib
import io
import re
from collections.abc import Coroutine, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.documentation.blocks import blocks
from tests.documentation.commands import HAS_FAILED
from tests.support.service import NOBODY, RunningService, running_service

pytestmark = pytest.mark.timeout(600)  # a page shows several commands

PRINTS: Mapping[str, tuple[str, ...]] = {
    "README.md": ("asyncio", r"\npydoc:asyncio\."),
    "docs/api.md": (),
    "docs/clients.md": ("In short: .*In short: ", r" (pydoc|documents):\w"),
    "docs/python.md": ("🚀", "events.md"),
}
"""The programs, and what their output matches; those that open a service have no model."""
FUNCTIONS = "docs/tools.md"
"""A module of functions, which a service offers."""


def program(page: str) -> str:
    """All Python of a page."""
    return "\n".join(block.text for block in blocks("python") if block.page == page)


def carry_out(text: str, page: str) -> None:
    """Run a program, which may await on its outermost level."""
    code = compile(text, page, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    made: Coroutine[Any, Any, None] | None = eval(code, {"__name__": "__main__"})
    if made is not None:
        asyncio.run(made)


def test_every_block_of_python_is_in_a_program_that_is_run() -> None:
    assert {block.page for block in blocks("python")} == {*PRINTS, FUNCTIONS}


@pytest.mark.parametrize("page", PRINTS)
async def test_the_program_of_a_page_runs(
    page: str, service: RunningService, surroundings: Mapping[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded = tmp_path / "tests" / "fixtures" / "run.json"
    recorded.parent.mkdir(parents=True)
    run = await service.ask("What do the rows say?", plan=HAS_FAILED, model="offline")
    recorded.write_bytes((await service.client.get(f"/runs/{run['id']}/replay")).content)
    own = {"DATA": str(tmp_path / "data"), "DATABASE_URL": "memory:", "BUNDLED_SERVERS": "true", "DISCOVERY_WAIT": "60"}
    for name, value in {**surroundings, **{f"AGENTIC_SEARCH_{name}": value for name, value in own.items()}}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("OLLAMA_HOST", NOBODY)
    monkeypatch.chdir(tmp_path)
    text = program(page).replace("http://localhost:8023", service.url)
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        await asyncio.to_thread(carry_out, text, page)
    for part in PRINTS[page]:
        assert re.search(part, printed.getvalue(), re.DOTALL), printed.getvalue()


async def test_the_functions_that_are_shown_are_offered_and_called(tmp_path: Path) -> None:
    (tmp_path / "my_tools.py").write_text(program(FUNCTIONS))
    (tmp_path / "text.txt").write_text("one lamp\ntwo lamps\none lamp\n")
    tasks = [
        {"tool": "exchange_rate", "arguments": {"currency": "EUR"}},
        {"tool": "count_words", "arguments": {"path": str(tmp_path / "text.txt"), "at_least": 2}},
    ]
    async with running_service(tmp_path, settings={"FUNCTIONS": "my_tools"}) as service:
        await service.ready_servers("functions")
        run = await service.ask("What does a euro cost?", plan={"tasks": tasks})
    assert [task["result"] for task in run["tasks"]] == [0.86, {"one": 2, "lamp": 2}], run
