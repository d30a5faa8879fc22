"""Asks whoever sits at the terminal: whether a call may run that waits, and what a server wants to know."""

import asyncio
import json
import sys
import threading
from contextlib import suppress
from typing import cast

from agentic_search import Client
from agentic_search.api.schemas import EventMessage
from agentic_search.cli.progress import RunProgress
from agentic_search.domain.data import JsonObject
from agentic_search.text.controls import without_controls

_NOBODY = "Nobody is here to be asked: {} does not run. `--approve {}` lets it run unasked."


async def read_line(prompt: str) -> str:
    """A line from the keyboard; raises EOFError. In a thread that nobody waits for, so that Ctrl-C is not held up."""
    loop = asyncio.get_running_loop()
    line: asyncio.Future[str] = loop.create_future()

    def give(text: str | None) -> None:
        if line.done():
            return
        if text is None:
            line.set_exception(EOFError())
        else:
            line.set_result(text)

    def read() -> None:
        try:
            text = input(prompt)
        except (EOFError, UnicodeDecodeError):
            text = None
        with suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(give, text)

    threading.Thread(target=read, daemon=True).start()
    return await line


def is_attended() -> bool:
    """Whether somebody can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


async def decide(client: Client, event: EventMessage, shown: RunProgress) -> None:
    """Ask about what an `approval.needed` tells of, and pass the word on; where nobody is there it is no."""
    task_id, tool = str(event.data["id"]), str(event.data["tool"])
    if not is_attended():
        print(_NOBODY.format(tool, tool), file=sys.stderr)
        await client.deny(event.run_id, task_id)
        return
    with shown.paused():
        try:
            if event.data.get("question"):
                await _answer(client, event, task_id)
            else:
                await _allow(client, event, task_id)
        except EOFError:
            await client.deny(event.run_id, task_id)


async def _allow(client: Client, event: EventMessage, task_id: str) -> None:
    arguments = json.dumps(event.data.get("each") or event.data.get("arguments"), ensure_ascii=False, indent=2)
    _tell(f"{event.message}\n{arguments}")
    match (await read_line("May it run? [y]es, [a]lways, [N]o: ")).strip().lower():
        case "y" | "yes":
            await client.approve(event.run_id, task_id)
        case "a" | "always":
            await client.approve(event.run_id, task_id, always=True)
        case _:
            await client.deny(event.run_id, task_id)


async def _answer(client: Client, event: EventMessage, task_id: str) -> None:
    _tell(f"{event.message}\n{event.data.get('url') or ''}".rstrip())
    schema = cast("JsonObject", event.data.get("schema") or {})
    fields = cast("dict[str, JsonObject]", schema.get("properties") or {})
    answer: JsonObject = {}
    for name, field in fields.items():
        told = field.get("description") or field.get("title") or ""
        line = (await read_line(without_controls(f"{name}{f' ({told})' if told else ''}: "))).strip()
        if line:
            answer[name] = line if field.get("type") == "string" else _value(line)
    if (await read_line("Send this? [y]es, [N]o: ")).strip().lower() in {"y", "yes"}:
        await client.approve(event.run_id, task_id, answer=answer)
    else:
        await client.deny(event.run_id, task_id)


def _value(line: str) -> str | int | float | bool:
    try:
        value = json.loads({"yes": "true", "no": "false"}.get(line.lower(), line))
    except ValueError:
        return line
    return value if isinstance(value, str | int | float) else line


def _tell(text: str) -> None:
    print(without_controls(text), file=sys.stderr)
