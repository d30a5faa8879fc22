"""The site, over real TCP; each path answers as tests need it, and every request is written down."""

import gzip
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.mcp_servers.documents.pdf import make_pdf

ARTICLE = (
    """<!doctype html><html><head><title>Otters return to the river</title>
<meta name="author" content="Ann Lee"><meta property="article:published_time" content="2026-03-01">
<meta property="og:site_name" content="River News"></head><body><nav><a href="/">Home</a></nav><article>
<h1>Otters return to the river</h1>"""
    + "".join(
        f"<p>In part {number} of the report the wardens counted otters along the river and wrote down where.</p>"
        for number in range(12)
    )
    + "</article><footer>Imprint</footer></body></html>"
)
SCRIPTS = "<html><head><title>App</title></head><body><div id=root></div><script>render()</script></body></html>"
GERMAN = "Müller aß süße Äpfel über der Brücke, während die Störche schon längst über die Dächer zogen."


@dataclass(slots=True)
class WebDouble:
    """What it answers, and what was asked."""

    port: int = 0
    robots: str | int = 404
    """The text of robots.txt, or the status in its place."""
    searxng: object = None
    """The JSON that /search answers with; bytes are sent as a web page, a number as a status."""
    wikipedia: object = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    """Sent with everything."""
    requests: list[str] = field(default_factory=list[str])
    """Paths, in order."""
    queries: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    agents: set[str] = field(default_factory=set[str])

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        """An address here."""
        return f"http://{host}:{self.port}{path}"


@asynccontextmanager
async def web_double(host: str = "127.0.0.1", port: int = 0) -> AsyncGenerator[WebDouble]:
    """While it runs."""
    double = WebDouble()

    async def answer(request: web.Request) -> web.Response:
        double.requests.append(request.path)
        double.queries.append(dict(request.query))
        double.agents.add(request.headers.get("User-Agent", ""))
        response = _answer(double, request)
        response.headers.update(double.headers)
        return response

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        double.port = runner.addresses[0][1]
        yield double
    finally:
        await runner.cleanup()


def _answer(double: WebDouble, request: web.Request) -> web.Response:
    match request.path:
        case "/robots.txt" if isinstance(double.robots, int):
            return web.Response(status=double.robots)
        case "/robots.txt":
            return web.Response(text=str(double.robots))
        case "/search":
            return _data(double.searxng)
        case "/w/api.php" | "/de/w/api.php":
            return _data(double.wikipedia)
        case "/to":
            return web.Response(status=302, headers={"Location": request.query["url"]})
        case "/loop":
            return web.Response(status=302, headers={"Location": "/loop"})
        case "/status":
            return web.Response(status=int(request.query["is"]))
        case path:
            return _page(path)


def _page(path: str) -> web.Response:
    match path:
        case "/article":
            return web.Response(text=ARTICLE, content_type="text/html")
        case "/report.pdf":
            pdf = make_pdf(["Otters were counted at the bridge"], title="The count")
            return web.Response(body=pdf, content_type="application/pdf")
        case "/unsaid":
            pdf = make_pdf(["Otters were counted at the bridge"], title="The count")
            return web.Response(body=pdf, headers={"Content-Type": "application/octet-stream"})
        case "/scripts":
            return web.Response(text=SCRIPTS, content_type="text/html")
        case "/picture":
            return web.Response(body=b"\x89PNG", content_type="image/png")
        case "/latin":
            return web.Response(body=GERMAN.encode("cp1252"), headers={"Content-Type": "text/plain; charset=utf-8"})
        case "/japanese":
            page = "<html><body><p>" + "川にカワウソが戻ってきた。" * 30 + "</p></body></html>"
            return web.Response(body=page.encode("shift_jis"), headers={"Content-Type": "text/html; charset=Shift_JIS"})
        case "/bomb":
            packed = gzip.compress(bytes(64 * 1024 * 1024))
            return web.Response(body=packed, headers={"Content-Encoding": "gzip", "Content-Type": "text/html"})
        case _:
            return web.Response(status=404)


def _data(given: Any) -> web.Response:
    if isinstance(given, int):
        return web.Response(status=given)
    if isinstance(given, bytes):
        return web.Response(body=given, content_type="text/html")
    return web.Response(text=json.dumps(given), content_type="application/json")
