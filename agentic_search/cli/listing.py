"""`tools` and `history`: what there is and what there was, as tables in a terminal, as plain lines or as JSON."""

import sys
from collections.abc import Iterable, Sequence
from typing import Literal

from pydantic_core import to_json

from agentic_search import Client
from agentic_search.cli.answer import print_run
from agentic_search.cli.connecting import connected, only_history
from agentic_search.client.local import settled
from agentic_search.errors import NotFound, RequestError
from agentic_search.settings import Settings
from agentic_search.text.controls import without_controls

_WHOLE_ID = 32
_SETTLING = 15.0
"""Seconds that servers get to connect."""
_MOST_LOOKED_AT = 200


async def tools(settings: Settings, *, server: str | None, as_json: bool) -> int:
    """Every tool with its server and what it does; then the servers that cannot be used."""
    async with connected(settings, server=server) as client:
        await settled(client, within=_SETTLING)
        listed, servers = await client.tools(), (await client.servers()).servers
    if as_json:
        print(to_json({"tools": listed.tools, "unusable": listed.unusable, "servers": servers}, indent=2).decode())
        return 0
    rows = [(tool.name, tool.server, tool.title or tool.description, tool.waits or "") for tool in listed.tools]
    table(("tool", "server", "what it does", "waits for approval"), rows)
    for each in servers:
        if each.status not in {"ready", "disabled"}:
            print(without_controls(f"{each.name}: {each.status}. {each.error or ''}"), file=sys.stderr)
    return 0


async def runs(settings: Settings, text: str | None, *, limit: int, server: str | None, as_json: bool) -> int:
    """Runs, newest first."""
    async with only_history(settings, server=server) as client:
        page = await client.runs(q=text, limit=limit)
    if as_json:
        print(page.model_dump_json(indent=2))
    else:
        table(
            ("run", "when", "status", "question"),
            [(run.id[:8], run.created_at[:16].replace("T", " "), run.status, run.query) for run in page.runs],
        )
    return 0


async def show(settings: Settings, run_id: str, *, server: str | None, as_json: bool) -> int:
    """One run's answer."""
    async with only_history(settings, server=server) as client:
        run = await client.run(await _whole_id(client, run_id))
    if as_json:
        print(run.model_dump_json())
    else:
        print(without_controls(run.query), file=sys.stderr)
        print_run(run)
    return 0


async def export(settings: Settings, run_id: str, form: Literal["md", "html", "json"], *, server: str | None) -> int:
    """One run as a file."""
    async with only_history(settings, server=server) as client:
        text = await client.export(await _whole_id(client, run_id), form)
    sys.stdout.write(text)
    return 0


async def delete(settings: Settings, run_id: str, *, server: str | None) -> int:
    """Delete a run."""
    async with only_history(settings, server=server) as client:
        deleted = await client.delete(await _whole_id(client, run_id))
    print(f"Deleted {deleted.id}. For ten minutes a running service brings it back: {deleted.undo}.", file=sys.stderr)
    return 0


async def _whole_id(client: Client, begun: str) -> str:
    """The id of the one run, among the newest, whose id begins so."""
    if len(begun) >= _WHOLE_ID:
        return begun
    found = [run.id for run in (await client.runs(limit=_MOST_LOOKED_AT)).runs if run.id.startswith(begun)]
    if not found:
        raise NotFound(f"No run's id begins with {begun!r}: `agentic-search history list` shows them.")
    if len(found) > 1:
        raise RequestError(f"The ids of {len(found)} runs begin with {begun!r}: write more of it.")
    return found[0]


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Columns in a terminal; else fields with tabs between, a row a line."""
    clean = [[" ".join(without_controls(cell).split()) for cell in row] for row in rows]
    if not sys.stdout.isatty():
        for row in clean:
            print("\t".join(row))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(*heads, box=None, header_style="bold", pad_edge=False)
    for row in clean:
        drawn.add_row(*(Text(cell, overflow="ellipsis") for cell in row))
    Console(highlight=False).print(drawn)
