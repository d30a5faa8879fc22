"""Starts the service: reads the settings, takes the port, and has uvicorn serve until SIGTERM or Ctrl-C."""

import argparse
import errno
import logging
import socket
import sys
from collections.abc import Sequence
from functools import partial
from ipaddress import ip_address
from typing import Any, cast

import uvicorn

from agentic_search import __version__, log
from agentic_search.access.access import has_keys
from agentic_search.api.app import create_app
from agentic_search.api.openapi import field_docs
from agentic_search.configured import configured, configured_database
from agentic_search.database.database import open_database
from agentic_search.errors import ConfigurationError
from agentic_search.serving.configuration import read_settings, unread_settings
from agentic_search.serving.fair_start import FairStart
from agentic_search.serving.first_visit import FirstVisit
from agentic_search.serving.memory import collect_rarely
from agentic_search.serving.request_limits import LimitedHttp
from agentic_search.serving.shutdown import RunsEndFirst
from agentic_search.settings import Settings

WRONG_USAGE = 2
"""Exit status for a setting, a file or an argument that must be corrected."""

_IDLE = 75
"""Seconds that a connection stays open on which nothing is asked: longer than proxies and clients keep theirs, which
would else send a request on one that is being closed."""
_TURN = 0.0005
"""Seconds after which a thread lets another one run: what is written waits for several turns of the event loop's."""
_ASKS_FOR_NO_KEY = (
    "AGENTIC_SEARCH_HOST is {host!r}, where other machines reach the service, which asks nobody for a key: set"
    " AGENTIC_SEARCH_API_KEYS=name=KEY so that it asks for one, or AGENTIC_SEARCH_OPEN=yes if whoever reaches it may"
    " use it and its tools, else take AGENTIC_SEARCH_HOST out."
)

logger = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until told to stop; `arguments` are those of the command line."""
    _parser().parse_args(arguments)
    try:
        settings = read_settings()
        configured(settings)
        # First: a second service on one database must not take a port, even for a moment.
        database = open_database(configured_database(settings))
        is_open = settings.open or bool(settings.api_keys or settings.oidc_issuer) or has_keys(database)
        listeners = listen(settings.host, settings.port, open_to_all=is_open)
    except ConfigurationError as error:
        sys.exit(_report(str(error)))
    log.configure(settings.log_level, settings.log_format)
    for sentence in unread_settings():
        logger.warning("%s", sentence)
    logger.info("serving at %s", _url(listeners[0]))
    config = uvicorn.Config(
        FairStart(FirstVisit(create_app(settings, database))),
        ws="none",
        # uvicorn takes any maker of protocols, and says that it wants a class.
        http=cast(Any, partial(LimitedHttp, largest_head=settings.max_request_head, within=settings.request_timeout)),
        log_config=None,
        access_log=settings.log_level == "debug",
        timeout_keep_alive=_IDLE,
        timeout_graceful_shutdown=max(1, round(settings.shutdown_grace)),
    )
    collect_rarely()
    sys.setswitchinterval(_TURN)
    RunsEndFirst(config).run(sockets=listeners)


def listen(host: str, port: int, *, open_to_all: bool = False) -> list[socket.socket]:
    """A listening socket for each address of `host`; connections wait there until the service is open.

    Taken before anything else is started. Raises ConfigurationError, naming the setting to change: also where other
    machines could reach the service, and it neither asks for a key nor is `open_to_all`.
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
    except ValueError as error:  # a name that cannot even be asked for
        raise ConfigurationError(f"AGENTIC_SEARCH_HOST is {host!r}, which is no name of a host: {error}.") from error
    if failure is not None and (not listeners or failure.errno == errno.EADDRINUSE):
        for listener in listeners:
            listener.close()
        raise ConfigurationError(_why_not(host, port, failure)) from failure
    if not open_to_all and not all(ip_address(each.getsockname()[0]).is_loopback for each in listeners):
        for listener in listeners:
            listener.close()
        raise ConfigurationError(_ASKS_FOR_NO_KEY.format(host=host))
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


def _report(text: str) -> int:
    sys.stderr.write(text + "\n")
    return WRONG_USAGE
