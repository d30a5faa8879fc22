"""Child processes that are MCP servers: their environment, what they write beside messages, how they are ended."""
