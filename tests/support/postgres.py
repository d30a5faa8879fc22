"""A real Postgres for tests: the installed binaries, on files of a temporary folder, on a free port of loopback."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

_USER = "postgres"


@dataclass(slots=True)
class RunningPostgres:
    """A server, with as many databases as tests want."""

    port: int
    binaries: Path
    folder: Path
    databases: int = 0

    def new_database(self) -> str:
        """The URL of a new, empty database."""
        self.databases += 1
        name = f"test{self.databases}"
        with psycopg.connect(f"host=127.0.0.1 port={self.port} user={_USER}", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return f"postgresql://{_USER}@127.0.0.1:{self.port}/{name}"

    @property
    def pid(self) -> int:
        """Of the process that starts all others."""
        return int((self.folder / "data" / "postmaster.pid").read_text().partition("\n")[0])

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = (
            f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
            " -c max_connections=200"
        )
        self.run("pg_ctl", "-D", "data", "-w", "-l", "log", "-o", options, "start")

    def stop(self) -> None:
        """Stop it at once: connections break."""
        self.run("pg_ctl", "-D", "data", "-w", "-m", "immediate", "stop")

    def run(self, program: str, *arguments: str) -> None:
        """One of Postgres' programs, in its folder, and not as root, who may not run it."""
        command = [str(self.binaries / program), *arguments]
        if os.geteuid() == 0:
            command = ["runuser", "-u", _USER, "--", *command]
        # Not captured: the server inherits the pipes, and would keep them open.
        subprocess.run(command, cwd=self.folder, check=True, stdout=subprocess.DEVNULL, timeout=60)


def postgres_binaries() -> Path | None:
    """The folder of the newest installed Postgres; None where there is none."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    installed = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if (path / "initdb").exists()]
    return max(installed, key=lambda path: float(path.parent.name), default=None)


@contextmanager
def running_postgres() -> Generator[RunningPostgres]:
    """Start one; skips the test where none is installed, which fails it where CI is set."""
    binaries = postgres_binaries()
    if binaries is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("Postgres is not installed: no initdb was found")
    with tempfile.TemporaryDirectory(prefix="postgres", ignore_cleanup_errors=True) as name:
        server = RunningPostgres(_free_port(), binaries, Path(name))
        if os.geteuid() == 0:
            shutil.chown(name, _USER)
        server.run("initdb", "-D", "data", "-A", "trust", "-U", _USER, "--no-sync")
        server.start()
        try:
            yield server
        finally:
            server.stop()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]
