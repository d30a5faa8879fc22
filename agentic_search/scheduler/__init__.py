"""A plan flows in, outcomes flow out; knows no MCP, no model, no HTTP."""
