"""Python functions as tools: the functions named in the settings flow in, a ToolProvider flows out."""
