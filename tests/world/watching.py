"""Asks the service about its servers, and has it make a call that is known."""

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.support.mcp_processes import PATIENCE
from tests.support.service import RunningService
from tests.world.processes import Program
from tests.world.strangers import Known
from tests.world.surroundings import Surroundings


@dataclass(frozen=True, slots=True)
class Everywhere:
    """The service, what its servers work on, and the servers that listen."""

    service: RunningService
    surroundings: Surroundings
    listeners: Mapping[str, Program]

    async def offered(self, server: str) -> tuple[list[str], list[str]]:
        """The names of a server's tools that can be used, and of those that cannot."""
        told = (await self.service.client.get("/tools")).json()
        usable, unusable = (
            [tool["name"] for tool in told[kind] if tool["server"] == server] for kind in ("tools", "unusable")
        )
        return usable, unusable

    async def status(self, server: str) -> dict[str, Any]:
        """A server as /servers tells it."""
        servers = (await self.service.client.get("/servers")).json()["servers"]
        return next(each for each in servers if each["name"] == server)

    async def until(self, server: str, *statuses: str) -> None:
        """Wait until a server has one of these statuses."""
        async with asyncio.timeout(PATIENCE):
            while True:
                if (await self.status(server))["status"] in statuses:
                    return
                await asyncio.sleep(0.05)

    async def calls(self, server: str, known: Known) -> None:
        """Have the call made by a plan, with approval, and see that what is known comes of it."""
        arguments = known.arguments(self.surroundings)
        plan = {"tasks": [{"tool": f"{server}.{known.tool}", "arguments": arguments}]}
        run_id = await self.service.begin("Do otters hold hands?", plan=plan, approve=["*"])
        await self.service.events(run_id)
        [task] = (await self.service.report(run_id))["tasks"]
        if known.fails:
            assert task["status"] == "failed", task
            assert re.search(known.fails, task["error"]), task
        else:
            assert task["status"] == "completed", task
            assert known.gives in json.dumps(task["result"]), task
