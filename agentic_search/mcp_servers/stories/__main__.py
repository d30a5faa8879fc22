"""`python -m agentic_search.mcp_servers.stories [import SOURCE… | stats]`; alone it serves the archive over stdio."""

import sys
from importlib import import_module

COMMANDS = {"import": "importing.command", "stats": "stats"}
"""Each command is loaded alone: the server starts without an HTTP client, the import without MCP."""


def main(arguments: list[str]) -> int:
    """Exit status: 0 done, 1 done in part or not at all, 2 wrong usage."""
    first = arguments[0] if arguments else ""
    if first in COMMANDS:
        name, rest = COMMANDS[first], arguments[1:]
    elif first in ("-h", "--help"):
        print(__doc__)  # noqa: T201
        return 0
    elif first:
        print(f"unknown command {first!r}; there is: {', '.join(COMMANDS)}", file=sys.stderr)  # noqa: T201
        return 2
    else:
        name, rest = "serving", []
    status: int = import_module(f"agentic_search.mcp_servers.stories.{name}").main(rest)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
