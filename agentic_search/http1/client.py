"""A client library's request flows in, its answer flows out; what goes wrong is said in that library's own errors."""

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from agentic_search.http1.connecting import CannotConnect, Origin
from agentic_search.http1.connection import BrokenOff, Silent
from agentic_search.http1.pool import Exchange, Patience, Pool
from agentic_search.http1.request import written


class Url(Protocol):
    """Where a request goes."""

    @property
    def scheme(self) -> str: ...
    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int | None: ...
    @property
    def raw_path(self) -> bytes: ...


class Headers(Protocol):
    """A request's headers."""

    @property
    def raw(self) -> list[tuple[bytes, bytes]]: ...


class Request(Protocol):
    """What httpx and its kin hand to a transport."""

    @property
    def method(self) -> str: ...
    @property
    def url(self) -> Url: ...
    @property
    def headers(self) -> Headers: ...
    @property
    def extensions(self) -> Mapping[str, Any]: ...
    async def aread(self) -> bytes:
        """The whole body."""
        ...


@dataclass(frozen=True, slots=True)
class Errors:
    """A library's own, made of a text."""

    malformed: Callable[[str], Exception]
    unreachable: Callable[[str], Exception]
    silent: Callable[[str], Exception]
    broken_head: Callable[[str], Exception]
    broken_body: Callable[[str], Exception]


async def ask(pool: Pool, request: Request, errors: Errors) -> Exchange:
    """Send a request; gives the answer as soon as its head is there."""
    url = request.url
    waits: Mapping[str, float | None] = request.extensions.get("timeout", {})
    patience = Patience(connect=waits.get("connect"), silence=waits.get("read"))
    with _said_in(errors, broken=errors.broken_head):
        origin = Origin.of(url.scheme, url.host, url.port)
        text = written(request.method, url.raw_path, request.headers.raw, await request.aread())
        return await pool.exchange(origin, text, patience)


async def next_piece(exchange: Exchange, errors: Errors) -> bytes:
    """All of the body that has arrived meanwhile; empty at the end."""
    with _said_in(errors, broken=errors.broken_body):
        return await exchange.piece()


@contextmanager
def _said_in(errors: Errors, *, broken: Callable[[str], Exception]) -> Generator[None]:
    try:
        yield
    except ValueError as error:
        raise errors.malformed(str(error)) from error
    except CannotConnect as error:
        raise errors.unreachable(str(error)) from error
    except Silent as error:
        raise errors.silent(str(error)) from error
    except BrokenOff as error:
        raise broken(str(error)) from error
