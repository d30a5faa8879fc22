"""Tools of the service's own: what a plan may call without any MCP server."""
