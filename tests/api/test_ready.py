"""/ready names what keeps answers from being found, before anybody asks."""

import asyncio
from pathlib import Path
from typing import Any

from tests.support.service import RunningService, running_service


async def test_a_folder_of_indexes_that_cannot_be_written_to_is_told_before_the_first_search(tmp_path: Path) -> None:
    no_folder = tmp_path / "file"
    no_folder.touch()
    documents = tmp_path / "documents"
    documents.mkdir()
    settings = {"CACHE": str(no_folder / "cache"), "DOCUMENTS": str(documents)}
    async with running_service(tmp_path, bundled=True, settings=settings) as service:
        for server in ("documents", "python_docs"):
            reason = await _reason(service, server)
            assert "AGENTIC_SEARCH_CACHE" in reason and "Indexes cannot be kept" in reason


async def _reason(service: RunningService, server: str) -> str:
    """What /ready says of a server that has given up."""
    async with asyncio.timeout(30):
        while True:
            told: dict[str, Any] = (await service.client.get("/ready")).json()
            for reason in told["reasons"]:
                if repr(server) in reason and "AGENTIC" in reason:
                    return reason
            await asyncio.sleep(0.05)
