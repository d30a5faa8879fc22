"""/docs: the documentation that comes with the service, as pages."""

import asyncio
import re
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from agentic_search.api.guide.pages import STYLE, framed, page_names, read_page, titles_of
from agentic_search.api.guide.reference import PAGE, place_of_reference, reference_files
from agentic_search.api.page.routes import PAGE_RULES, answer_file

_NAME = re.compile(r"[\w-]+(\.png|\.svg)?")
_REFERENCE = place_of_reference("../openapi.json", sign_in=f"../sign-in?next=docs/{PAGE}")
_LOADED = re.compile(r"[\w-]+\.(css|js)")


def guide_router(folder: Path, *, tokens: Path) -> APIRouter:
    """The routes that serve the documentation in `folder`; `tokens`: the colours and sizes of the page."""
    router = APIRouter(include_in_schema=False)
    styles = {path.name: path for path in (tokens, STYLE)}

    @router.get("/docs")
    async def guide() -> Response:
        return RedirectResponse(f"docs/{page_names(folder)[0]}", status_code=307)

    @router.get("/docs/{name}")
    async def guide_page(request: Request, name: str) -> Response:
        if name in styles:
            return FileResponse(styles[name], headers=PAGE_RULES)
        if _LOADED.fullmatch(name):
            files = await asyncio.to_thread(reference_files)
            if name in files:
                return answer_file(request, files[name])
        return await asyncio.to_thread(_answer, folder, name)

    return router


def _answer(folder: Path, name: str) -> Response:
    if not _NAME.fullmatch(name):
        raise HTTPException(404)
    path = folder / name
    if path.suffix and path.is_file():
        return FileResponse(path, headers=PAGE_RULES)
    if name not in page_names(folder):
        raise HTTPException(404)
    page = read_page(folder, name, _address)
    return HTMLResponse(framed(page, titles_of(folder), _address, _REFERENCE), headers=PAGE_RULES)


def _address(name: str) -> str:
    """From one page to another; below whatever path a proxy shows them."""
    return name or "../"
