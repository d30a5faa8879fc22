"""The browser page at / and its files under /static."""

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse

SECURITY = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


def page_router(static: Path) -> APIRouter:
    """The routes that serve the page from the folder `static`."""
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    async def page() -> FileResponse:
        return FileResponse(static / "index.html", headers=SECURITY)

    return router
