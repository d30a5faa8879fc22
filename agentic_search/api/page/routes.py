"""The browser page at /, its files under /static, and what browsers ask of it as a search engine."""

import re
from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import escape

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from agentic_search.api.page.files import PageFile, PageFiles

PAGE_RULES = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self';"
        " frame-ancestors 'none'"
    ),
    "Cache-Control": "no-cache",
}
"""`no-cache` has the browser ask each time whether the page is still the same: modules of two versions never mix."""
_FOR_EVER = {**PAGE_RULES, "Cache-Control": "public, max-age=31536000, immutable"}
"""A file under the address of its version never changes."""
_NEVER_KEPT = {**PAGE_RULES, "Cache-Control": "no-store"}
OWN_WISH = frozenset({"none", "same-origin"})
"""Where a request comes from that is no other site's link: the address bar, a bookmark, the page itself."""
_PREFIX = re.compile(r"(/[\w.~-]+)+")
_OPEN_SEARCH = """<?xml version="1.0" encoding="UTF-8"?>
<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">
  <ShortName>Agentic Search</ShortName>
  <Description>Asks the tools that are connected here</Description>
  <InputEncoding>UTF-8</InputEncoding>
  <Image type="image/svg+xml" width="16" height="16">{here}static/icon.svg</Image>
  <Url type="text/html" method="get" template="{here}?q={{searchTerms}}"/>
</OpenSearchDescription>
"""


def page_router(static: Path) -> APIRouter:
    """The routes that serve the page from the folder `static`."""
    router = APIRouter(include_in_schema=False)
    files = PageFiles(static)

    @router.get("/")
    def page(request: Request, q: str = "") -> Response:
        asks = q != "" and request.headers.get("sec-fetch-site") in OWN_WISH
        version = files.now()
        return answer_file(request, version.asking_page if asks else version.page, _NEVER_KEPT if q else PAGE_RULES)

    @router.get("/static/{path:path}")
    def file(request: Request, path: str) -> Response:
        version, _, name = path.partition("/")
        known = files.known(version)
        if known is None:
            known = files.now()
            name = name if version.startswith("v-") else path
        if name not in known.files:
            raise HTTPException(404)
        return answer_file(request, known.files[name], _FOR_EVER if known.name == version else PAGE_RULES)

    @router.get("/opensearch.xml")
    def open_search(request: Request) -> Response:
        here = f"{str(request.base_url).rstrip('/')}{prefix_of(request)}/"
        content = _OPEN_SEARCH.format(here=escape(here, {'"': "&quot;"}))
        return Response(content, headers=PAGE_RULES, media_type="application/opensearchdescription+xml")

    return router


def prefix_of(request: Request) -> str:
    """The path below which a proxy has the page, as it says; empty for none."""
    prefix = request.headers.get("x-forwarded-prefix", "").rstrip("/")
    return prefix if _PREFIX.fullmatch(prefix) else ""


def answer_file(request: Request, sent: PageFile, rules: Mapping[str, str] = PAGE_RULES) -> Response:
    """The file, compressed for whoever takes that; 304 for whoever has it."""
    headers = {**rules, "ETag": sent.tag, "Vary": "Accept-Encoding"}
    if sent.tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(sent.compressed, headers={**headers, "Content-Encoding": "gzip"}, media_type=sent.media_type)
    return Response(sent.content, headers=headers, media_type=sent.media_type)
