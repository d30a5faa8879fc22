"""The bundled MCP server `web`: asks search engines, reads pages and Wikipedia, and never the user's own network."""
