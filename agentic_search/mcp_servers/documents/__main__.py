"""`python -m agentic_search.mcp_servers.documents [FOLDER]` serves the folder over stdio until standard input ends."""

import sys

if __name__ == "__main__":
    # Parser processes load this file again under another name, and need none of the server.
    from agentic_search.mcp_servers.documents.command import main

    sys.exit(main(sys.argv[1:]))
