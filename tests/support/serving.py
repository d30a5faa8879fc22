"""Servers over real TCP for tests of HTTP clients: one that answers as a test says, a proxy, and certificates."""

import asyncio
import datetime
import re
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
"""Answers one request, which has been read."""


@dataclass(slots=True)
class Server:
    """A server while it runs."""

    port: int
    scheme: str
    requests: list[bytes] = field(default_factory=list[bytes])
    """The heads of all requests."""
    bodies: list[bytes] = field(default_factory=list[bytes])
    """Their bodies."""
    connections: int = 0
    left: asyncio.Event = field(default_factory=asyncio.Event)
    """A client has closed its connection."""

    @property
    def url(self) -> str:
        """Where it listens; over TLS its name counts."""
        return f"{self.scheme}://{'localhost' if self.scheme == 'https' else '127.0.0.1'}:{self.port}"


@asynccontextmanager
async def serving(answer: Answer, *, tls: ssl.SSLContext | None = None) -> AsyncGenerator[Server]:
    """A server that gives each request this answer, on as many connections as there are."""
    writers: list[asyncio.StreamWriter] = []
    accepting: set[asyncio.Task[object]] = set()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        if (task := asyncio.current_task()) is not None:
            accepting.add(task)
        server.connections += 1
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while not writer.is_closing():
                server.requests.append(await reader.readuntil(b"\r\n\r\n"))
                length = _LENGTH.search(server.requests[-1])
                server.bodies.append(await reader.readexactly(int(length[1]) if length else 0))
                await answer(reader, writer)
        server.left.set()

    async with await asyncio.start_server(accept, "127.0.0.1", 0, ssl=tls) as listening:
        server = Server(listening.sockets[0].getsockname()[1], "https" if tls else "http")
        yield server
        for writer in writers:
            writer.close()
            with suppress(ConnectionError, ssl.SSLError):
                await writer.wait_closed()
        for task in accepting:
            task.cancel()
        if accepting:
            await asyncio.wait(accepting)


def says(*pieces: bytes, close: bool = False) -> Answer:
    """Sends these bytes."""

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        if close:
            writer.close()

    return answer


def certificate(folder: Path, *names: str) -> Path:
    """A certificate of these hosts that vouches for itself, with its key, in one file."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "us")])
    now = datetime.datetime.now(datetime.UTC)
    hosts = x509.SubjectAlternativeName([x509.DNSName(host) for host in names])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(hosts, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    unlocked = serialization.NoEncryption()
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, unlocked)
    file.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return file


def shown(file: Path) -> ssl.SSLContext:
    """What a server with this certificate shows."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


@asynccontextmanager
async def forward_proxy() -> AsyncGenerator[Server]:
    """A proxy for http:// and, by CONNECT, for https://, which finds every host on this machine."""

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        method, target, rest = proxy.requests[-1].split(b" ", 2)
        url = urlsplit(b"//" + target if method == b"CONNECT" else target)
        from_server, to_server = await asyncio.open_connection("127.0.0.1", url.port)
        try:
            if method == b"CONNECT":
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                head = b"%s %s %s" % (method, url.path, rest)
                to_server.write(head.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n") + proxy.bodies[-1])
            async with asyncio.TaskGroup() as group:
                upwards = group.create_task(pump(reader, to_server))
                await pump(from_server, writer)
                upwards.cancel()
        finally:
            to_server.close()
            writer.close()

    async with serving(forward) as proxy:
        yield proxy


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Write what is read, to the end."""
    with suppress(ConnectionError):
        while piece := await reader.read(65_536):
            writer.write(piece)
            await writer.drain()
        writer.close()
