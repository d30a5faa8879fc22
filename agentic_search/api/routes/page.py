"""The browser page at / and its files under /static."""

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

PAGE_RULES = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-cache",
}
"""`no-cache` has the browser ask each time whether a file is still the same: modules of two versions never mix."""


class PageFiles(StaticFiles):
    """The page's files, under the page's own rules."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, or that it has not changed."""
        if scope["method"] != "GET":
            raise HTTPException(405, headers={"Allow": "GET, HEAD"})
        response = await super().get_response(path, scope)
        response.headers.update(PAGE_RULES)
        return response


def page_router(static: Path) -> APIRouter:
    """The routes that serve the page from the folder `static`."""
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    async def page() -> FileResponse:
        return FileResponse(static / "index.html", headers=PAGE_RULES)

    return router
