"""One MCP server: transports, sessions, connections that are opened again, and what its answers mean."""
