"""What tasks call: MCP servers, kept connected; calls flow in, results in three forms flow out."""
