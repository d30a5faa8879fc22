"""Bundled MCP servers: programs of their own that any MCP host can start; they import nothing of the rest."""
