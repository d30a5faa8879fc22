"""Starts the service: settings are read, uvicorn listens, SIGTERM and Ctrl-C end it within seconds."""

import logging
import sys

import uvicorn
from pydantic import ValidationError

from agentic_search import log
from agentic_search.api.app import create_app
from agentic_search.errors import ConfigurationError
from agentic_search.settings import Settings
from agentic_search.wiring import configured

WRONG_USAGE = 2
"""Exit status for a setting or a file that must be corrected."""


LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

logger = logging.getLogger(__name__)


def main() -> None:
    """Serve until told to stop."""
    try:
        settings = Settings()
        configured(settings)
    except ValidationError as invalid:
        sys.exit(_report(_complaints(invalid)))
    except ConfigurationError as error:
        sys.exit(_report(str(error)))
    log.configure(settings.log_level)
    if settings.host not in LOOPBACK:
        logger.warning("listening on %s: the API has no lock of its own, whoever reaches it may use it", settings.host)
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        ws="none",
        log_config=None,
        access_log=settings.log_level == "debug",
        timeout_graceful_shutdown=max(1, round(settings.shutdown_grace)),
    )


def _complaints(invalid: ValidationError) -> str:
    lines = [f"  AGENTIC_SEARCH_{str(bad['loc'][0]).upper()}: {bad['msg']}" for bad in invalid.errors()]
    return "Settings that cannot be used:\n" + "\n".join(lines)


def _report(text: str) -> int:
    sys.stderr.write(text + "\n")
    return WRONG_USAGE
