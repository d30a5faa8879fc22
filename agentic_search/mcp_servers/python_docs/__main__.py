"""`python -m agentic_search.mcp_servers.python_docs` serves over stdio until standard input ends."""

from agentic_search.mcp_servers.python_docs.command import main

if __name__ == "__main__":
    main()
