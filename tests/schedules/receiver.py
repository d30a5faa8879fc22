"""A webhook's receiver: a real HTTP server that keeps what it is sent, and answers as it is told."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web


@dataclass(slots=True)
class Receiver:
    """What came, and what is answered to the next ones."""

    statuses: list[int] = field(default_factory=list[int])
    """Answered in turn; then 204."""
    received: "asyncio.Queue[tuple[dict[str, str], bytes]]" = field(
        default_factory=lambda: asyncio.Queue[tuple[dict[str, str], bytes]]()
    )
    url: str = ""

    async def handle(self, request: web.Request) -> web.Response:
        """Keep a message."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.received.put_nowait((headers, await request.read()))
        status = self.statuses.pop(0) if self.statuses else 204
        return web.Response(status=status, headers={"Location": "http://127.0.0.1:9/"} if status == 302 else {})

    async def next(self, secret: str) -> dict[str, Any]:
        """The next message, its signature checked as the specification says."""
        async with asyncio.timeout(30):
            headers, body = await self.received.get()
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        key = base64.b64decode(secret.removeprefix("whsec_"))
        expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        assert headers["webhook-signature"] == f"v1,{expected}"
        return json.loads(body)


@asynccontextmanager
async def receiver(*statuses: int, port: int = 0) -> AsyncGenerator[Receiver, None]:
    """Listen on loopback; `port`: that of a receiver before, which has ended."""
    kept = Receiver(list(statuses))
    app = web.Application()
    app.router.add_post("/hook", kept.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", port, reuse_address=True)
        await site.start()
        kept.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
        yield kept
    finally:
        await runner.cleanup()
