"""The MCP servers that others wrote: how each is started, how many tools it offers, and a call whose end is known."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.world.surroundings import SENTENCE, Surroundings

Entry = dict[str, Any]
"""What stands in `mcpServers` for one server."""
Arguments = Callable[[Surroundings], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Known:
    """One call and what comes of it."""

    tool: str
    arguments: Arguments
    gives: str = ""
    """Words of the result."""
    fails: str = ""
    """A pattern of the complaint, where the call has to fail: it lacks a key, or finds no service."""


@dataclass(frozen=True, slots=True)
class Stranger:
    """A server over stdio."""

    name: str
    entry: Callable[[Surroundings], Entry]
    tools: int
    """How many it offers."""
    call: Known
    needs: str = ""
    """A program of the system without which its call cannot be made."""


@dataclass(frozen=True, slots=True)
class Listener:
    """A server that listens at an address."""

    name: str
    command: Callable[[Surroundings, int], list[str]]
    """What starts it, at a port."""
    environment: Callable[[int], Mapping[str, str]]
    entry: Callable[[int], Entry]
    tools: int
    call: Known


def _npm(program: str, *arguments: str, **env: str) -> Callable[[Surroundings], Entry]:
    return lambda it: {"command": it.world.npm(program), "args": _filled(arguments, it), "env": env}


def _pypi(program: str, *arguments: str) -> Callable[[Surroundings], Entry]:
    return lambda it: {"command": it.world.pypi(program), "args": _filled(arguments, it)}


def _filled(arguments: tuple[str, ...], it: Surroundings) -> list[str]:
    return [each.format(folder=it.folder, files=it.files, chromium=it.chromium) for each in arguments]


def _with(**arguments: Any) -> Arguments:
    return lambda _: arguments


_ECHO = Known("echo", _with(message="otter"), "Echo: otter")
_READ_PAGE = Known("fetch_content", lambda it: {"url": it.page}, SENTENCE)
_ASK_NOTION = Known("API-get-self", _with(), fails="ENOTFOUND|EAI_AGAIN|ECONNREFUSED|[Uu]nauthorized|token")
_BROWSER = ("--headless", "--isolated", "--no-sandbox", "--executable-path", "{chromium}")
_THOUGHT: Mapping[str, Any] = {
    "thought": "Otters float.",
    "nextThoughtNeeded": False,
    "thoughtNumber": 1,
    "totalThoughts": 3,
}

STRANGERS = (
    Stranger("everything", _npm("mcp-server-everything", "stdio"), 15, _ECHO),
    Stranger(
        "filesystem",
        _npm("mcp-server-filesystem", "{files}"),
        14,
        Known("read_text_file", lambda it: {"path": str(it.files / "note.txt")}, SENTENCE),
    ),
    Stranger(
        "memory",
        lambda it: {**_npm("mcp-server-memory")(it), "env": {"MEMORY_FILE_PATH": str(it.folder / "memory.jsonl")}},
        9,
        Known("search_nodes", _with(query="otter"), '"entities": []'),
    ),
    Stranger(
        "thinking",
        _npm("mcp-server-sequential-thinking"),
        1,
        Known("sequentialthinking", _with(**_THOUGHT), '"totalThoughts": 3'),
    ),
    Stranger(
        "github",
        _npm("mcp-server-github"),
        26,
        Known("create_repository", _with(name="otter"), fails="fetch failed|[Aa]uthentication|credentials"),
    ),
    Stranger(
        "postgres",
        _npm("mcp-server-postgres", "postgresql://127.0.0.1:9/none"),
        1,
        Known("query", _with(sql="SELECT 1"), fails="connect ECONNREFUSED 127.0.0.1:9"),
    ),
    Stranger("notion", _npm("notion-mcp-server", NOTION_TOKEN="ntn_of_nobody"), 24, _ASK_NOTION),
    Stranger(
        "playwright",
        _npm("mcp-server-playwright", *_BROWSER),
        21,
        Known("browser_navigate", lambda it: {"url": it.page}, SENTENCE),
        needs="chromium",
    ),
    Stranger(
        "tavily",
        _npm("tavily-mcp"),
        5,
        Known(
            "tavily_map",
            _with(url="https://example.org"),
            fails="ENOTFOUND|EAI_AGAIN|ECONNREFUSED|[Kk]ey|[Uu]nauthorized",
        ),
    ),
    Stranger(
        "git",
        _pypi("mcp-server-git"),
        12,
        Known("git_log", lambda it: {"repo_path": str(it.files), "max_count": 1}, SENTENCE),
    ),
    Stranger(
        "fetch",
        _pypi("mcp-server-fetch", "--ignore-robots-txt", "--allow-private-ips"),
        1,
        Known("fetch", lambda it: {"url": it.page}, SENTENCE),
    ),
    Stranger(
        "time",
        _pypi("mcp-server-time", "--local-timezone", "UTC"),
        2,
        Known("convert_time", _with(source_timezone="UTC", time="12:00", target_timezone="Asia/Tokyo"), "21:00"),
    ),
    Stranger("calculator", _pypi("mcp-server-calculator"), 1, Known("calculate", _with(expression="6*7"), "42")),
    Stranger(
        "excel",
        _pypi("excel-mcp-server", "stdio"),
        25,
        Known("create_workbook", lambda it: {"filepath": str(it.folder / "otters.xlsx")}, "Created workbook"),
    ),
    Stranger(
        "sqlite",
        _pypi("mcp-server-sqlite", "--db-path", "{folder}/otters.sqlite"),
        6,
        Known("read_query", _with(query="SELECT 6 * 7 AS answer"), "{'answer': 42}"),
    ),
    Stranger("duckduckgo", _pypi("duckduckgo-mcp-server", "--allow-private-urls"), 2, _READ_PAGE),
    Stranger(
        "arxiv",
        _pypi("arxiv-mcp-server", "--storage-path", "{folder}/papers"),
        19,
        Known("list_papers", _with(), '"total_papers": 0'),
    ),
)

LISTENERS = (
    Listener(
        "everything_http",
        lambda it, _: [it.world.npm("mcp-server-everything"), "streamableHttp"],
        lambda port: {"PORT": str(port)},
        lambda port: {"url": f"http://127.0.0.1:{port}/mcp"},
        15,
        _ECHO,
    ),
    Listener(
        "everything_sse",
        lambda it, _: [it.world.npm("mcp-server-everything"), "sse"],
        lambda port: {"PORT": str(port)},
        lambda port: {"url": f"http://127.0.0.1:{port}/sse", "type": "sse"},
        15,
        _ECHO,
    ),
    Listener(
        "notion_http",
        lambda it, port: [
            *(it.world.npm("notion-mcp-server"), "--transport", "http", "--port", str(port)),
            *("--auth-token", "let-me-in"),
        ],
        lambda _: {"NOTION_TOKEN": "ntn_of_nobody"},
        lambda port: {"url": f"http://127.0.0.1:{port}/mcp", "headers": {"Authorization": "Bearer let-me-in"}},
        24,
        _ASK_NOTION,
    ),
    Listener(
        "duckduckgo_http",
        lambda it, port: [
            *(it.world.pypi("duckduckgo-mcp-server"), "--allow-private-urls"),
            *("--transport", "streamable-http", "--host", "127.0.0.1", "--port", str(port)),
        ],
        lambda _: {},
        lambda port: {"url": f"http://127.0.0.1:{port}/mcp"},
        2,
        _READ_PAGE,
    ),
    Listener(
        "excel_sse",
        lambda it, _: [it.world.pypi("excel-mcp-server"), "sse"],
        lambda port: {"FASTMCP_PORT": str(port), "FASTMCP_HOST": "127.0.0.1", "EXCEL_FILES_PATH": "."},
        lambda port: {"url": f"http://127.0.0.1:{port}/sse", "type": "sse"},
        25,
        Known("create_workbook", _with(filepath="otters.xlsx"), "Created workbook"),
    ),
)
