"""How the service logs: one line a record, to standard error, as text or as JSON; set up once, by the program's start.

What strangers wrote stays inside its line: an escape sequence or a line break of theirs can forge no record. Addresses
in a traceback, which may be of any library, are shown without what may be secret in them.
"""

import io
import json
import logging
import re
import sys
from datetime import UTC, datetime
from types import TracebackType
from typing import Literal, TypeAlias, cast

from agentic_search.text.controls import without_controls, without_secrets

LONGEST_MESSAGE = 4_000
"""Characters; what is longer is cut."""

_ExceptionInfo: TypeAlias = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
_OWN = "agentic_search"
_FIELDS = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "color_message"}
"""What every record has; anything else was given as `extra`."""
_RAW = re.compile("[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")
"""Escaped in JSON, which is UTF-8 otherwise: what steers a terminal, ends a line, or is no character."""
_ONLY_PROBLEMS = ("httpx", "httpx2", "httpcore", "httpcore2", "mcp")
"""They log each request."""


def configure(level: str, form: Literal["text", "json"] = "text") -> None:
    """Send the service's records of `level` (a standard level name) and above to standard error.

    Other libraries say nothing below info, whatever the level.
    """
    least = logging.getLevelNamesMapping()[level.upper()]
    if form == "json" and isinstance(stream := cast("object", sys.stderr), io.TextIOWrapper):
        stream.reconfigure(encoding="utf-8")
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if form == "json" else TextLines())
    logging.basicConfig(level=max(least, logging.INFO), handlers=[handler])
    logging.getLogger(_OWN).setLevel(least)
    for chatty in _ONLY_PROBLEMS:
        logging.getLogger(chatty).setLevel(logging.WARNING)
    # It logs each failed sign-in with the whole answer of the authorization server, which may hold a token, and each
    # failed connection with the whole address, which may hold a password: what failed, our own records say.
    logging.getLogger("mcp.client").setLevel(logging.CRITICAL)
    logging.getLogger("client").setLevel(logging.ERROR)  # mcp's: a warning with a traceback for each odd notification
    logging.getLogger("uvicorn.access").addFilter(_without_query)


def _without_query(record: logging.LogRecord) -> bool:
    """A request is told without its query, in which questions stand, and codes of sign-ins."""
    if isinstance(record.args, tuple):
        record.args = tuple(
            each.partition("?")[0] if isinstance(each, str) and each.startswith("/") else each for each in record.args
        )
    return True


def one_line(text: str) -> str:
    """`text` with its line breaks escaped, without control characters, and cut where it is too long."""
    cut = text if len(text) <= LONGEST_MESSAGE else f"{text[:LONGEST_MESSAGE]}…"
    # Beside line feeds there are six more characters that some reader of logs takes for the end of a line.
    escaped = "".join(f"\\u{ord(end):04x}" if end in "\x85\u2028\u2029" else end for end in without_controls(cut))
    return escaped.replace("\r", "\\r").replace("\n", "\\n")


class TextLines(logging.Formatter):
    """`2026-01-01 12:00:00,123 INFO    agentic_search.serve: serving at …`; a traceback follows, indented."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:
        """The line, in which nothing of the message begins another."""
        record.message = one_line(record.message)
        return super().formatMessage(record)

    def formatException(self, ei: _ExceptionInfo) -> str:
        """Each line indented, so that none can be taken for a record."""
        lines = without_secrets(super().formatException(ei)).splitlines()
        return "\n".join(f"  {one_line(line)}" for line in lines)


class JsonLines(logging.Formatter):
    """One JSON object a record: ts (ISO 8601, UTC), level, logger, message, and what the record was given besides."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        when = datetime.fromtimestamp(record.created, UTC)
        line = {
            "ts": when.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": one_line(record.getMessage()),
            **{name: value for name, value in record.__dict__.items() if name not in _FIELDS},
        }
        if record.exc_info:
            line["error"] = without_controls(without_secrets(self.formatException(record.exc_info)))
        text = json.dumps(line, default=str, ensure_ascii=False)
        return _RAW.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
