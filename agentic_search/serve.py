"""Starts the service: reads the settings, takes the port, and has uvicorn serve until SIGTERM or Ctrl-C."""

import argparse
import errno
import logging
import socket
import sys
from collections.abc import Sequence
from functools import partial
from typing import Any, cast

import uvicorn
from pydantic import ValidationError

from agentic_search import __version__, log
from agentic_search.api.app import create_app
from agentic_search.api.openapi import field_docs
from agentic_search.errors import ConfigurationError
from agentic_search.request_limits import LimitedHttp
from agentic_search.settings import LOOPBACK, Settings
from agentic_search.wiring import configured

WRONG_USAGE = 2
"""Exit status for a setting, a file or an argument that must be corrected."""

logger = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until told to stop; `arguments` are those of the command line."""
    _parser().parse_args(arguments)
    try:
        settings = Settings()
        configured(settings)
        listeners = listen(settings.host, settings.port)
    except ValidationError as invalid:
        sys.exit(_report(_complaints(invalid)))
    except ConfigurationError as error:
        sys.exit(_report(str(error)))
    log.configure(settings.log_level)
    if settings.host not in LOOPBACK:
        logger.warning("listening on %s: the API has no lock of its own, whoever reaches it may use it", settings.host)
    logger.info("serving at %s", _url(listeners[0]))
    config = uvicorn.Config(
        create_app(settings),
        ws="none",
        # uvicorn takes any maker of protocols, and says that it wants a class.
        http=cast(Any, partial(LimitedHttp, largest_head=settings.max_request_head, within=settings.request_timeout)),
        log_config=None,
        access_log=settings.log_level == "debug",
        timeout_graceful_shutdown=max(1, round(settings.shutdown_grace)),
    )
    uvicorn.Server(config).run(sockets=listeners)


def listen(host: str, port: int) -> list[socket.socket]:
    """A listening socket for each address of `host`; connections wait there until the service is open.

    Taken before anything else is started. Raises ConfigurationError, naming the setting to change.
    """
    listeners: list[socket.socket] = []
    failure: OSError | None = None
    try:
        for address in dict.fromkeys(socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM)):
            try:
                listeners.append(socket.create_server(address[4][:2], family=address[0]))
            except OSError as error:
                failure = error
    except OSError as error:  # the name is no host of any network
        failure = error
    if failure is not None and (not listeners or failure.errno == errno.EADDRINUSE):
        for listener in listeners:
            listener.close()
        raise ConfigurationError(_why_not(host, port, failure)) from failure
    return listeners


def _why_not(host: str, port: int, failure: OSError) -> str:
    match failure.errno:
        case errno.EADDRINUSE:
            return (
                f"Port {port} on {host} is taken: stop the program that listens there, "
                "or set AGENTIC_SEARCH_PORT to another port."
            )
        case errno.EACCES:
            return f"Port {port} needs special rights: set AGENTIC_SEARCH_PORT to a port above 1023."
        case _:
            return f"AGENTIC_SEARCH_HOST is {host!r}, where this machine cannot listen: {failure.strerror or failure}."


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description="Start the search service; the page is at http://localhost:8023 unless settings say otherwise.",
        epilog=_settings_help(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"agentic-search {__version__}")
    return parser


def _settings_help() -> str:
    """Every setting with its sentence."""
    lines = [
        "settings, from the environment, a .env file or agentic_search.toml in this folder "
        "(there in lower case, without prefix):"
    ]
    for name, sentence in field_docs(Settings).items():
        variable = "OLLAMA_HOST" if name == "ollama_host" else f"AGENTIC_SEARCH_{name.upper()}"
        lines.append(f"  {variable}\n      {sentence}")
    return "\n".join(lines)


def _complaints(invalid: ValidationError) -> str:
    lines = [f"  AGENTIC_SEARCH_{str(bad['loc'][0]).upper()}: {bad['msg']}" for bad in invalid.errors()]
    return "Settings that cannot be used:\n" + "\n".join(lines)


def _report(text: str) -> int:
    sys.stderr.write(text + "\n")
    return WRONG_USAGE
