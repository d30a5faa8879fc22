"""An authorization server and an MCP server behind it, over real TCP, in the test's own process."""
