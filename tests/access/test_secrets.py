"""No secret that the service is given is in anything that it says: answers, events, files, logs, reports, refusals."""

import asyncio
import json
import socket
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from agentic_search.api.access.needs import NEEDS
from tests.cli.terminal import run
from tests.schedules.receiver import receiver
from tests.support.served import served
from tests.support.service import RunningService, running_service, stdio_entry

TAIL = "/+x9Zq"
"""Of each secret: characters that URLs write otherwise."""
NAMES = (
    *("admin", "passphrase", "oidc", "model", "environment", "argument", "input", "bearer", "header", "hex"),
    *("user", "password", "query", "database", "ssl", "proxy", "ollama"),
)
SECRETS = {name: f"Sesame-{name}{TAIL}" for name in NAMES}
PLAIN = {name: quote(secret, safe="") for name, secret in SECRETS.items()}
"""As they stand in a URL."""
SHOUT = {"tasks": [{"id": "t1", "tool": "loud.shout"}, {"id": "t2", "tool": "asking.shout"}]}
BACK = "/sign-in/callback"
NO_ANSWER = {"/mcp", *(path for path in NEEDS if "{" in path)}
"""A stream without end, and what needs an id."""


async def echo(request: Request) -> Response:
    """A server that refuses everything, and repeats in its refusal all that it was sent."""
    sent = json.dumps([str(request.url), request.headers.items()])
    if "models" in request.url.path:
        return Response(json.dumps({"error": {"message": f"bad key: {sent}"}}), 401)
    headers = {"WWW-Authenticate": f'Bearer error="{request.headers.get("authorization", "")}"'}
    return Response(f"no such thing: {sent}", 500 if request.method == "GET" else 403, headers)


@asynccontextmanager
async def echoing() -> AsyncGenerator[str]:
    """Where it is: host and port."""
    listener = socket.create_server(("127.0.0.1", 0))
    app = Starlette(routes=[Route("/{path:path}", echo, methods=["GET", "POST", "DELETE"])])
    async with served(app, listener):
        yield f"127.0.0.1:{listener.getsockname()[1]}"


def servers(echo: str) -> dict[str, Any]:
    """Of each kind one that cannot keep a secret."""
    environment = {"env": {"LOUD_TOKEN": SECRETS["environment"], "PYTHONPATH": str(Path.cwd())}}
    loud = stdio_entry("--key", "${env:TOLD_ARGUMENT}", program="loud_server") | environment
    dying = stdio_entry("--dies", "--key", "${env:TOLD_ARGUMENT}", program="loud_server") | environment
    asking = stdio_entry("--key", "${input:word}", program="loud_server")
    headers = {"Authorization": f"Bearer {SECRETS['bearer']}", "X-Api-Key": SECRETS["header"]}
    place = f"{PLAIN['user']}:{PLAIN['password']}@{echo}"
    entries = {
        "loud": loud,
        "dying": dying,
        "asking": asking,
        "echoing": {"url": f"http://{place}/mcp?api_key={PLAIN['query']}", "headers": headers},
        "older": {"url": f"http://{place}/sse?api_key={PLAIN['query']}", "type": "sse", "headers": headers},
        "nowhere": {"url": f"http://{PLAIN['user']}:{PLAIN['password']}@127.0.0.1:9/mcp?key={PLAIN['query']}"},
    }
    return {"mcpServers": entries, "inputs": [{"id": "word", "type": "promptString", "password": True}]}


def settings(echo: str) -> dict[str, str]:
    """All that may hold one."""
    return {
        "API_KEYS": f"root={SECRETS['admin']}-long-enough",
        "SECRET_KEY": SECRETS["passphrase"],
        "OIDC_ISSUER": f"http://{echo}",
        "OIDC_CLIENT_ID": "client",
        "OIDC_CLIENT_SECRET": SECRETS["oidc"],
        "OIDC_ALLOW": "*=read",
        "MODELS": f"lab=http://{echo}/v1",
        "MODELS_LAB_KEY": SECRETS["model"].replace("/", "_"),
        "WEBHOOK_ALLOW": "127.0.0.1",
        "LOG_LEVEL": "debug",
    }


def leaks(said: str) -> Iterator[str]:
    """The names of secrets that stand there, in whatever form."""
    for name in NAMES:
        secret = f"Sesame-{name}"
        if secret in said:
            at = said.index(secret)
            yield f"{name}: …{said[max(0, at - 200) : at + 60]}…"


async def everything_told(service: RunningService) -> str:
    """What the service answers, in all forms, once each of its parts was asked for something."""
    client = service.client
    given = await client.post("/servers/asking/inputs", json={"word": SECRETS["input"]})
    assert given.status_code == 200, given.text
    await service.ready_servers("loud", "asking")
    begun = await client.post("/search", json={"query": "Shout", "plan": SHOUT, "model": "lab/any"})
    assert begun.status_code in {200, 502}, begun.text
    async with client.stream("POST", "/search", json={"query": "Shout", "plan": SHOUT}, headers=EVENTS) as stream:
        events = (await stream.aread()).decode()
    run_id = (await client.get("/runs")).json()["runs"][0]["id"]
    answers = [given, begun]
    async with receiver(500) as hook:
        body = {"search": {"query": "Shout", "plan": SHOUT}, "cron": "0 9 * * *", "webhook": hook.url}
        made = await client.post("/schedules", json=body)
        webhook = made.json()["secret"].removeprefix("whsec_")
        asked = await client.post(f"/schedules/{made.json()['id']}/ask")
        await service.events(asked.json()["id"])
        answers += [asked, *[await client.get(f"/schedules/{made.json()['id']}{each}") for each in ("", "/feed")]]
    for path, methods in NEEDS.items():
        if "GET" in methods and path not in NO_ANSWER:
            answers.append(await client.get(path, headers={"Accept": "text/html"}))
    exports = [f"/export?format={form}" for form in ("md", "json", "html", "print")]
    for each in ("", "/events", "/replay", "/tasks/t1", *exports):
        answers.append(await client.get(f"/runs/{run_id}{each}"))
    for path in ("/health?verbose", "/servers/echoing/sign-in", "/v1/models/lab/any", f"{BACK}?code=Sesame-user"):
        answers.append(await client.get(path))
    said = [events, *(answer.text for answer in answers)]
    said += [f"{name}: {value}" for answer in answers for name, value in answer.headers.items()]
    assert webhook not in "\n".join([*said, *service.log]), "it was shown where it was made, once"
    return "\n".join(said)


