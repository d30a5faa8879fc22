"""A line of the log: as text and as JSON, whatever strangers wrote into it."""

import io
import json
import logging
import os
import re
import subprocess
import sys

import pytest

from agentic_search.log import LONGEST_MESSAGE, JsonLines, TextLines, one_line

HOSTILE = [
    "it said\n2026-01-01 12:00:00,000 INFO    agentic_search.serve: serving at http://evil",
    "it said\r\nforged",
    "it said\u2028forged",
    "it said\u2029forged",
    "it said\x85forged",
    "it said\x0bforged\x0cforged\x1cforged\x1dforged\x1eforged",
    "it said \x1b[2J\x1b[31mred\x1b[0m \x1b]0;title\x07",
    "it said \u202eforged\ud800",
]


def logged(formatter: logging.Formatter, message: object, *arguments: object, **extra: object) -> str:
    """What a handler with that formatter writes."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    fault = sys.exc_info() if sys.exc_info()[0] else None
    made = logging.getLogger().makeRecord(
        "agentic_search.x", logging.INFO, __file__, 1, message, arguments, fault, extra=extra
    )
    handler.emit(made)
    return stream.getvalue()


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("formatter", [TextLines(), JsonLines()], ids=["text", "json"])
def test_what_a_stranger_wrote_stays_in_its_line(formatter: logging.Formatter, text: str) -> None:
    line = logged(formatter, "server %s: %s", "bad", text)
    assert len(line.splitlines()) == 1 and line.endswith("\n")
    assert line.removesuffix("\n").isprintable()
    assert "it said" in line


@pytest.mark.parametrize("text", HOSTILE)
def test_an_error_of_a_stranger_s_wording_forges_no_record(text: str) -> None:
    as_text = as_json = ""
    try:
        int(text)
    except ValueError:
        as_text, as_json = logged(TextLines(), "it broke"), logged(JsonLines(), "it broke")
    first, *traceback = as_text.splitlines()
    assert first.endswith("it broke") and all(line.startswith("  ") for line in traceback)
    assert "it said" in as_text
    assert len(as_json.splitlines()) == 1 and "it said" in json.loads(as_json)["error"]


def test_a_json_line_has_what_the_record_was_given_besides() -> None:
    told = json.loads(logged(JsonLines(), "task %s ended", "t1", task_id="t1", ms=12, status="completed"))
    assert told.pop("ts").endswith("+00:00")
    assert told == {
        "level": "info",
        "logger": "agentic_search.x",
        "message": "task t1 ended",
        "task_id": "t1",
        "ms": 12,
        "status": "completed",
    }


def test_a_message_without_end_is_cut() -> None:
    assert one_line("x" * 10_000_000) == f"{'x' * LONGEST_MESSAGE}…"


def test_a_json_line_is_written_in_the_letters_of_its_message() -> None:
    line = logged(JsonLines(), "a → b, 総部, 🚀 and \x9b31m")
    assert "a → b, 総部, 🚀" in line and line.removesuffix("\n").isprintable()


def test_a_json_log_is_utf_8_whatever_the_terminal_is() -> None:
    program = "from agentic_search import log; log.configure('info', 'json'); import logging; logging.info('→ 🚀')"
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    written = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, check=True).stderr
    assert json.loads(written)["message"] == "→ 🚀" and "→ 🚀".encode() in written


def test_a_traceback_shows_no_password_and_no_key_of_an_address() -> None:
    error = ValueError("no answer from http://me:a/b@host/x?key=secret, nor from 'https://host/y?k=secret'")
    record = logging.LogRecord("x", logging.ERROR, "", 0, "it broke", None, (ValueError, error, None))
    for form in (TextLines(), JsonLines()):
        told = form.format(record)
        assert "host/x?" in told and "host/y?" in told and not re.search("secret|me:a", told), told
