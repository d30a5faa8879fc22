"""`python -m agentic_search.mcp_servers.documents [FOLDER [DROPPED]]` serves the folder over stdio.

It does so until standard input ends, and with it ends all that it started.
"""

import asyncio
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from agentic_search.mcp_servers.documents.files.dropped import FolderWithDropped
from agentic_search.mcp_servers.documents.files.folder import BYTES_VARIABLE, MOST_BYTES, Folder
from agentic_search.mcp_servers.documents.library import DocumentLibrary
from agentic_search.mcp_servers.documents.notes import VARIABLE
from agentic_search.mcp_servers.documents.server import build_server
from agentic_search.mcp_servers.fulltext import folder_for_indexes


def main(arguments: Sequence[str]) -> int:
    """The folder is the first argument, or else in the environment; without one the tools say how to set it.

    The second is a folder whose documents stand in it as `dropped/`.
    """
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
    chosen = arguments[0] if arguments else os.environ.get(VARIABLE, "")
    folder = _folder(Path(chosen).expanduser(), *map(Path, arguments[1:2])) if chosen else None
    asyncio.run(_serve(DocumentLibrary(folder, folder_for_indexes()) if folder else None))
    return 0


def _folder(root: Path, dropped: Path | None = None) -> Folder:
    return FolderWithDropped(root, dropped, _most_bytes()) if dropped else Folder(root, _most_bytes())


def _most_bytes() -> int:
    given = os.environ.get(BYTES_VARIABLE, "").strip() or str(MOST_BYTES)
    if not given.isdecimal() or int(given) < 1:
        sys.exit(f"{BYTES_VARIABLE} holds {given!r}: write how many bytes a document may have")
    return int(given)


async def _serve(library: DocumentLibrary | None) -> None:
    server = build_server(library)
    if library is None:
        await server.run_stdio_async()
        return
    async with asyncio.TaskGroup() as group:
        indexing = group.create_task(library.run())
        try:
            await server.run_stdio_async()
        finally:
            indexing.cancel()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
