"""The LangGraph of a search: initialize, discover_tools, plan, execute_all_parallel, synthesize."""
