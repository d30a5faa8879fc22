"""The service that a command works with: one that runs, or one that is opened in this process for it."""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from agentic_search import Client, log
from agentic_search.client.local import address_of, is_running
from agentic_search.settings import KEY_VARIABLE, Settings, environment


@asynccontextmanager
async def connected(settings: Settings, *, server: str | None = None) -> AsyncGenerator[Client]:
    """The service at `server`, which has to be there; else the one of the settings if it runs, or one opened here."""
    if url := server or await running_at(settings):
        async with client_of(url) as client:
            await client.health()  # says at once where nothing answers
            yield client
    else:
        async with opened(settings) as client:
            yield client


async def running_at(settings: Settings) -> str | None:
    """Where the service of the settings runs; None where it does not."""
    url = address_of(settings)
    return url if await is_running(url) else None


def client_of(url: str) -> Client:
    """A client with the key of the environment."""
    return Client(url, key=own_key())


def own_key() -> str:
    """The key of the environment; empty for none."""
    return environment().get(KEY_VARIABLE, "")


@asynccontextmanager
async def opened(settings: Settings) -> AsyncGenerator[Client]:
    """A service in this process, which logs errors alone: the terminal is the user's."""
    from agentic_search.client.in_process import open_service

    log.configure("error", settings.log_format)
    async with open_service(settings) as client:
        yield client


@asynccontextmanager
async def only_history(settings: Settings, *, server: str | None = None) -> AsyncGenerator[Client]:
    """As `connected`, for what needs no tools: here none is started, and no run that waits is taken up."""
    if url := server or await running_at(settings):
        async with connected(settings, server=url) as client:
            yield client
        return
    from agentic_search.client.in_process import open_service
    from agentic_search.configured import configured_database
    from agentic_search.database.database import open_database

    log.configure("error", settings.log_format)
    database = open_database(configured_database(settings))
    bare = {"bundled_servers": False, "servers_file": Path(os.devnull), "functions": (), "role": "web"}
    async with open_service(settings.model_copy(update=bare), database) as client:
        yield client
