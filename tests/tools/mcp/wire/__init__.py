"""What servers write is mended before mcp reads it."""
