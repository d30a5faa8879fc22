"""`ask`: one question, from the request to the exit status; Ctrl-C stops the run, and only that."""

import asyncio
import sys
from typing import Unpack

from agentic_search import Client
from agentic_search.api.schemas import EventMessage
from agentic_search.cli.answer import ANSWERED, print_run
from agentic_search.cli.approving import decide
from agentic_search.cli.connecting import connected
from agentic_search.cli.progress import RunProgress, progress
from agentic_search.client.exchange import ServiceProblem
from agentic_search.client.options import QuestionOptions
from agentic_search.domain.run import RunReport
from agentic_search.settings import Settings

_TO_CANCEL = 5.0
"""Seconds that a service gets to stop a run."""


async def ask(
    settings: Settings, question: str, *, server: str | None, as_json: bool, **options: Unpack[QuestionOptions]
) -> int:
    """Ask, show how it goes and print the answer; the exit status."""
    async with connected(settings, server=server) as client:
        run = await carried_out(client, question, quiet=as_json, **options)
    return end(run, as_json=as_json)


def end(run: RunReport, *, as_json: bool) -> int:
    """Print a run that has ended; the exit status."""
    if as_json:
        print(run.model_dump_json())
    else:
        print_run(run)
    return 0 if run.status in ANSWERED else 1


async def carried_out(
    client: Client, question: str, *, quiet: bool = False, **options: Unpack[QuestionOptions]
) -> RunReport:
    """The run when it has ended; what waits for somebody's word is asked meanwhile."""
    started = await client.start(question, **options)
    try:
        with progress(wanted=not quiet) as shown:
            async for event in client.events(started.id):
                shown.show(event)
                if event.type == "approval.needed":
                    await _decide(client, event, shown)
    except asyncio.CancelledError:
        print("Stopping …", file=sys.stderr)
        async with asyncio.timeout(_TO_CANCEL):
            await client.cancel(started.id)
        raise
    return await client.run(started.id)


async def _decide(client: Client, event: EventMessage, shown: RunProgress) -> None:
    try:
        await decide(client, event, shown)
    except ServiceProblem as problem:
        if problem.status != 409:  # somebody else was faster, or the run's time is over
            raise
