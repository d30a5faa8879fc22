"""A service that asks for keys, and those who have one: an administrator, two users, and some with less."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.journey.approval.guarded import Notes, Planned, guarded_service
from tests.support.service import RunningService

ADMIN = "an-administrators-own-key-4711"
SCOPES = {
    "alice": ["search", "read", "approve"],
    "bob": ["search", "read", "approve"],
    "reader": ["read"],
    "asker": ["search", "read"],
    "writer": ["search"],
}


@dataclass(slots=True)
class Holders:
    """The service, and a client for each key."""

    service: RunningService
    notes: Notes
    model: Planned
    keys: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])

    @property
    def admin(self) -> httpx.AsyncClient:
        """The administrator's client."""
        return self.service.client

    @asynccontextmanager
    async def client(self, name: str) -> AsyncGenerator[httpx.AsyncClient]:
        """The client of a key."""
        headers = {"Authorization": f"Bearer {self.keys[name]['key']}"} if name else {}
        async with httpx.AsyncClient(base_url=self.service.url, headers=headers, timeout=60) as client:
            yield client

    async def make(self, name: str, **more: object) -> None:
        """Make a key."""
        made = await self.admin.post("/keys", json={"name": name, **more})
        assert made.status_code == 201, made.text
        self.keys[name] = made.json()


@asynccontextmanager
async def keyed_service(folder: Path, **settings: str) -> AsyncGenerator[Holders]:
    """The service, with a server that can change files and a model that writes what a test has it write."""
    model = Planned()
    given = {"API_KEYS": f"root={ADMIN}", **settings}
    async with guarded_service(folder, model=model, settings=given) as (service, notes):
        holders = Holders(service, notes, model)
        for name, scopes in SCOPES.items():
            await holders.make(name, scopes=scopes)
        yield holders


def told(response: httpx.Response, *ids: str) -> tuple[int, str]:
    """What a problem says, whatever ids it is about."""
    text = json.dumps(response.json())
    assert response.headers["content-type"] == "application/problem+json" or '"error": {"message"' in text, text
    for each in ids:
        text = text.replace(each, "ID")
    return response.status_code, text
