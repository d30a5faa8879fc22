"""A run that is forgotten leaves nothing behind that only the garbage collector could free, however it ended."""

import asyncio
import gc
import sys
from collections.abc import Generator
from pathlib import Path

import pytest
import uvloop

from agentic_search.domain.query import Query
from agentic_search.engine.live_run import LiveRun
from agentic_search.scheduler.runner import Runner
from agentic_search.settings import Settings
from agentic_search.wiring import open_service

LARGE = 3_000_000
FUNCTIONS = f'''
import asyncio

async def much(letter: str) -> str:
    """Much of a letter."""
    return letter * {LARGE}

async def fails() -> str:
    """Fails."""
    raise ValueError("no")

async def hangs() -> str:
    """Hangs."""
    await asyncio.sleep(60)
    return "late"
'''


@pytest.fixture
def no_collector() -> Generator[None]:
    """The collector does not run while the test does."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def settings(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Of a service that has these functions for tools, and keeps one run."""
    (folder / "letters.py").write_text(FUNCTIONS)
    monkeypatch.setattr(sys, "path", [str(folder), *sys.path])
    monkeypatch.chdir(folder)
    sys.modules.pop("letters", None)
    functions = tuple(f"letters:{name}" for name in ("much", "fails", "hangs"))
    return Settings(functions=functions, bundled_servers=False, data=folder / "data", max_kept_runs=1)


def query(*tools: str) -> Query:
    """A search that calls these, each after the one before."""
    arguments = {"much": {"letter": "ab"}}
    tasks = [{"id": tool, "tool": tool, "arguments": arguments.get(tool, {})} for tool in tools]
    return Query.model_validate({"query": "x", "model": "offline", "plan": {"tasks": tasks}, "approve": ["*"]})


def alive() -> list[str]:
    """What there is of runs and of what carries them out."""
    return [repr(each) for each in gc.get_objects() if isinstance(each, LiveRun | Runner)]


@pytest.mark.parametrize(
    ("tools", "is_stopped", "status"),
    [
        (["much"], False, "completed"),
        (["much", "fails"], False, "partial"),
        (["fails"], False, "failed"),
        (["much", "hangs"], True, "cancelled"),
    ],
)
@pytest.mark.usefixtures("no_collector")
def test_nothing_of_a_forgotten_run_waits_for_the_collector(
    tools: list[str], is_stopped: bool, status: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = settings(tmp_path, monkeypatch)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:  # as the service: asyncio keeps spent timers
        assert runner.run(left_after(given, query(*tools), is_stopped=is_stopped, status=status)) == []


async def left_after(given: Settings, asked: Query, *, is_stopped: bool, status: str) -> list[str]:
    """What there is of three such searches when each has ended and was forgotten."""
    async with asyncio.timeout(60), open_service(given) as service:
        searches = service.searches
        for _ in range(3):
            started = await searches.start(asked)
            if is_stopped:
                await asyncio.sleep(0.2)
                await searches.cancel(started.id)
            assert (await searches.wait(started.id)).status == status
            await searches.history.delete_run(started.id)
        await asyncio.sleep(0.2)
        return alive()
