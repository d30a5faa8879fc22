"""What each block of commands is to come to, and which commands are not run, and why."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.support.service import RunningService

HAS_FAILED: Mapping[str, Any] = {
    "tasks": [
        {"id": "t1", "tool": "rows", "arguments": {"n": 2}},
        {"id": "t2", "tool": "fail", "arguments": {"message": "no"}},
    ]
}
WAITS: Mapping[str, Any] = {
    "tasks": [{"id": "t1", "tool": "no_op"}, {"id": "t2", "tool": "hang", "arguments": {"seconds": 0.0}}]
}


async def a_run_that_failed(service: RunningService) -> dict[str, str]:
    """RUN: a run of which one task failed."""
    return {"RUN": (await service.ask("What do the rows say?", plan=HAS_FAILED, model="offline"))["id"]}


async def a_run_that_waits(service: RunningService) -> dict[str, str]:
    """RUN: a run whose task t2 waits for approval."""
    run_id = await service.begin("What do the rows say?", plan=WAITS, model="offline", ask_first=True)
    await service.events(run_id, until="approval.needed")
    return {"RUN": run_id}


@dataclass(frozen=True, slots=True)
class Run:
    """The block is run."""

    says: str
    """What its output has to match."""
    given: Callable[[RunningService], Awaitable[dict[str, str]]] | None = None
    """The variables that it takes from its reader."""
    then: str = ""
    """A command that shows what came of it, where it writes nothing itself."""


@dataclass(frozen=True, slots=True)
class Starts:
    """The last command of the block starts a service."""

    path: str
    """What is asked of the service."""
    says: str
    stays: bool = False
    """The blocks below are meant for it."""


_CHECKED = (
    "python3 -c \"import sqlite3; print(*sqlite3.connect('backup.sqlite').execute('PRAGMA quick_check').fetchone())\""
)
FOLLOWED = r"event: run\.started\n(?:(?!\$\w).)*event: run\.completed\n"
"""A whole run, no variable of a shell in it that nothing was put in place of; sources may speak of `${t1}`."""
ANSWERED = r'"status": ?"completed"'

TREATMENT: Mapping[str, Run | Starts] = {
    "README.md#ask": Run(rf"asyncio\.TaskGroup.*{ANSWERED}|{ANSWERED}.*asyncio\.TaskGroup"),
    "README.md#add-your-tools": Starts("/servers", '"name":"theirs"'),
    "examples/README.md#examples-plans-as-files": Starts("/workflows", '"name":"search-and-read"'),
    "examples/README.md#examples-plans-as-files-2": Starts("/tools", '"name":"stock_of"'),
    "examples/README.md#examples-plans-as-files-3": Run(ANSWERED),
    "docs/api.md#post-search": Run(ANSWERED),
    "docs/api.md#post-search-2": Run(FOLLOWED),
    "docs/api.md#post-search-3": Run(FOLLOWED),
    "docs/api.md#approval": Run(r'"id": ?"t2"', a_run_that_waits),
    "docs/api.md#models": Run(r"event: pull\.completed"),
    "docs/api.md#more-rounds": Run(ANSWERED),
    "docs/api.md#going-on-from-a-run": Run(r'"status": ?"partial".*"retry_of": ?"\w+"', a_run_that_failed),
    "docs/clients.md#open-webui": Run('"id": ?"agentic-search"', then='curl -s "$OPENAI_API_BASE_URLS/models"'),
    "docs/operating.md#traces": Starts("/health", '"status":"ok"'),
    "docs/operating.md#where-runs-are-kept": Run("^ok$", then=_CHECKED),
    "docs/operating.md#where-runs-are-kept-2": Run(r"\d+ runs? in \d+ conversations? are copied"),
    "docs/operating.md#containers": Run("docker/secrets/postgres_password"),
    "docs/security.md#who-may-do-what": Starts("/health", '"status":"ok"', stays=True),
    "docs/security.md#who-may-do-what-2": Run(r'^{"runs":\[\]'),
    "docs/security.md#keys": Run(r'"key":"ask_\w+'),
    "docs/security.md#sign-in-by-a-provider-of-identities": Run(
        r"OIDC_ALLOW\t[^\n]*ada@example\.org", then="agentic-search config"
    ),
    "docs/server-files.md#values-that-are-asked-for": Run('"name":"notes"'),
    "docs/servers.md#stories": Run("stories"),
    "docs/start.md#a-model": Run("qwen3:8b"),
    "docs/start.md#your-tools": Run("theirs"),
    "docs/terminal.md#ask": Run(rf"\[1\][^$]*{ANSWERED}"),
    "docs/terminal.md#run-a-plan": Run(r"In short"),
    "docs/terminal.md#when-something-is-wrong": Run("qwen3:8b"),
}
"""Every block of commands; one of which nothing is run is in the list below alone."""

NOT_RUN: Mapping[str, str] = {
    "make run": "`.ci/first-run` runs it, in a new environment",
    "make test": "it is what runs this",
    "make eval-model .*": "it asks a model for hours",
    "docker compose .*": "there is no Docker; tests/deployment reads its file",
    "kubectl .*": "there is no cluster; tests/deployment renders the chart",
    "helm .*": "there is no cluster; tests/deployment renders the chart",
    "ollama .*": "there is no Ollama, but its double",
    "pip install .*": "it asks a package index",
    "python3 -m venv .*": "`.ci/wheel` installs the wheel, and asks it",
    "search/bin/.*": "`.ci/wheel` installs the wheel, and asks it",
    ".* import (hackernews|https:).*": "it asks a site on the internet",
}
"""Commands that are not run here, each with the reason. What they name is looked at all the same."""


def reason_not_to_run(command: str) -> str | None:
    """Which row of that list a command is of; None for one that is run."""
    return next((pattern for pattern in NOT_RUN if re.fullmatch(pattern, command)), None)
