"""The bundled MCP server for a folder of the user's own documents: search, read, list; it reads only that folder."""
