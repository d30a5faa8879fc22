"""The MCP server: three tools that only read."""

import sqlite3
from typing import Annotated

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations
from pydantic import Field

from agentic_search.mcp_servers.documents.files.folder import Refused
from agentic_search.mcp_servers.documents.library import DocumentLibrary
from agentic_search.mcp_servers.documents.notes import UNSET
from agentic_search.mcp_servers.documents.parsing.document import Unreadable
from agentic_search.mcp_servers.documents.reader import NoSuchSection
from agentic_search.mcp_servers.documents.results import DocumentList, DocumentPage, DocumentPassages, Indexing

READ_ONLY = ToolAnnotations(read_only_hint=True, idempotent_hint=True, destructive_hint=False, open_world_hint=False)
NOTHING = Indexing(complete=True, documents=0, waiting=0)

Query = Annotated[str, Field(min_length=1, max_length=8_000, description="What to look for, in plain words.")]
Limit = Annotated[int, Field(ge=1, le=50, description="Passages at most.")]
DocumentPath = Annotated[str, Field(description="Path in the folder, as guide.md, or an address that a search gave.")]
SectionName = Annotated[str | None, Field(description="Only this section: anchor, heading, or a PDF's page number.")]
Offset = Annotated[int, Field(ge=0, description="Characters to pass over; take next_offset to read on.")]
Characters = Annotated[int, Field(ge=1, le=200_000, description="Characters at most.")]
Pattern = Annotated[str, Field(max_length=1_000, description="Only paths like this, as in *.pdf or manuals/*.")]
Files = Annotated[int, Field(ge=1, le=2_000, description="Files at most.")]


def build_server(library: DocumentLibrary | None) -> MCPServer:
    """Without a library, which is to say a folder, every tool says how to set one."""
    server = MCPServer("documents", title="Documents", instructions="Searches and reads a folder of the user's own.")

    @server.tool(title="Search documents", annotations=READ_ONLY)
    async def search_documents(query: Query, limit: Limit = 8) -> DocumentPassages:
        """Search the user's own documents: the best passages of texts, PDF, office files, tables and code, to cite."""
        if library is None:
            return DocumentPassages(results=[], searched="0 files", indexing=NOTHING, note=UNSET)
        try:
            return await library.search(query, limit)
        except sqlite3.Error as error:
            raise ToolError(f"The index of the documents cannot be used: {error}") from error

    @server.tool(title="Read document", annotations=READ_ONLY)
    async def read_document(
        path: DocumentPath, section: SectionName = None, offset: Offset = 0, limit: Characters = 20_000
    ) -> DocumentPage:
        """Read one of the user's documents, or one section of it, page by page."""
        if library is None:
            raise ToolError(UNSET)
        try:
            return await library.read(path, section, offset, limit)
        except (Refused, Unreadable, NoSuchSection) as error:
            raise ToolError(f"{path!r} cannot be read: {error}.{await _hint(library, path)}") from error

    @server.tool(title="List documents", annotations=READ_ONLY)
    async def list_documents(pattern: Pattern = "*", limit: Files = 200) -> DocumentList:
        """List the user's documents: path, title, size and sections, or why one cannot be read."""
        if library is None:
            return DocumentList(documents=[], total=0, indexing=NOTHING, note=UNSET)
        return await library.list_files(pattern, limit)

    return server


async def _hint(library: DocumentLibrary, path: str) -> str:
    near = [known for known in await library.near(path) if known != path]
    return f" There is {', '.join(map(repr, near))}." if near else ""
