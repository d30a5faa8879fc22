"""What servers write, put into a form that mcp's types accept: one bad message, tool or content block costs itself."""
