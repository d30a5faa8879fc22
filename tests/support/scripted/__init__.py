"""An MCP server that answers word by word as a test says, over every transport, and its start."""
