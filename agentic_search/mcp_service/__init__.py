"""The service as an MCP server: tools that search, find a run again, and tell what can be searched.

Over HTTP (`/mcp`) it works in the service itself; over stdio beside a running service, or with one of its own.
"""
