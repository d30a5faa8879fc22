"""Makes standing questions of a running service, asks them, and waits for what is new."""

import asyncio
from typing import Any

from tests.support.service import RunningService

YEARLY = "0 0 1 1 *"
"""A time that does not come while a test runs."""
_PATIENCE = 30


async def standing(service: RunningService, query: str, **search: object) -> dict[str, Any]:
    """Make one; any status but 201 is the test's failure."""
    return await create(service, search={"query": query, **search}, cron=YEARLY)


async def create(service: RunningService, **body: object) -> dict[str, Any]:
    """POST /schedules."""
    response = await service.client.post("/schedules", json=body)
    assert response.status_code == 201, response.text
    return response.json()


async def ask_and_wait(service: RunningService, schedule_id: str) -> dict[str, Any]:
    """Ask it now, and wait until it is told what is new."""
    response = await service.client.post(f"/schedules/{schedule_id}/ask")
    assert response.status_code == 202, response.text
    return await told(service, schedule_id, response.json()["id"])


async def told(service: RunningService, schedule_id: str, run_id: str) -> dict[str, Any]:
    """The run of a standing question, once it has ended."""
    async with asyncio.timeout(_PATIENCE):
        while True:
            for run in (await service.client.get(f"/schedules/{schedule_id}")).json()["runs"]:
                if run["run_id"] == run_id and run["ended_at"]:
                    return run
            await asyncio.sleep(0.02)
