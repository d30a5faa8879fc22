"""What the suite runs as "the client": our pool, with one server, and a person who agrees to everything.

The suite appends its server's URL, and names the scenario, and what the client knows, in the environment.
"""

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx
from pydantic import JsonValue

from agentic_search.clock import SystemClock
from agentic_search.domain.approval.question import UserAnswer, UserQuestion, ask_of_call
from agentic_search.domain.data import JsonObject
from agentic_search.domain.tool import ServerStatus, Tool
from agentic_search.errors import ToolError
from agentic_search.tools.config.server_config import HttpEndpoint, OAuthRules, ServerConfig
from agentic_search.tools.mcp.auth.encrypted_folder import EncryptedFolder
from agentic_search.tools.mcp.auth.sign_ins import BrowserReturn, SignIns
from agentic_search.tools.pool import ToolPool
from tests.support.mcp_processes import unheard

SERVER = "conformance"
CALLBACK = "http://localhost:8023/servers/sign-in/callback"
DOCUMENT = "https://conformance-test.local/client-metadata.json"
"""The client id that the suite knows a metadata document of."""
ECHO = "json_schema_echo"
"""A tool of the suite's that wants back the schemas that it gave of the others."""
MOST_SIGN_INS = 3
PATIENCE = 20.0


def rules_for(scenario: str, context: JsonObject) -> OAuthRules:
    """What an operator would write into the servers file."""
    if scenario == "auth/basic-cimd":
        return OAuthRules(client_id=DOCUMENT)
    kind = "client_credentials" if scenario.startswith("auth/client-credentials") else "authorization_code"
    client, secret = str(context.get("client_id", "")), str(context.get("client_secret", ""))
    return OAuthRules(client, secret, kind=kind)


class Person:
    """Opens the addresses that the service names, and comes back."""

    def __init__(self, pool: ToolPool, sign_ins: SignIns) -> None:
        self._pool = pool
        self._sign_ins = sign_ins
        self._signed_in = 0

    def _status(self) -> ServerStatus:
        return self._pool.statuses()[0]

    async def sign_in_if_asked(self) -> bool:
        """Whether there was a reason to, and it was not the fourth time."""
        if self._status().sign_in is None or self._signed_in == MOST_SIGN_INS:
            return False
        self._signed_in += 1
        address = await self._sign_ins.begin(SERVER, redirect_uri=CALLBACK, browser="mine")
        async with httpx.AsyncClient() as browser:
            back = (await browser.get(address)).headers["location"]
        query = httpx.URL(back).params
        brought = BrowserReturn(query["state"], query.get("code", ""), query.get("iss"), query.get("error", ""))
        await self._sign_ins.finish(brought, browser="mine")
        return True

    async def connect(self) -> None:
        """Sign in as often as the server asks, until it is ready."""
        async with asyncio.timeout(PATIENCE):
            while self._status().status != "ready":
                if await self.sign_in_if_asked():
                    continue
                if self._status().sign_in is not None:
                    raise SystemExit(f"signed in {self._signed_in} times and still asked: {self._status().error}")
                await self._pool.changed()

    async def call(self, tool: str, arguments: JsonObject) -> None:
        """Call a tool, and again after each sign-in that it asks for."""
        while True:
            try:
                result = await self._pool.call(tool, arguments, timeout=PATIENCE, on_progress=unheard)
                print(f"{tool}: {result.text[:200]}")
                return
            except ToolError as error:
                print(f"{tool}: {error}")
                if not await self.sign_in_if_asked():
                    return
                await self.connect()


def calls_of(tools: Sequence[Tool], context: JsonObject) -> Iterator[tuple[str, JsonObject]]:
    """The calls that the scenario wants, else each tool once."""
    match context.get("toolCalls"):
        case [*wanted]:
            for call in wanted:
                match call:
                    case {"name": str(name), "arguments": dict(arguments)}:
                        yield name, arguments
                    case _:
                        raise SystemExit(f"the suite wants a call of an unknown form: {call}")
        case _ if any(tool.name == ECHO for tool in tools):
            for tool in tools:
                if tool.name != ECHO:
                    yield ECHO, {"schema": tool.input_schema}
        case _:
            yield from ((tool.name, sample(tool.input_schema)) for tool in tools)


def sample(schema: JsonObject) -> JsonObject:
    """Arguments for all properties that a schema names."""
    properties = schema.get("properties")
    assert isinstance(properties, dict) or properties is None
    return {name: _value(form) for name, form in (properties or {}).items() if isinstance(form, dict)}


def _value(form: JsonObject) -> JsonValue:
    match form.get("type"):
        case "integer" | "number":
            return 3
        case "boolean":
            return True
        case "object":
            return sample(form)
        case "array":
            return []
        case _:
            return "sample"


async def accept(question: UserQuestion) -> UserAnswer:
    """With what the form proposes, as the page shows it."""
    form = (question.answer_schema or {}).get("properties")
    fields = form.items() if isinstance(form, dict) else ()
    proposed = {name: field["default"] for name, field in fields if isinstance(field, dict) and "default" in field}
    return UserAnswer(action="accept", content=proposed)


async def main(url: str) -> None:
    """Connect, list, call every tool, leave."""
    scenario = os.environ.get("MCP_CONFORMANCE_SCENARIO", "")
    context = json.loads(os.environ.get("MCP_CONFORMANCE_CONTEXT") or "{}")
    config = ServerConfig(SERVER, HttpEndpoint(url), auth=rules_for(scenario, context))
    ask_of_call.set(accept)
    with tempfile.TemporaryDirectory() as folder:
        async with (
            SignIns(EncryptedFolder(Path(folder))) as sign_ins,
            ToolPool([config], clock=SystemClock(), sign_ins=sign_ins) as pool,
        ):
            person = Person(pool, sign_ins)
            await pool.settled(PATIENCE)
            await person.connect()
            for tool, arguments in calls_of(pool.catalog().tools, context):
                await person.call(tool, arguments)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[-1]))
