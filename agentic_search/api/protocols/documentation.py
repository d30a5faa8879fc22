"""/llms.txt and /docs/NAME.md: the documentation as Markdown, for models and agents that read it."""

import re
from collections.abc import Iterator
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse, PlainTextResponse
from starlette.exceptions import HTTPException

_SUMMARY = """\
# agentic-search

> A search agent on your own machine: it plans tool calls for a question, runs them side by side on MCP servers, and answers with numbered sources.

The API is described at [openapi.json](openapi.json). Programs may use it by clients of OpenAI's API, of MCP and of AG-UI, too.

## Documentation

"""  # noqa: E501 - one line each, as they are sent
_NAME = re.compile(r"[a-z][a-z0-9-]{0,60}")


def documentation_router(folder: Path) -> APIRouter:
    """The routes that serve the Markdown files of `folder`."""
    router = APIRouter(include_in_schema=False)

    @router.get("/llms.txt")
    def llms_txt() -> PlainTextResponse:
        return PlainTextResponse(_SUMMARY + "".join(_entries(folder)), media_type="text/markdown")

    @router.get("/docs/{name}.md")
    def document(name: str) -> FileResponse:
        path = folder / f"{name}.md"
        if not (_NAME.fullmatch(name) and path.is_file()):
            raise HTTPException(404)
        return FileResponse(path, media_type="text/markdown")

    _ = llms_txt, document
    return router


def _entries(folder: Path) -> Iterator[str]:
    for path in sorted(folder.glob("*.md")):
        title, *paragraphs = path.read_text().split("\n\n")
        about = " ".join(paragraphs[0].split()) if paragraphs else ""
        sentence = re.split(r"(?<=[.:]) ", about, maxsplit=1)[0].rstrip(":")
        yield f"- [{title.lstrip('# ').strip()}](docs/{path.name}): {sentence}\n"
