"""Firefox, as the system has it, by WebDriver BiDi, which it speaks itself: no driver is needed."""

import asyncio
import json
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import websockets
from websockets.asyncio.client import ClientConnection

_PATIENCE = 60
_LISTENS = re.compile(r"WebDriver BiDi listening on (ws://\S+)")


class Firefox:
    """One tab."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._number = 0
        self._tab = ""
        self.errors: list[str] = []
        """What scripts of the page broke with."""

    async def open(self) -> None:
        """Begin a session, and listen to what goes wrong."""
        await self.send("session.new", capabilities={})
        await self.send("session.subscribe", events=["log.entryAdded"])
        self._tab = (await self.send("browsingContext.create", type="tab"))["context"]

    async def go(self, url: str) -> None:
        """Open a page and wait until it is loaded."""
        await self.send("browsingContext.navigate", context=self._tab, url=url, wait="complete")

    async def evaluate(self, script: str) -> Any:
        """The value of an expression, as JSON."""
        given = {"expression": f"JSON.stringify({script})", "target": {"context": self._tab}, "awaitPromise": True}
        answer = await self.send("script.evaluate", **given)
        assert answer["type"] == "success", answer
        return json.loads(answer["result"].get("value", "null"))

    async def until(self, script: str) -> None:
        """Wait until an expression is true."""
        async with asyncio.timeout(_PATIENCE):
            while not await self.evaluate(script):
                await self.evaluate("new Promise(drawn => setTimeout(drawn, 50))")

    async def press(self, keys: str) -> None:
        """Press keys one after another, where the focus is."""
        actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        source = {"type": "key", "id": "keyboard", "actions": actions}
        await self.send("input.performActions", context=self._tab, actions=[source])

    async def send(self, method: str, **params: Any) -> dict[str, Any]:
        """One command and its answer."""
        self._number += 1
        await self._connection.send(json.dumps({"id": self._number, "method": method, "params": params}))
        async with asyncio.timeout(_PATIENCE):
            while True:
                message = json.loads(await self._connection.recv())
                if message.get("method") == "log.entryAdded" and message["params"]["level"] == "error":
                    self.errors.append(message["params"]["text"])
                if message.get("id") == self._number:
                    assert message["type"] == "success", message
                    return message["result"]


@asynccontextmanager
async def running_firefox(program: str, profile: Path) -> AsyncGenerator[Firefox]:
    """A headless Firefox with a profile of its own; ended by its process id."""
    options = ("--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port", "0")
    process = await asyncio.create_subprocess_exec(
        program, *options, stderr=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL
    )
    assert process.stderr is not None
    try:
        async with asyncio.timeout(_PATIENCE):
            while not (found := _LISTENS.search((await process.stderr.readline()).decode(errors="replace"))):
                pass
        async with websockets.connect(f"{found[1]}/session", max_size=None, proxy=None) as connection:
            firefox = Firefox(connection)
            await firefox.open()
            yield firefox
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
