"""The bundled MCP server for news stories: questions flow in, stories flow out.

`archive` keeps them in one SQLite file, `importing` fills it, `server` offers six tools that read it.
"""
