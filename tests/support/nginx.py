"""A real nginx with the project's configuration, before a service that a test runs, on a free port of loopback."""

import asyncio
import os
import shutil
import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.support.mcp_processes import free_port

CONFIGURATION = Path(__file__).resolve().parents[2] / "docker" / "nginx.conf"
_PATIENCE = 20


@asynccontextmanager
async def running_nginx(service: str, folder: Path, *, prefix: str = "") -> AsyncGenerator[str]:
    """Its URL; skips the test where none is installed, which fails it where CI is set. `service`: a URL.

    With a `prefix`, such as `/search-agent`, the service is shown below it, and nothing else is.
    """
    program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("nginx is not installed")
    port = free_port()
    written = CONFIGURATION.read_text()
    for ours, here in {
        "listen 8080": f"listen 127.0.0.1:{port}",
        "web:8023": urlsplit(service).netloc,
        "worker_processes auto": "worker_processes 1",
        "/tmp/": f"{folder}/",
        "location / {": f"location {prefix}/ {{",
        "proxy_pass http": f"{_below(prefix)}proxy_pass http",
    }.items():
        assert ours in written, f"{ours!r} is no longer in {CONFIGURATION.name}"
        written = written.replace(ours, here)
    file = folder / "nginx.conf"
    file.write_text(written)
    own_user = (
        "user root; " if os.geteuid() == 0 else ""
    )  # its workers would else be others, who cannot enter the folder
    options = ("-e", str(folder / "nginx.log"), "-p", str(folder), "-c", str(file), "-g", f"{own_user}daemon off;")
    process = await asyncio.create_subprocess_exec(program, *options)
    try:
        await _listening(port, process)
        yield f"http://127.0.0.1:{port}{prefix}"
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await process.wait()


def _below(prefix: str) -> str:
    return f"rewrite ^{prefix}/(.*)$ /$1 break; proxy_set_header X-Forwarded-Prefix {prefix}; " if prefix else ""


async def _listening(port: int, process: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(_PATIENCE):
        while process.returncode is None:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.02)
            else:
                writer.close()
                await writer.wait_closed()
                return
    raise AssertionError("nginx ended before it listened")
