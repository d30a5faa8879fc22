"""A fork that a command stands for: it is given what the command is, and they end together."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.mcp_servers.processes import is_alive
from tests.support.forking.starting import ROOT, arguments_of, can_fork

pytestmark = pytest.mark.skipif(not can_fork(), reason="programs are forked on Linux")

SAMPLE = "tests.support.forking.sample"
OWNER = f"""
import subprocess, sys
from tests.support.forking.starting import arguments_of
subprocess.run([sys.executable, *arguments_of("{SAMPLE}", "0")], stdin=sys.stdin)
"""


@contextmanager
def told_by(*arguments: str, folder: Path = ROOT) -> Generator[tuple["subprocess.Popen[str]", dict[str, Any]]]:
    """A running command, and what the program that it stands for is given."""
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [sys.executable, *arguments], cwd=folder, env={"LAMP": "red", "PYTHONPATH": str(ROOT)}, text=True,
        stdin=pipe, stdout=pipe,
    ) as command:  # fmt: skip
        try:
            assert command.stdout is not None
            yield command, json.loads(command.stdout.readline())
        finally:
            command.kill()


def wait_for_end(pid: int) -> None:
    while is_alive(pid):
        time.sleep(0.005)


def test_it_has_the_arguments_folder_environment_and_pipes_of_the_command(tmp_path: Path) -> None:
    with told_by(*arguments_of(SAMPLE, "3", "a b"), folder=tmp_path) as (command, given):
        assert (given["arguments"], given["folder"]) == (["3", "a b"], str(tmp_path))
        assert given["environment"].items() >= {"LAMP": "red"}.items() and "HOME" not in given["environment"]
        assert given["pid"] != command.pid
        command.communicate()
        assert command.returncode == 3


def test_a_signal_to_the_command_reaches_it() -> None:
    with told_by(*arguments_of(SAMPLE, "0")) as (command, given):
        command.send_signal(signal.SIGTERM)
        assert command.wait(60) == -signal.SIGTERM
        assert not is_alive(given["pid"])


def test_the_command_ends_as_it_does() -> None:
    with told_by(*arguments_of(SAMPLE, "0")) as (command, given):
        os.kill(given["pid"], signal.SIGKILL)
        assert command.wait(60) == -signal.SIGKILL


def test_it_is_killed_with_the_command() -> None:
    with told_by(*arguments_of(SAMPLE, "0")) as (command, given):
        command.kill()
        wait_for_end(given["pid"])


def test_it_is_killed_with_the_process_that_has_it_forked() -> None:
    with told_by("-c", OWNER) as (owner, given):
        owner.kill()
        wait_for_end(given["pid"])
