"""The bundled MCP server for news stories: an archive in one SQLite file, filled by its import."""
