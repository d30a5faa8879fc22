"""Times of servers: the unit is the host's, and what cannot be meant is told."""

import json
from pathlib import Path

import pytest

from agentic_search.tools.config.entry.times import BadTime, read_time
from tests.tools.config.reading import only


@pytest.mark.parametrize(
    ("entry", "timeout", "warned"),
    [
        ({"timeout": 20}, 20.0, False),
        ({"timeout": 1_000}, 1_000.0, False),
        ({"timeout": 60_000}, 60.0, True),
        ({"timeout": "20"}, 20.0, False),
        ({"timeout": "20s"}, 20.0, False),
        ({"timeout": "1500 ms"}, 1.5, False),
        ({"timeout": "2m"}, 120.0, False),
        ({"timeoutMs": 1500}, 1.5, False),
        ({"timeout_sec": 20}, 20.0, False),
        ({"tool_timeout_sec": 45.5}, 45.5, False),
        ({"requestTimeout": 30}, 30.0, False),
        ({"timeout": 600_000, "trust": False}, 600.0, False),
        ({"timeout": 30, "trust": False}, 30.0, True),
        ({"timeout": 3_600, "alwaysAllow": []}, 3_600.0, False),
        ({"timeout": 60_000, "alwaysAllow": []}, 60.0, True),
        ({"timeout": None}, None, False),
    ],
)
def test_the_unit_of_a_timeout_is_the_hosts(
    tmp_path: Path, entry: dict[str, object], timeout: float | None, warned: bool
) -> None:
    server = only(tmp_path, json.dumps({"mcpServers": {"notes": {"command": "x", **entry}}}))
    assert (server.problem, server.timeout, bool(server.warnings)) == ("", timeout, warned)


@pytest.mark.parametrize("written", [0, -1, "0", "soon", True, [], 1e300, 1e12, "1e3"])
def test_a_timeout_that_cannot_be_meant_is_refused_for_its_server(tmp_path: Path, written: object) -> None:
    server = only(tmp_path, json.dumps({"mcpServers": {"notes": {"command": "x", "timeout": written}}}))
    assert server.problem.startswith('"timeout": must be ')


@pytest.mark.parametrize("written", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 5_000])
def test_what_is_no_number_of_json_is_refused_for_its_server(tmp_path: Path, written: str) -> None:
    server = only(tmp_path, f'{{"mcpServers": {{"notes": {{"command": "x", "timeout": {written}}}}}}}')
    assert server.problem.startswith('"timeout": must be ')


@pytest.mark.parametrize(
    ("entry", "startup"),
    [
        ({"startupTimeout": 60}, 60.0),
        ({"startup_timeout_sec": 20}, 20.0),
        ({"startup_timeout_ms": 20_000}, 20.0),
        ({"initTimeout": 90_000}, 90.0),
        ({"connectionTimeout": 20_000}, 20.0),
        ({}, 300.0),
    ],
)
def test_how_long_a_start_may_take_is_read(tmp_path: Path, entry: dict[str, object], startup: float) -> None:
    server = only(tmp_path, json.dumps({"mcpServers": {"notes": {"command": "x", **entry}}}))
    assert (server.problem, server.startup_timeout) == ("", startup)


def test_opencode_has_two_times_in_milliseconds(tmp_path: Path) -> None:
    entry = {"type": "local", "command": ["x"], "timeout": {"startup": 20_000, "request": 5_000}}
    server = only(tmp_path, json.dumps({"mcp": {"servers": {"notes": entry}}}))
    assert (server.startup_timeout, server.timeout) == (20.0, 5.0)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -5.0])
def test_no_number_of_seconds_is_refused(number: float) -> None:
    for unit in ("seconds", "milliseconds", None):
        with pytest.raises(BadTime):
            read_time(number, unit=unit, longest=1_000, exact=False)