EVENTS = {"Accept": "text/event-stream"}


@pytest.mark.parametrize("form", ["text", "json"])
async def test_no_secret_of_settings_or_servers_is_told(
    tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOLD_ARGUMENT", SECRETS["argument"])
    commands = (
        ("doctor", "--json"),
        ("config", "--json"),
        ("config",),
        ("tools", "--json"),
        ("history", "list"),
    )
    async with echoing() as echo:
        file = tmp_path / "servers.json"
        file.write_text(json.dumps(servers(echo)))
        given = {**settings(echo), "LOG_FORMAT": form, "SERVERS_FILE": str(file)}
        async with running_service(tmp_path, settings=given) as service:
            said = await everything_told(service)
            port = {"PORT": service.url.rpartition(":")[2]}
            own = {"TOLD_ARGUMENT": SECRETS["argument"], "AGENTIC_SEARCH_KEY": given["API_KEYS"].partition("=")[2]}
            reports = [await run(tmp_path, *each, settings={**given, **port}, **own) for each in commands]
        assert "Shout" in said and "refused" in said and any("loud" in line for line in service.log)
        said = "\n".join([said, *service.log, *(each.out + each.error for each in reports)])
        assert not list(leaks(said)), list(leaks(said))


REFUSED: list[dict[str, str]] = [
    {"AGENTIC_SEARCH_DATABASE_URL": f"postgresql://me:{PLAIN['database']}@127.0.0.1:9/x?sslpassword={PLAIN['ssl']}"},
    {"AGENTIC_SEARCH_DATABASE_URL": f"postgresql://me:{PLAIN['database']}@127.0.0.1:port/x"},
    {"AGENTIC_SEARCH_DATABASE_URL": f"mysql://me:{PLAIN['database']}@127.0.0.1/x"},
    {"OLLAMA_HOST": f"http://me:{PLAIN['ollama']}@127.0.0.1"},
    {"OLLAMA_HOST": f"ftp://me:{PLAIN['ollama']}@127.0.0.1"},
    {"OLLAMA_HOST": f"http://me:{PLAIN['ollama']}@127.0.0.1:port"},
    {"AGENTIC_SEARCH_MODELS": f"lab=http://me:{PLAIN['model']}@127.0.0.1/v1"},
    {"AGENTIC_SEARCH_MODELS": f"lab=http://127.0.0.1/v1?key={PLAIN['model']}"},
    {"AGENTIC_SEARCH_API_KEYS": "Sesame-admin"},
    {"AGENTIC_SEARCH_API_KEYS": "root=Sesame-admin"},
    {"AGENTIC_SEARCH_OIDC_ISSUER": f"https://me:{PLAIN['oidc']}@example.org"},
    {
        "HTTPS_PROXY": f"socks5://me:{PLAIN['proxy']}@127.0.0.1:9",
        "AGENTIC_SEARCH_MODELS": "lab=https://models.example/v1",
    },
    {"HTTP_PROXY": f"http://me:{PLAIN['proxy']}@127.0.0.1:port", "OLLAMA_HOST": "http://models.example"},
]


async def test_what_is_refused_is_not_repeated(tmp_path: Path) -> None:
    for number, wrong in enumerate(REFUSED):
        folder = tmp_path / str(number)
        folder.mkdir()
        commands = (("doctor", "--json"), ("ask", "Falcon?"), ("config", "--json"))
        for told in await asyncio.gather(*(run(folder, *each, settings=None, **wrong) for each in commands)):
            assert told.out or told.error, wrong
            found = list(leaks(told.out + told.error))
            assert not found, (wrong, found)


async def test_a_browser_is_told_nothing_by_what_it_may_not_have(tmp_path: Path) -> None:
    """Of what is sent wrongly nothing is repeated."""
    key = f"{SECRETS['admin']}-long-enough"
    async with running_service(tmp_path, settings={"API_KEYS": f"root={key}"}) as service:
        async with httpx.AsyncClient(base_url=service.url) as stranger:
            answers = [
                await stranger.post("/session", json={"key": {"x": key}}),
                await stranger.post("/session", json={"key": key, "more": 1}),
                await stranger.post("/session", content=f'{{"key": "{key}"'),
                await stranger.post("/session", json={"key": f"{key}x"}),
                await stranger.post("/sign-in", data={"key": f"{key}x"}, headers={"Origin": service.url}),
                await stranger.get("/runs", headers={"Authorization": f"Basic {key}"}),
                await stranger.get("/runs", headers={"Authorization": f"Bearer {key}x"}),
                await stranger.get("/runs", headers={"Cookie": f"agentic_search_session={key}"}),
                await stranger.post("/keys", json={"name": key}),
            ]
        said = "\n".join([*(f"{each.text} {each.headers}" for each in answers), *service.log])
        assert not list(leaks(said))
