"""`python -m agentic_search.mcp_servers.documents [FOLDER]` serves the folder over stdio until standard input ends."""

import sys

from agentic_search.mcp_servers.documents.command import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
