"""A server that floods its stdout is given up, with the reason, and stops nobody else."""

import asyncio
import json
import sys
from pathlib import Path

import pytest

from agentic_search.clock import SystemClock
from agentic_search.tools.config.server_config import ServerConfig, StdioLaunch
from agentic_search.tools.pool import ToolPool
from tests.support.mcp_processes import PATIENCE, bare_server, error_of, state_of, unheard, until

LINES = "import sys\nwhile True: sys.stdout.write('y\\n' * 10_000)"
ONE_LINE = "import sys\nwhile True: sys.stdout.write('y' * 10_000)"


@pytest.mark.parametrize("program", [LINES, ONE_LINE])
async def test_a_server_that_floods_its_stdout_is_given_up_and_disturbs_no_other(program: str) -> None:
    flooding = ServerConfig("flood", StdioLaunch(sys.executable, ("-S", "-c", program)))
    async with ToolPool([flooding, bare_server()], clock=SystemClock()) as pool:
        await until(pool, lambda: state_of(pool) == "ready" and state_of(pool, "flood") == "unavailable")
        assert "floods its stdout with lines that are no messages, such as 'y" in error_of(pool, "flood")
        answer = await pool.call("echo", {"text": "on"}, timeout=PATIENCE, on_progress=unheard)
        assert answer.text == "on"


async def test_messages_without_end_let_others_have_their_turn(tmp_path: Path) -> None:
    message = json.dumps({"jsonrpc": "2.0", "method": "notifications/message", "params": {"level": "info", "data": 1}})
    program = tmp_path / "flood.py"
    program.write_text(f"import sys\nwhile True: sys.stdout.write({message!r} + '\\n')")
    flooding = ServerConfig("flood", StdioLaunch(sys.executable, ("-S", str(program))))
    async with asyncio.timeout(PATIENCE), ToolPool([flooding, bare_server()], clock=SystemClock()) as pool:
        await until(pool, lambda: state_of(pool) == "ready")
        answer = await pool.call("echo", {"text": "on"}, timeout=PATIENCE, on_progress=unheard)
        assert answer.text == "on"
