"""mcp.json and the bundled servers: files flow in, ServerConfigs flow out."""
