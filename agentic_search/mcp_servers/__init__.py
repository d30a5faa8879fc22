"""Bundled MCP servers: programs of their own that any MCP host can start; of the rest they import `workers` only."""
