"""/documents: those that were dropped on the page; /source: the text that a source of the documents server is from."""

import asyncio
from typing import Annotated, Any, cast

from fastapi import APIRouter, Query, Request

from agentic_search.api.dependencies import ServiceDep
from agentic_search.api.documents.schemas import LIST, TEXT, KeptDocument, KeptDocuments, SourcePage
from agentic_search.api.openapi import problems, shows
from agentic_search.domain.data import JsonObject
from agentic_search.domain.tool import Tool
from agentic_search.errors import NotFound, ToolFailed

router = APIRouter(tags=["documents"])

_SCHEME = "documents:"
_SERVER = "documents"
_READER = "read_document"
_MOST_CHARACTERS = 200_000
_WITHIN = 30.0
"""Seconds to read a document."""
_BODY = {"requestBody": {"required": True, "content": {"application/octet-stream": {"schema": {"format": "binary"}}}}}


@router.get("/documents", responses={**shows(LIST), **problems(503)})
async def list_documents(service: ServiceDep) -> KeptDocuments:
    """The documents that were dropped on the page."""
    found = await asyncio.to_thread(service.dropped.list)
    documents = tuple(KeptDocument(name=each.name, size=each.size) for each in found)
    return KeptDocuments(documents=documents, most_bytes=service.dropped.most_bytes)


@router.put(
    "/documents/{name}",
    openapi_extra=_BODY,
    responses={**shows(LIST.documents[0]), **problems(400, 409, 413, 503)},
)
async def put_document(name: str, request: Request, service: ServiceDep) -> KeptDocument:
    """Keep a document, whose bytes are the body, and have it searched from now on; one of the same name is replaced."""
    kept = await asyncio.to_thread(service.dropped.put, name, await request.body())
    service.tools.forget_results(_SERVER)
    return KeptDocument(name=kept.name, size=kept.size)


@router.delete("/documents/{name}", responses={**shows(LIST.documents[0]), **problems(400, 404, 503)})
async def delete_document(name: str, service: ServiceDep) -> KeptDocument:
    """Delete a document that was dropped on the page."""
    gone = await asyncio.to_thread(service.dropped.remove, name)
    service.tools.forget_results(_SERVER)
    return KeptDocument(name=gone.name, size=gone.size)


@router.get("/source", responses={**shows(TEXT), **problems(404, 502)})
async def read_source(
    url: Annotated[str, Query(max_length=4_000, pattern=f"^{_SCHEME}", examples=[TEXT.url])],
    service: ServiceDep,
    offset: Annotated[int, Query(ge=0, le=2**31)] = 0,
) -> SourcePage:
    """The text of a source whose address begins with `documents:`, as the server of the documents gives it."""
    reader = next((tool for tool in service.tools.catalog().tools if _is_reader(tool)), None)
    if reader is None:
        raise NotFound("The server of the documents is not connected: GET /servers says why.")
    arguments: JsonObject = {"path": url, "offset": offset, "limit": _MOST_CHARACTERS}
    try:
        result = await service.tools.call(
            reader.name, arguments, planned=reader, timeout=_WITHIN, on_progress=_unheard, anew=True
        )
    except ToolFailed as error:
        raise NotFound(str(error)) from error
    page = cast(dict[str, Any], result.value) if isinstance(result.value, dict) else {}
    if not isinstance(page.get("text"), str):
        raise NotFound(f"{url!r} has no text.")
    return SourcePage(
        url=url, title=str(page.get("title") or url), text=page["text"], next_offset=page.get("next_offset")
    )


def _is_reader(tool: Tool) -> bool:
    """The bundled server's, or that of another one which the operator has put in its place; it only reads."""
    return tool.server == _SERVER and tool.remote_name == _READER and tool.read_only


def _unheard(progress: float, total: float | None, text: str) -> None:
    """A reading is short."""
