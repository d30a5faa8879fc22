"""What answers questions is loaded by the first who asks for more than whether the service lives."""

import asyncio
import sys
from pathlib import Path

import pytest

from tests.support.service import RunningService, running_service

_OF_THE_GRAPH = "ormsgpack"
"""A file that only LangGraph's packages load."""
_PATIENCE = 60


def has_loaded(service: RunningService) -> bool:
    """Whether the process has the graph's libraries, as the system sees it."""
    return _OF_THE_GRAPH in Path(f"/proc/{service.process.pid}/maps").read_text()


@pytest.mark.skipif(sys.platform != "linux", reason="the system says which files a process has loaded")
async def test_probes_load_nothing_and_the_first_visitor_loads_what_answers(tmp_path: Path) -> None:
    async with running_service(tmp_path, forked=False) as service:
        for probe in ("/health", "/ready", "/metrics"):
            await service.client.get(probe)
        assert not has_loaded(service)
        assert (await service.client.get("/")).status_code == 200
        async with asyncio.timeout(_PATIENCE):
            while True:
                if has_loaded(service):
                    break
                await asyncio.sleep(0.02)


async def test_a_service_that_is_still_loading_ends_without_a_word_of_it(tmp_path: Path) -> None:
    async with running_service(tmp_path, forked=False) as service:
        await service.client.get("/tools")
    assert "Traceback" not in "\n".join(service.log) and "Cancel" not in "\n".join(service.log)
