"""What a server is called in messages: its name first, then what tells it apart, and nothing that may be a secret."""

import re

from agentic_search.tools.config.server_config import HttpEndpoint, ServerConfig, StdioLaunch

_LONGEST_WORD = 80
_WORDS_OF_RUNNERS = frozenset(
    {"-y", "--yes", "-q", "--quiet", "-i", "--rm", "-it", "-m", "-S", "-u", "-I", "-s", "--from", "-p", "--package"}
    | {"run", "exec", "x", "dlx", "tool", "start", "-C", "--directory", "--project"}
)
"""Options and subcommands of `npx`, `uvx`, `docker`, `python` and others that come before what they run."""
_RUNNER = re.compile(
    r"(?:.*[/\\])?(?:python[\d.]*|pypy\d*|node|npx|npm|pnpm|yarn|bunx?|deno|uvx?|pipx|docker|podman|go|cargo|ruby|php|java"
    r"|dotnet|dnx|perl|tsx|ts-node)(?:\.(?:exe|cmd|bat))?"
)
"""Commands that say nothing of which server they run."""
_PLAIN = re.compile(r"[\w@./\\:~+-]+")


def called(config: ServerConfig) -> str:
    """`notes (npx @example/notes)`, or `notes, at https://example.org/mcp`."""
    match config.reach:
        case StdioLaunch() as launch:
            return f"{config.name} ({' '.join(filter(None, (launch.command, _what_it_runs(launch))))})"
        case HttpEndpoint(address=address):
            return f"{config.name}, at {address}"


def _what_it_runs(launch: StdioLaunch) -> str:
    """The first argument that is no option: what comes after it may be a key, or an address with a password."""
    if not _RUNNER.fullmatch(launch.command):
        return ""
    word = next((arg for arg in launch.args if arg not in _WORDS_OF_RUNNERS), "")
    plain = _PLAIN.fullmatch(word) and not word.startswith("-") and "://" not in word and len(word) <= _LONGEST_WORD
    return word if plain else ""
